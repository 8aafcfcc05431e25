"""What is said to readers about giving now. Which of it one reader sees, their own browser decides (appeals.js): the pages are
everybody's, and nothing about a reader is told to us."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, JSONField, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from pennypress.delivery.ready import fades, shows
from pennypress.funding.meter import Meter
from pennypress.funding.models import Appeal, Place, Segment, Wording

# What pages with an appeal are tagged with.
APPEALS = "appeals"
# An appeal for each place and segment, and a few that wait behind them; a page stays bounded for whoever writes more.
MOST_WORDINGS = 48


def running() -> QuerySet[Appeal]:
    """Appeals that are shown today, by the newsroom's calendar."""
    today = timezone.localdate()
    begun = Q(begins_on=None) | Q(begins_on__lte=today)
    return Appeal.objects.filter(begun, Q(ends_on=None) | Q(ends_on__gte=today))


def shown_wordings() -> list[Wording]:
    """All that is said today: of the appeals that run the newest for each place and segment. One query."""
    shows(APPEALS)
    today = timezone.localdate()
    not_over = Q(appeal__ends_on=None) | Q(appeal__ends_on__gte=today)
    wordings = Wording.objects.filter(not_over).select_related("appeal")
    found = list(wordings.order_by("-appeal__created_at", "-appeal__id", "letter")[:MOST_WORDINGS])
    if any(wording.appeal.ends_on or (wording.appeal.begins_on or today) > today for wording in found):
        # Tomorrow another one may begin, or one of these have ended.
        _fade_tomorrow()
    begun = [wording for wording in found if (wording.appeal.begins_on or today) <= today]
    newest: dict[tuple[str, str], UUID] = {}
    for wording in begun:
        newest.setdefault((wording.appeal.place, wording.appeal.segment), wording.appeal_id)
    return [one for one in begun if newest[one.appeal.place, one.appeal.segment] == one.appeal_id]


def end_figures() -> dict[str, Any]:
    """For the meter's one query: what stands at the end of an article for everybody, before and without any script."""
    of_all = running().filter(place=Place.END, segment=Segment.ALL)
    wordings = Wording.objects.filter(appeal__in=of_all).order_by("-appeal__created_at", "-appeal__id", "letter")
    words = wordings.values(words=JSONObject(title="title", text="text", button="button"))
    planned = Appeal.objects.filter(Q(ends_on=None) | Q(ends_on__gte=timezone.localdate()))
    return {"has_appeals": Exists(planned), "end_words": Subquery(words[:1], output_field=JSONField())}


def end_wording(meter: Meter) -> Wording | None:
    """The wording of that, from what was read with the meter."""
    shows(APPEALS)
    if meter.has_appeals:
        # Tomorrow another one may begin, or this one have ended.
        _fade_tomorrow()
    words = meter.end_words
    return Wording(appeal=Appeal(place=Place.END, segment=Segment.ALL), **words) if words else None


def _fade_tomorrow() -> None:
    morrow = timezone.localdate() + timedelta(days=1)
    fades(timezone.make_aware(datetime(morrow.year, morrow.month, morrow.day)))


def was_shown(appeal: Appeal) -> bool:
    """Whether anybody has seen one of its wordings."""
    seen = Q(shown__gt=0) | Q(showings__isnull=False) | Q(origins__isnull=False)
    return Wording.objects.filter(seen, appeal=appeal).exists()


def appeals_for_desk() -> QuerySet[Appeal]:
    """All appeals, newest first, each wording with its `seen`."""
    wordings = Wording.objects.annotate(pending=Count("showings")).order_by("letter")
    return Appeal.objects.prefetch_related(Prefetch("wordings", wordings)).order_by("-created_at", "-id")
