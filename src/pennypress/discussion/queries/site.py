"""The discussions of the whole site: settings, the newest, the most discussed, and what waits."""

from datetime import timedelta
from functools import cache

from django.db.models import Case, DateTimeField, F, IntegerField, QuerySet, Sum, Value, When
from django.utils import timezone
from wagtail.models import Page

from pennypress.delivery.ready import PAGES, fades, shows
from pennypress.discussion.models import Comment, DiscussionSettings, State, Thread
from pennypress.lib.prepared import Given, Prepared
from pennypress.lib.privacy import restricted
from pennypress.newsroom.queries import current_newsroom

# Threads that somebody wrote in lately come before larger ones that went quiet.
LATELY = timedelta(days=90)
# What ready pages that show the most discussed articles are tagged with.
MOST_DISCUSSED = "discussed"
# And those that show the newest comments of all.
NEWEST = "comments"


def discussion_settings() -> DiscussionSettings:
    site = current_newsroom().site
    return _settings.first(site=site.pk) or DiscussionSettings.for_site(site)


_settings = Prepared(lambda: DiscussionSettings.objects.filter(site_id=Given("site", IntegerField())))


def holds_first_comments() -> bool:
    return discussion_settings().hold_first_comments


def heard_by_all(page_ids: list[str]) -> set[str]:
    """Those of the pages whose discussion anybody may listen to."""
    public = Page.objects.live().filter(~restricted(), pk__in=page_ids)
    return {str(pk) for pk in public.values_list("pk", flat=True)}


def most_discussed(number: int) -> list[Page]:
    """Public pages with the most comments, those with a comment in the last weeks first."""
    shows(MOST_DISCUSSED)
    # Who has gone quiet may be told with a day's delay.
    fades(timezone.now() + timedelta(days=1))
    return _most_discussed(number)(since=timezone.now() - LATELY)


@cache
def _most_discussed(number: int) -> Prepared[Page, Page]:
    recent = When(discussion_thread__last_comment_at__gte=Given("since", DateTimeField()), then=Value(0))
    public = Page.objects.live().filter(~restricted(), discussion_thread__comment_count__gt=0)
    counted = public.annotate(comment_count=F("discussion_thread__comment_count"), quiet=Case(recent, default=Value(1)))
    return Prepared(lambda: counted.order_by("quiet", "-comment_count", "-pk")[:number])


def reported_exist() -> bool:
    return Comment.objects.filter(open_reports__gt=0).exists()


def held_count() -> int:
    """How many comments wait for approval, from the threads' kept counts."""
    return Thread.objects.filter(held_count__gt=0).aggregate(total=Sum("held_count"))["total"] or 0


def public_comments() -> QuerySet[Comment]:
    """Published comments under public pages, newest first, with their pages."""
    shows(PAGES)
    pages = Page.objects.live().filter(~restricted())
    found = Comment.objects.filter(state=State.PUBLISHED, thread__page__in=pages)
    return found.select_related("thread__page").order_by("-created_at", "-id")
