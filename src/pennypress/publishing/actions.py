from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page, Site

from pennypress.delivery.ready import EVERYWHERE, PAGES, changed
from pennypress.newsroom.models import Newsroom
from pennypress.publishing import credits, rules
from pennypress.publishing.models import ArticlePage, Byline, Correction, FrontPage, PlainPage, SectionPage
from pennypress.publishing.models.corrections import MAX_CORRECTION
from pennypress.publishing.queries import navigation
from pennypress.publishing.rendering import corrections_of, keep_rendered
from pennypress.readers.models import User
from pennypress.readers.signals import correction_was_withdrawn, note_became_correction


def prepare_site(*, title: str) -> Site:
    """Give the site a front page in the place of Wagtail's welcome page, and return it. Safe to run again."""
    with transaction.atomic():
        site = Site.objects.select_related("root_page").get(is_default_site=True)
        if isinstance(site.root_page.specific, FrontPage):
            return site
        root = Page.objects.get(depth=1)
        welcome = site.root_page
        front = FrontPage(title=title, slug="front", locale=Locale.get_default())
        root.add_child(instance=front)
        front.save_revision().publish()
        site.root_page = front
        site.save()
        if welcome.depth > 1 and not welcome.get_descendant_count():
            welcome.delete()
    return site


def lay_out_desk(*, site: Site, editor: User) -> None:
    """What a first article needs: a section to stand in and its writer's byline. Later ones are made in the editor."""
    with transaction.atomic():
        section = SectionPage(title=_("News"), slug="news", show_in_menus=True)
        site.root_page.add_child(instance=section)
        section.save_revision(user=editor).publish(user=editor)
        Byline.objects.create(
            name=editor.name, slug=slugify(editor.name, allow_unicode=True) or "editor", account=editor
        )


def rewrite_navigation() -> None:
    """Write the menu onto the newsroom's row, where every page reads it anyway."""
    with transaction.atomic():
        if Newsroom.objects.exists():
            Newsroom.objects.update(navigation=navigation())
            changed(EVERYWHERE)


def render_again(pages: list[int]) -> None:
    """Render published articles and plain pages anew after something they show has changed."""
    for kind in (ArticlePage, PlainPage):
        for page in kind.objects.live().filter(pk__in=pages):
            keep_rendered(page)


def correct_article(
    *, article_id: int, text: str, editor: User, credit: str = "", ask: bool = False, source: str = ""
) -> Correction:
    """Publish a correction of an article: on the article, on the corrections page, and to the reader who led to it.

    `source` is what the reader's room calls the note it came from; that room hears of it and tells the reader. One
    note makes one correction of an article: the second call returns the first one. With `ask` the reader is named only
    after they have said so. Raises Refused for an editor who may not publish the article, for one that is not public, and
    without words.
    """
    text = text.strip()
    with transaction.atomic():
        article = ArticlePage.objects.select_for_update(of=("self",)).get(pk=article_id)
        rules.check_may_correct(editor, article)
        if not text or len(text) > MAX_CORRECTION:
            raise rules.Refused(_("Please say in a few sentences what was wrong and what is right."))
        known = Correction.objects.filter(page=article, source=source, withdrawn_at=None).first() if source else None
        if known:
            return known
        correction = Correction.objects.create(
            page=article, text=text, made_by=editor, source=source[:80],
            credit="" if ask else credit.strip()[:80], credit_asked=credit.strip()[:80] if ask else "",
        )  # fmt: skip
        _show_corrections(article)
        if source:
            note_became_correction.send(sender=Correction, **facts_of(correction, article))
    return correction


def withdraw_correction(*, correction_id: UUID, editor: User) -> None:
    """Take a correction back that was itself a mistake. The row stays. Raises Refused as correct_article does."""
    with transaction.atomic():
        correction = Correction.objects.select_for_update(of=("self",)).select_related("page").get(pk=correction_id)
        rules.check_may_correct(editor, correction.page)
        if correction.withdrawn_at:
            return
        correction.withdrawn_at, correction.withdrawn_by = timezone.now(), editor
        correction.save(update_fields=["withdrawn_at", "withdrawn_by"])
        _show_corrections(correction.page)
        if correction.source:
            correction_was_withdrawn.send(sender=Correction, source=correction.source, correction_id=correction.pk)


def choose_credit(*, correction_id: UUID, named: bool) -> None:
    """The reader has said whether they want to be named for the correction; they may say otherwise later."""
    with transaction.atomic():
        correction = Correction.objects.select_for_update(of=("self",)).select_related("page").get(pk=correction_id)
        correction.credit = correction.credit_asked if named else ""
        correction.save(update_fields=["credit"])
        _show_corrections(correction.page)


def forget_credit(*, correction_id: UUID) -> None:
    """Name nobody for a correction, and ask nobody any more; what was wrong and right stays."""
    with transaction.atomic():
        correction = Correction.objects.select_related("page").filter(pk=correction_id).first()
        if correction is not None:
            Correction.objects.filter(pk=correction.pk).update(credit="", credit_asked="")
            _show_corrections(correction.page)


def _show_corrections(article: ArticlePage) -> None:
    """Onto the article's row, from which it is shown; its text is left as it was rendered."""
    rendered = ArticlePage.objects.values_list("rendered", flat=True).get(pk=article.pk)
    rendered["corrections"] = corrections_of(article)
    ArticlePage.objects.filter(pk=article.pk).update(rendered=rendered)
    changed(PAGES)


def facts_of(correction: Correction, article: ArticlePage) -> dict[str, Any]:
    """What a reader's room needs in order to tell the reader."""
    asks = bool(correction.credit_asked)
    return {
        "source": correction.source,
        "correction_id": correction.pk,
        "text": correction.text,
        "title": article.title,
        "address": settings.BASE_URL + reverse("correction", args=[correction.pk]),
        "choice_address": settings.BASE_URL + reverse("correction_credit", args=[credits.sign(correction)])
        if asks
        else "",
    }


def articles_of(byline: Byline) -> list[int]:
    return list(ArticlePage.objects.live().filter(article_bylines__byline=byline).values_list("pk", flat=True))
