"""What is said to readers about giving now. Which of it one reader sees, their own browser decides (reading.js): the pages are
everybody's, and nothing about a reader is told to us."""

import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet, StringAgg, Subquery, TextField, Value
from django.db.models.functions import Cast, JSONObject
from django.utils import timezone

from pennypress.delivery.ready import fades, shows
from pennypress.funding.meter import Meter
from pennypress.funding.models import Appeal, Place, Segment, Wording

# What pages with an appeal are tagged with.
APPEALS = "appeals"
# As they travel with the meter's figures.
WORDS = {"id": "id", "letter": "letter", "title": "title", "text": "text", "button": "button", "appeal_id": "appeal_id"}
APPEAL = {name: f"appeal__{name}" for name in ("place", "segment", "begins_on", "ends_on")}


def open_appeals() -> QuerySet[Appeal]:
    """Appeals that are not over, by the newsroom's calendar."""
    return Appeal.objects.filter(Q(ends_on=None) | Q(ends_on__gte=timezone.localdate()))


def running() -> QuerySet[Appeal]:
    """Those that are shown today."""
    return open_appeals().filter(Q(begins_on=None) | Q(begins_on__lte=timezone.localdate()))


def said_figures() -> dict[str, Any]:
    """For the meter's one query: all wordings that are not over, as JSON objects joined by commas."""
    one = Cast(JSONObject(**WORDS, **APPEAL), TextField())
    rows = Wording.objects.filter(appeal__in=open_appeals()).order_by().values(together=Value(1))
    return {"said": Subquery(rows.annotate(said=StringAgg(one, Value(","))).values("said"), output_field=TextField())}


def shown_wordings(meter: Meter) -> list[Wording]:
    """All that is said today, from what was read with the meter: of the appeals that run the newest for each place and
    segment."""
    shows(APPEALS)
    today = timezone.localdate()
    found = sorted((_wording(words) for words in json.loads(f"[{meter.said}]")), key=lambda one: one.letter)
    if any(wording.appeal.ends_on or (wording.appeal.begins_on or today) > today for wording in found):
        # Tomorrow another one may begin, or one of these have ended.
        morrow = today + timedelta(days=1)
        fades(timezone.make_aware(datetime(morrow.year, morrow.month, morrow.day)))
    begun = [wording for wording in found if (wording.appeal.begins_on or today) <= today]
    # Numbers grow with time.
    newest: dict[tuple[str, str], UUID] = {}
    for wording in begun:
        place = wording.appeal.place, wording.appeal.segment
        newest[place] = max(wording.appeal_id, newest.get(place, wording.appeal_id))
    return [one for one in begun if newest[one.appeal.place, one.appeal.segment] == one.appeal_id]


def standing(wordings: list[Wording]) -> Wording | None:
    """What stands at the end of an article for everybody, before and without any script."""
    return next((one for one in wordings if (one.appeal.place, one.appeal.segment) == (Place.END, Segment.ALL)), None)


def _wording(words: dict[str, str]) -> Wording:
    days = {name: words[name] and date.fromisoformat(words[name]) for name in ("begins_on", "ends_on")}
    appeal = Appeal(id=UUID(words["appeal_id"]), place=words["place"], segment=words["segment"], **days)
    said = {name: words[name] for name in ("letter", "title", "text", "button")}
    return Wording(id=UUID(words["id"]), appeal=appeal, **said)


def was_shown(appeal: Appeal) -> bool:
    """Whether anybody has seen one of its wordings."""
    seen = Q(shown__gt=0) | Q(showings__isnull=False) | Q(origins__isnull=False)
    return Wording.objects.filter(seen, appeal=appeal).exists()


def appeals_for_desk() -> QuerySet[Appeal]:
    """All appeals, newest first, each wording with its `pending` showings."""
    wordings = Wording.objects.annotate(pending=Count("showings")).order_by("letter")
    return Appeal.objects.prefetch_related(Prefetch("wordings", wordings)).order_by("-created_at", "-id")
