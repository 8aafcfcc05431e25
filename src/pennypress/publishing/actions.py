from django.db import transaction
from wagtail.models import Locale, Page, Site

from pennypress.delivery.ready import EVERYWHERE, changed
from pennypress.newsroom.models import Newsroom
from pennypress.publishing.models import ArticlePage, Byline, FrontPage, PlainPage
from pennypress.publishing.queries import navigation
from pennypress.publishing.rendering import keep_rendered


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


def articles_of(byline: Byline) -> list[int]:
    return list(ArticlePage.objects.live().filter(article_bylines__byline=byline).values_list("pk", flat=True))
