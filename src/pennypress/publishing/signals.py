"""What publishing does when Wagtail says that something was published, moved or taken down."""

from typing import Any

from django.db.models.signals import post_save
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from pennypress.publishing import actions
from pennypress.publishing.models import ArticlePage, Byline, NewsImage, PlainPage, SectionPage
from pennypress.publishing.rendering import keep_rendered
from pennypress.publishing.tasks import render_articles, render_linking, render_showing


def connect() -> None:
    page_published.connect(on_published, dispatch_uid="publishing.published")
    page_unpublished.connect(on_unpublished, dispatch_uid="publishing.unpublished")
    page_slug_changed.connect(on_moved, dispatch_uid="publishing.slug")
    post_page_move.connect(on_moved, dispatch_uid="publishing.move")
    post_save.connect(on_byline, sender=Byline, dispatch_uid="publishing.byline")
    post_save.connect(on_image, sender=NewsImage, dispatch_uid="publishing.image")


def on_published(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    if isinstance(instance, (ArticlePage, PlainPage)):
        keep_rendered(instance)
    if isinstance(instance, (SectionPage, PlainPage)):
        actions.rewrite_navigation()
    if isinstance(instance, SectionPage):
        # Its articles show its title.
        render_linking.enqueue(instance.pk)


def on_unpublished(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    if isinstance(instance, (SectionPage, PlainPage)):
        actions.rewrite_navigation()


def on_moved(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    render_linking.enqueue(instance.pk)
    actions.rewrite_navigation()


def on_image(sender: type[NewsImage], instance: NewsImage, created: bool, **kwargs: Any) -> None:
    if not created:
        render_showing.enqueue(instance.pk)


def on_byline(sender: type[Byline], instance: Byline, created: bool, **kwargs: Any) -> None:
    if not created:
        render_articles.enqueue(actions.articles_of(instance))
