"""What publishing does when Wagtail says that something was published, moved or taken down."""

from typing import Any
from uuid import UUID

from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import init_new_page, page_published, page_slug_changed, page_unpublished, post_page_move

from pennypress.delivery.ready import PAGES, changed
from pennypress.publishing import actions
from pennypress.publishing.following import tell_later
from pennypress.publishing.models import ArticleByline, ArticlePage, Byline, NewsImage, PlainPage, SectionPage
from pennypress.publishing.rendering import keep_rendered
from pennypress.publishing.tasks import render_articles, render_linking, render_showing
from pennypress.readers.signals import note_was_erased

# What saving a draft writes on the row of a page that is already public. Readers see none of it.
DRAFT_FIELDS = {
    "draft_title", "expire_at", "go_live_at", "has_unpublished_changes", "latest_revision", "latest_revision_created_at",
    "locked", "locked_at", "locked_by",
}  # fmt: skip


def connect() -> None:
    init_new_page.connect(on_begun, dispatch_uid="publishing.begun")
    page_published.connect(on_published, dispatch_uid="publishing.published")
    page_unpublished.connect(on_unpublished, dispatch_uid="publishing.unpublished")
    page_slug_changed.connect(on_moved, dispatch_uid="publishing.slug")
    post_page_move.connect(on_moved, dispatch_uid="publishing.move")
    post_save.connect(on_byline, sender=Byline, dispatch_uid="publishing.byline")
    post_save.connect(on_image, sender=NewsImage, dispatch_uid="publishing.image")
    post_save.connect(on_page_saved, dispatch_uid="publishing.page_saved")
    post_delete.connect(on_page_deleted, dispatch_uid="publishing.page_deleted")
    note_was_erased.connect(on_note_erased, dispatch_uid="publishing.note_erased")
    for model in (Redirect, PageViewRestriction, Byline):
        post_save.connect(on_listed, sender=model, dispatch_uid=f"publishing.saved.{model.__name__}")
        post_delete.connect(on_listed, sender=model, dispatch_uid=f"publishing.deleted.{model.__name__}")


def on_begun(sender: type[Any], page: Page, **kwargs: Any) -> None:
    """A new article carries its writer's name until somebody writes another there."""
    if isinstance(page, ArticlePage) and page.owner_id:
        own = Byline.objects.filter(account_id=page.owner_id).first()
        page.article_bylines = [ArticleByline(byline=own)] if own else []


def on_note_erased(sender: type[Model], correction_id: UUID, **kwargs: Any) -> None:
    actions.forget_credit(correction_id=correction_id)


def on_page_saved(
    sender: type[Model], instance: Model, update_fields: frozenset[str] | None = None, **kwargs: Any
) -> None:
    if isinstance(instance, Page) and instance.live and not (update_fields and update_fields <= DRAFT_FIELDS):
        changed(PAGES)


def on_page_deleted(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    if isinstance(instance, Page):
        changed(PAGES)


def on_listed(sender: type[Model], **kwargs: Any) -> None:
    changed(PAGES)


def on_published(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    if isinstance(instance, (ArticlePage, PlainPage)):
        keep_rendered(instance)
    if isinstance(instance, ArticlePage):
        tell_later(instance)
    if isinstance(instance, (SectionPage, PlainPage)):
        actions.rewrite_navigation()
    if isinstance(instance, SectionPage):
        # Its articles show its title.
        render_linking.enqueue(instance.pk)


def on_unpublished(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    changed(PAGES)
    if isinstance(instance, (SectionPage, PlainPage)):
        actions.rewrite_navigation()


def on_moved(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    changed(PAGES)
    render_linking.enqueue(instance.pk)
    actions.rewrite_navigation()


def on_image(sender: type[NewsImage], instance: NewsImage, created: bool, **kwargs: Any) -> None:
    if not created:
        render_showing.enqueue(instance.pk)


def on_byline(sender: type[Byline], instance: Byline, created: bool, **kwargs: Any) -> None:
    if not created:
        render_articles.enqueue(actions.articles_of(instance))
