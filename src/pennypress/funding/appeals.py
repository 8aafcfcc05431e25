"""What is said to readers about giving now. Which of it one reader sees, their own browser decides (appeals.js): the pages are
everybody's, and nothing about a reader is told to us."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from pennypress.delivery.ready import fades, shows
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
        morrow = today + timedelta(days=1)
        fades(timezone.make_aware(datetime(morrow.year, morrow.month, morrow.day)))
    begun = [wording for wording in found if (wording.appeal.begins_on or today) <= today]
    newest: dict[tuple[str, str], UUID] = {}
    for wording in begun:
        newest.setdefault((wording.appeal.place, wording.appeal.segment), wording.appeal_id)
    return [one for one in begun if newest[one.appeal.place, one.appeal.segment] == one.appeal_id]


def standing(wordings: list[Wording]) -> Wording | None:
    """What stands at the end of an article for everybody, before and without any script."""
    return next((one for one in wordings if (one.appeal.place, one.appeal.segment) == (Place.END, Segment.ALL)), None)


def was_shown(appeal: Appeal) -> bool:
    """Whether anybody has seen one of its wordings."""
    seen = Q(shown__gt=0) | Q(showings__isnull=False) | Q(origins__isnull=False)
    return Wording.objects.filter(seen, appeal=appeal).exists()


def appeals_for_desk() -> QuerySet[Appeal]:
    """All appeals, newest first, each wording with its `seen`."""
    wordings = Wording.objects.annotate(pending=Count("showings")).order_by("letter")
    return Appeal.objects.prefetch_related(Prefetch("wordings", wordings)).order_by("-created_at", "-id")
