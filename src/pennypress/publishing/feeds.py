"""RSS, Atom and JSON Feed: for the site, for each section, for each byline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from pennypress.delivery.ready import PAGES, ready, shows
from pennypress.newsroom.queries import current_newsroom
from pennypress.publishing.models import ArticlePage, Byline, Correction, SectionPage
from pennypress.publishing.queries import articles_by, corrections, public_articles, restricted

# What a feed reader fetches in one go.
ITEMS = 30


@dataclass(frozen=True)
class Source:
    """What a feed is of."""

    title: str
    path: str
    articles: Any


def source_of(section: str = "", byline: str = "") -> Source:
    """Raises Http404 for a section or byline that is not there."""
    shows(PAGES)
    newsroom = current_newsroom()
    if byline:
        person = get_object_or_404(Byline, slug=byline)
        return Source(f"{newsroom.name}: {person.name}", f"/authors/{person.slug}/", articles_by(person).defer(None))
    if section:
        root = newsroom.site.root_page
        page = SectionPage.objects.child_of(root).live().filter(~restricted(), slug=section).first()
        if page is None:
            raise Http404
        return Source(f"{newsroom.name}: {page.title}", f"/{page.slug}/", public_articles().child_of(page))
    return Source(newsroom.name, "/", public_articles())


def address(article: ArticlePage) -> str:
    return settings.BASE_URL + (article.get_url() or "")


def authors(article: ArticlePage) -> list[str]:
    return [byline["name"] for byline in article.rendered.get("bylines", [])]


class Dated:
    """An empty feed is as old as its newsroom; Django would call it new each time it is asked for."""

    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else self.feed["since"]  # type: ignore[misc, attr-defined]


class Rss(Dated, Rss201rev2Feed):
    pass


class Atom(Dated, Atom1Feed):
    pass


class RssFeed(Feed[ArticlePage, Source]):
    feed_type = Rss

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Source:
        return source_of(**kwargs)

    def title(self, source: Source) -> str:
        return source.title

    def link(self, source: Source) -> str:
        return settings.BASE_URL + source.path

    def description(self, source: Source) -> str:
        return current_newsroom().tagline or source.title

    def feed_extra_kwargs(self, source: Source) -> dict[str, Any]:
        return {"since": current_newsroom().site.root_page.first_published_at}

    def items(self, source: Source) -> Any:
        return source.articles[:ITEMS]

    def item_title(self, item: ArticlePage) -> str:
        return item.title

    def item_link(self, item: ArticlePage) -> str:
        return address(item)

    def item_description(self, item: ArticlePage) -> str:
        return item.standfirst

    def item_author_name(self, item: ArticlePage) -> str:
        return ", ".join(authors(item))

    def item_pubdate(self, item: ArticlePage) -> datetime | None:
        return item.first_published_at

    def item_updateddate(self, item: ArticlePage) -> datetime | None:
        return item.updated_at or item.first_published_at

    def item_categories(self, item: ArticlePage) -> list[str]:
        return item.rendered.get("tags", [])


class AtomFeed(RssFeed):
    feed_type = Atom  # type: ignore[assignment]

    def subtitle(self, source: Source) -> str:
        return self.description(source)


rss_feed = ready()(RssFeed())
atom_feed = ready()(AtomFeed())


@ready()
def json_feed(request: HttpRequest, section: str = "", byline: str = "") -> JsonResponse:
    """JSON Feed 1.1 (https://jsonfeed.org/version/1.1)."""
    source = source_of(section, byline)
    items = [
        {
            "id": address(article),
            "url": address(article),
            "title": article.title,
            "summary": article.standfirst,
            "content_html": article.rendered.get("body", ""),
            "date_published": article.first_published_at.isoformat() if article.first_published_at else None,
            "date_modified": (
                article.updated_at or article.first_published_at or article.latest_revision_created_at
            ).isoformat(),
            "authors": [{"name": name} for name in authors(article)],
            "tags": article.rendered.get("tags", []),
        }
        for article in source.articles[:ITEMS]
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": source.title,
        "home_page_url": settings.BASE_URL + source.path,
        "feed_url": settings.BASE_URL + request.path,
        "language": current_newsroom().language,
        "items": items,
    }
    return JsonResponse(feed, content_type="application/feed+json")


class CorrectionsFeed(Feed[Correction, None]):
    """What was corrected, newest first."""

    feed_type = Rss

    def title(self) -> str:
        return f"{current_newsroom().name}: {_('Corrections')}"

    def link(self) -> str:
        return settings.BASE_URL + reverse("corrections")

    def description(self) -> str:
        return self.title()

    def feed_extra_kwargs(self, obj: None) -> dict[str, Any]:
        return {"since": current_newsroom().site.root_page.first_published_at}

    def items(self) -> list[Correction]:
        shows(PAGES)
        return corrections().rows

    def item_title(self, item: Correction) -> str:
        return item.page.title

    def item_link(self, item: Correction) -> str:
        return settings.BASE_URL + reverse("correction", args=[item.pk])

    def item_description(self, item: Correction) -> str:
        return escape(item.text)

    def item_pubdate(self, item: Correction) -> datetime:
        return item.made_at


corrections_feed = ready()(CorrectionsFeed())
