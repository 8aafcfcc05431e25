"""How often one person or one network may do a thing. Kept in the database, so that all processes count together."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, CharField
from django.utils import timezone
from django.utils.translation import ngettext

from pennypress.delivery.models import Spending
from pennypress.lib.prepared import Given, Prepared
from pennypress.lib.sqlite.forgettable import forgettable

# The same in SQLite's and PostgreSQL's SQL, which Django cannot say: a count that begins at one or grows by one.
COUNT = """
    INSERT INTO delivery_spending ("limit", who, "window", count, ends_at) VALUES ROWS
    ON CONFLICT ("limit", who, "window") DO UPDATE SET count = delivery_spending.count + 1 RETURNING "limit", count
"""


@dataclass(frozen=True)
class Limit:
    """At most `count` times within `seconds`; windows are fixed, not sliding, so that a count is one row."""

    name: str
    count: int
    seconds: int


class TooMany(Exception):
    """A limit is reached; `retry_after` is in seconds, `of` names the limit one waits for longest."""

    def __init__(self, retry_after: int, of: str = "") -> None:
        super().__init__(f"Too many attempts; try again in {retry_after} seconds.")
        self.retry_after, self.of = retry_after, of


def in_words(seconds: int) -> str:
    """How long to wait, rounded up: nobody counts seconds beyond two minutes."""
    if seconds <= 120:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    minutes = -(-seconds // 60)
    if minutes <= 120:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = -(-minutes // 60)
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


def spend(*uses: tuple[Limit, str]) -> None:
    """Count one use of each limit by somebody. Raises TooMany when one was used up before this call.

    What is counted stays counted even if the caller's own work fails: a refused attempt is an attempt.
    """
    now = int(timezone.now().timestamp())
    rows: list[str] = []
    values: list[Any] = []
    for limit, who in uses:
        window = now // limit.seconds
        ends_at = datetime.fromtimestamp((window + 1) * limit.seconds, UTC)
        rows.append("(%s, %s, %s, 1, %s)")
        values += [limit.name, who, window, connection.ops.adapt_datetimefield_value(ends_at)]
    # A power cut forgets attempts of the last moment, and nobody is the worse for it.
    with forgettable(connection), connection.cursor() as cursor:
        # One statement for all: its order is that of the uses, so that two callers never wait for each other.
        cursor.execute(COUNT.replace("ROWS", ", ".join(rows)), values)
        counts = dict(cursor.fetchall())
    waits = [(limit.seconds - now % limit.seconds, limit.name) for limit, _ in uses if counts[limit.name] > limit.count]
    if waits:
        raise TooMany(*max(waits))


def wait_for(limit: Limit, who: str) -> int:
    """How many seconds until somebody who has used up this limit may go on; 0 where it is not used up. Counts nothing."""
    now = int(timezone.now().timestamp())
    counts = _counted(limit=limit.name, who=who, before=now // limit.seconds, now=now // limit.seconds)
    return limit.seconds - now % limit.seconds if max(counts, default=0) >= limit.count else 0


def so_far(limit: Limit, who: str) -> int:
    """How often within this window or the one before, whichever is more: so that a count does not drop to nothing at
    the turn of a window."""
    window = int(timezone.now().timestamp()) // limit.seconds
    return max(_counted(limit=limit.name, who=who, before=window - 1, now=window), default=0)


_counted = Prepared(
    lambda: Spending.objects.filter(
        limit=Given("limit", CharField()),
        who=Given("who", CharField()),
        window__in=[Given("before", BigIntegerField()), Given("now", BigIntegerField())],
    ).values_list("count", flat=True)
)


def is_hot(limit: Limit, who: str) -> bool:
    """Count one more, and say whether it is more than usual, in this window or in the one before."""
    try:
        spend((limit, who))
    except TooMany:
        return True
    return so_far(limit, who) > limit.count


def claim_once(name: str, token: str, *, until: datetime) -> bool:
    """Whether this token is presented for the first time; it is remembered until then. Of two at once one wins."""
    claim = {"limit": name, "who": token, "window": 0}
    _row, is_first = Spending.objects.get_or_create(**claim, defaults={"count": 1, "ends_at": until})
    return is_first


def forget_ended() -> int:
    """Delete the counts whose window is over. Returns how many."""
    return Spending.objects.filter(ends_at__lt=timezone.now()).delete()[0]
