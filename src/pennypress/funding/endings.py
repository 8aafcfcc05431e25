"""How regular gifts went, month by month: what could not be taken, what came after a letter, what ended and why."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from pennypress.funding.ledger import month_of
from pennypress.funding.models import Cancellation, Lapse
from pennypress.funding.months import month_before, start_of

MONTHS = 12
# The newest words; the older ones are in the months' numbers.
REASONS = 50


@dataclass
class Month:
    """Of one month: lapses that began, sums that came after all (by currency, what went back taken off), ends by whose word."""

    first_day: date
    lapsed: int = 0
    recovered: int = 0
    sums: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Cancellation.By.values, 0))


def months() -> list[Month]:
    """The last twelve months, the running one first. Two queries, however many gifts."""
    found: dict[date, Month] = {}
    first_day = month_of(timezone.now())
    for _ in range(MONTHS):
        found[first_day] = Month(first_day)
        oldest, first_day = first_day, month_before(first_day)
    since = start_of(oldest)
    # A lapse of before may have brought its gift in these months; none lasts half a year.
    lapses = Lapse.objects.filter(began_at__gte=since - timedelta(days=183)).select_related("gift")
    for lapse in lapses.iterator():
        if month := found.get(month_of(lapse.began_at)):
            month.lapsed += 1
        gift = lapse.gift
        if gift and gift.captured_at and (month := found.get(month_of(gift.captured_at))):
            month.recovered += 1
            month.sums[gift.currency] = month.sums.get(gift.currency, 0) + gift.amount - gift.returned
    ends = Cancellation.objects.filter(cancelled_at__gte=since).values_list("cancelled_at", "by")
    for moment, by in ends.iterator():
        if month := found.get(month_of(moment)):
            month.ended[by] += 1
    return list(found.values())


def reasons() -> QuerySet[Cancellation]:
    """The newest ends whose supporters have said why."""
    return Cancellation.objects.exclude(reason="").select_related("pledge").order_by("-cancelled_at")[:REASONS]
