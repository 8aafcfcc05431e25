"""The rows behind live events: told in the writer's transaction, read in the order in which they became visible.

Whoever has seen number N misses nothing by asking for what is greater than N. SQLite's writers take turns, so the number
can be given with the row. PostgreSQL's commit side by side, and a number given early could become visible late, after a
greater one was read; so there a row is numbered after its commit, by whoever reads first (`number_committed`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from pennypress.delivery.models import LiveCount, LiveEvent
from pennypress.delivery.ready import changed
from pennypress.lib.prepared import Given, NewRows

# The tag that moves in the clock of changes when there is something new to read.
TOLD = "told"
# A reader who comes back within this time is told what they missed; who comes later loads the part of the page anew.
KEPT = timedelta(hours=2)
# The most events read at once, and the most that are kept for coming back to one channel.
BATCH = 1_000
REPLAY = 500
# The same in SQLite's and PostgreSQL's SQL. The row is held until the commit, so numbers become visible in their order.
COUNT = """
    INSERT INTO delivery_livecount (id, number) VALUES (1, %s)
    ON CONFLICT (id) DO UPDATE SET number = delivery_livecount.number + %s RETURNING number
"""

REPLACING = "(channel, kind, about) DO UPDATE SET " + ", ".join(
    f"{column} = excluded.{column}" for column in ("payload", "instead", "at", "number")
)


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it was read. One without a kind says only that everything up to its number is forgotten."""

    number: int
    channel: str
    kind: str
    about: str
    payload: dict[str, Any]
    instead: bool


def tell(channel: str, kind: str, about: str = "", **payload: Any) -> None:
    """Tell open pages, once the transaction at hand is committed. Public data only: anybody may listen.

    An earlier event of this kind about the same subject is replaced.
    """
    _tell(channel, kind, about, payload, instead=False)


def tell_instead(channel: str, kind: str, about: str, **payload: Any) -> None:
    """Tell, and take back all that was told of this subject before: who has not heard it yet never will."""
    _tell(channel, kind, about, payload, instead=True)
    LiveEvent.objects.filter(channel=channel, about=about).exclude(kind=kind).delete()


def _tell(channel: str, kind: str, about: str, payload: dict[str, Any], *, instead: bool) -> None:
    with transaction.atomic(savepoint=False):
        number = None if _numbered_later() else _count(1)
        event = {"channel": channel, "kind": kind, "about": about, "payload": payload, "instead": instead}
        NewRows(LiveEvent, event | {"number": number}, on_conflict=REPLACING).write()
        changed(TOLD)


def latest(channel: str | Given) -> QuerySet[LiveEvent, int | None]:
    """The number of the channel's latest event, as a subquery: what a page that is read with it has seen."""
    told = LiveEvent.objects.filter(channel=channel, number__isnull=False)
    return told.order_by("-number").values_list("number", flat=True)[:1]


def told_first(channel: str, kind: str, about: str) -> int:
    """The number under which this was told for the first time; 0 where that is forgotten."""
    row = LiveEvent.objects.filter(channel=channel, kind=kind, about=about).first()
    if row is None:
        return 0
    # One that has no number yet will get a greater one than any page has seen.
    return row.payload.get("first", row.number or last_number() + 1)


def last_number() -> int:
    return LiveCount.objects.values_list("number", flat=True).first() or 0


def told_after(number: int) -> tuple[list[Told], bool]:
    """The next events after this one in their order, at most BATCH; and whether there is more to read already."""
    left = number_committed() if _numbered_later() else False
    events = _read(LiveEvent.objects.filter(number__gt=number).order_by("number")[:BATCH])
    return events, left or len(events) == BATCH


def told_in(channel: str) -> list[Told]:
    """What is kept of the channel, latest first: one more than are replayed, where there are so many."""
    return _read(LiveEvent.objects.filter(channel=channel, number__isnull=False).order_by("-number")[: REPLAY + 1])


def number_committed() -> bool:
    """Number the rows that have none yet. Returns whether some could not be, since a writer holds them at the moment."""
    if not LiveEvent.objects.filter(number=None).exists():
        return False
    with transaction.atomic():
        waiting = LiveEvent.objects.select_for_update(skip_locked=True).filter(number=None).only("id")
        events = list(waiting.order_by("at", "id")[:BATCH])
        if events:
            last = _count(len(events))
            for number, event in enumerate(events, last - len(events) + 1):
                event.number = number
            LiveEvent.objects.bulk_update(events, ["number"])
    return LiveEvent.objects.filter(number=None).exists()


def forget_old() -> int:
    """Delete what is kept no longer; of each channel one empty row says up to where. Returns how many went."""
    numbered = LiveEvent.objects.filter(number__isnull=False).order_by()
    old = Q(at__lt=timezone.now() - KEPT)
    gone = 0
    for channel in numbered.filter(old).exclude(kind="").values_list("channel", flat=True).distinct():
        with transaction.atomic():
            rows = numbered.filter(old | Q(kind=""), channel=channel)
            last = rows.aggregate(last=Max("number"))["last"]
            gone += rows.filter(number__lte=last).delete()[0]
            LiveEvent.objects.create(channel=channel, number=last)
    return gone


def _numbered_later() -> bool:
    return connection.vendor == "postgresql"


def _count(step: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [step, step])
        (number,) = cursor.fetchone()
    return number


def _read(rows: Iterable[LiveEvent]) -> list[Told]:
    return [Told(row.number or 0, row.channel, row.kind, row.about, row.payload, row.instead) for row in rows]
