"""The newest comments as RSS and Atom: of one article, and of all of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.translation import gettext as _
from wagtail.models import Page

from pennypress.delivery.ready import ready, shows
from pennypress.discussion.models import Comment
from pennypress.discussion.queries import NEWEST, public_comments, tag_of
from pennypress.discussion.views.reading import open_page
from pennypress.newsroom.queries import current_newsroom

# What a feed reader fetches in one go.
ITEMS = 50


@dataclass(frozen=True)
class Source:
    """What a feed is of."""

    title: str
    path: str
    since: datetime | None
    comments: QuerySet[Comment]


def source_of(page_id: int | None = None) -> Source:
    """Raises Http404 for a page that is not public or has no discussion."""
    if page_id is None:
        shows(NEWEST)
        newsroom = current_newsroom()
        title = _("Comments at %(name)s") % {"name": newsroom.name}
        return Source(title, "/", newsroom.site.root_page.first_published_at, public_comments())
    page: Page = open_page(page_id)
    shows(tag_of(page_id))
    title = _("Comments on %(title)s") % {"title": page.title}
    comments = public_comments().filter(thread__page_id=page_id)
    return Source(title, (page.get_url() or "/") + "#discussion", page.first_published_at, comments)


class Dated:
    """An empty feed is as old as its article; Django would call it new each time it is asked for."""

    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else self.feed["since"]  # type: ignore[misc, attr-defined]


class Rss(Dated, Rss201rev2Feed):
    pass


class Atom(Dated, Atom1Feed):
    pass


class RssFeed(Feed[Comment, Source]):
    feed_type = Rss

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Source:
        return source_of(**kwargs)

    def title(self, source: Source) -> str:
        return source.title

    def link(self, source: Source) -> str:
        return settings.BASE_URL + source.path

    def description(self, source: Source) -> str:
        return source.title

    def feed_extra_kwargs(self, source: Source) -> dict[str, Any]:
        return {"since": source.since}

    def items(self, source: Source) -> Any:
        return source.comments[:ITEMS]

    def item_title(self, item: Comment) -> str:
        return _("%(name)s on %(title)s") % {"name": item.name, "title": item.thread.page.title}

    def item_link(self, item: Comment) -> str:
        return settings.BASE_URL + reverse("discussion:comment", args=[item.pk])

    def item_description(self, item: Comment) -> str:
        return item.html

    def item_author_name(self, item: Comment) -> str:
        return item.name

    def item_pubdate(self, item: Comment) -> datetime:
        return item.created_at

    def item_updateddate(self, item: Comment) -> datetime:
        return item.edited_at or item.created_at


class AtomFeed(RssFeed):
    feed_type = Atom  # type: ignore[assignment]

    def subtitle(self, source: Source) -> str:
        return source.title


rss_feed = ready()(RssFeed())
atom_feed = ready()(AtomFeed())
