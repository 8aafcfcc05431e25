"""How often one person or one network may do a thing. Kept in the database, so that all processes count together."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from pennypress.delivery.models import Spending


@dataclass(frozen=True)
class Limit:
    """At most `count` times within `seconds`; windows are fixed, not sliding, so that a count is one row."""

    name: str
    count: int
    seconds: int


class TooMany(Exception):
    """The limit is reached; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many attempts; try again in {retry_after} seconds.")
        self.retry_after = retry_after


def spend(limit: Limit, who: str) -> None:
    """Count one use of the limit by `who`. Raises TooMany when it was used up before this call.

    What is counted stays counted even if the caller's own work fails: a refused attempt is an attempt.
    """
    now = int(timezone.now().timestamp())
    window = now // limit.seconds
    ends = (window + 1) * limit.seconds
    key = {"limit": limit.name, "who": who, "window": window}
    with transaction.atomic():
        spending, created = Spending.objects.get_or_create(
            **key, defaults={"count": 1, "ends_at": datetime.fromtimestamp(ends, UTC)}
        )
        if created:
            return
        spent = Spending.objects.filter(pk=spending.pk, count__lt=limit.count).update(count=F("count") + 1)
    if not spent:
        raise TooMany(ends - now)


def forget_ended() -> int:
    """Delete the counts whose window is over. Returns how many."""
    return Spending.objects.filter(ends_at__lt=timezone.now()).delete()[0]
