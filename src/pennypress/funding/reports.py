"""What the months' pages tell: each month's figure, what was given back later, what it was spent on. Public data only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from pennypress.delivery.ready import fades, shows
from pennypress.funding.journal import Booked, BookedLine
from pennypress.funding.ledger import METER, month_of
from pennypress.funding.meter import Meter
from pennypress.funding.models import (
    AccountName,
    Entry,
    EntryKind,
    Expense,
    Line,
    MonthTotal,
    PublishedMonth,
)
from pennypress.funding.months import closes_at, month_after, start_of, supporters_of
from pennypress.funding.queries import meter_of, plan
from pennypress.newsroom.queries import current_newsroom

# Ten years of months are a page; nobody has read more in one go.
MOST_MONTHS = 120
# Bars of a chart that can still be told apart on a phone.
CHART_MONTHS = 24
# What a month was spent on, and what changed in it afterwards, are told in this many rows at most.
MOST_ROWS = 200


@dataclass(frozen=True)
class Month:
    """A row of the list. `shown` is what the meter showed, before or after fees as it was then."""

    first_day: date
    raised: int
    fees: int
    returned: int
    gifts: int
    adjusted: int
    shown: int
    closed: bool


@dataclass(frozen=True)
class Adjustment:
    """What was booked for a month after it had closed, on one day and of one kind."""

    day: date
    kind: str
    amount: int


@dataclass(frozen=True)
class Report:
    """A month as its page tells it. Amounts in minor units of the newsroom's currency."""

    meter: Meter
    raised: int
    fees: int
    returned: int
    gifts: int
    supporters: int
    closed: bool
    over: bool
    adjustments: tuple[Adjustment, ...]
    expenses: tuple[Expense, ...]

    @property
    def adjusted(self) -> int:
        return sum(adjustment.amount for adjustment in self.adjustments)

    @property
    def spent(self) -> int:
        return sum(expense.amount for expense in self.expenses)

    @property
    def by_category(self) -> list[tuple[str, int, list[Expense]]]:
        """Category, its sum, its expenses; the largest first."""
        found: dict[str, list[Expense]] = {}
        for expense in self.expenses:
            found.setdefault(expense.category, []).append(expense)
        sums = [(name, sum(expense.amount for expense in group), group) for name, group in found.items()]
        return sorted(sums, key=lambda row: -row[1])


def months() -> list[Month]:
    """All months with money, newest first. Two queries."""
    shows(METER)
    currency = current_newsroom().currency
    published = {
        row.month: row for row in PublishedMonth.objects.filter(currency=currency).order_by("-month")[:MOST_MONTHS]
    }
    after_fees = plan().after_fees
    found = []
    for total in MonthTotal.objects.filter(currency=currency).order_by("-month")[:MOST_MONTHS]:
        less = published[total.month].after_fees if total.month in published else after_fees
        found.append(
            Month(
                total.month, total.raised, total.fees, total.returned, total.gifts, total.adjusted,
                total.raised - total.fees if less else total.raised, total.closed_at is not None,
            )
        )  # fmt: skip
    return found


def report(month: date) -> Report | None:
    """A month's whole account, or None where there was no month of ours. A handful of queries, however much happened."""
    meter, currency = meter_of(month), current_newsroom().currency
    total = MonthTotal.objects.filter(month=month, currency=currency).first()
    expenses = tuple(
        Expense.objects.filter(month=month, currency=currency).order_by("category", "-amount", "id")[:MOST_ROWS]
    )
    running = month == month_of(timezone.now())
    if total is None and not expenses and not running:
        return None
    total = total or MonthTotal(month=month, currency=currency)
    published = PublishedMonth.objects.filter(month=month, currency=currency).first() if total.closed_at else None
    if running:
        fades(start_of(month_after(month)))
    elif not total.closed_at:
        fades(closes_at(total))
    return Report(
        meter=meter, raised=total.raised, fees=total.fees, returned=total.returned, gifts=total.gifts,
        supporters=published.supporters if published else supporters_of(month, currency),
        closed=published is not None, over=not running, expenses=expenses,
        adjustments=tuple(_adjustments(month, currency)) if published else (),
    )  # fmt: skip


def _adjustments(month: date, currency: str) -> Iterator[Adjustment]:
    rows = (
        Line.objects.filter(entry__month=month, entry__late=True, currency=currency, account=AccountName.INCOME)
        .values(day=TruncDate("entry__happened_at"), kind=F("entry__kind"))
        .annotate(total=-Sum("amount"))
        .order_by("day", "kind")
    )
    for row in rows[:MOST_ROWS]:
        yield Adjustment(row["day"], str(EntryKind(row["kind"]).label), row["total"])


def public_days(month: date) -> Iterator[Booked]:
    """The month's books as anybody may have them: each day's entries of a kind as one, with neither notes nor names.

    Lines that balance in each entry balance in each day as well. As many rows as a month has days, whatever was given.
    """
    booked = Entry.objects.filter(month=month).annotate(day=TruncDate("happened_at")).order_by()
    counts = {(day, kind): count for day, kind, count in booked.values_list("day", "kind").annotate(Count("pk"))}
    rows = (
        Line.objects.filter(entry__month=month)
        .values("account", "currency", day=TruncDate("entry__happened_at"), kind=F("entry__kind"))
        .annotate(total=Sum("amount"))
        .order_by("day", "kind", "currency", "account")
    )
    for (day, kind), group in groupby(rows, key=lambda row: (row["day"], row["kind"])):
        lines = tuple(BookedLine(row["account"], row["currency"], row["total"]) for row in group if row["total"])
        if lines:
            count = counts[day, kind]
            note = f"{EntryKind(kind).label} ({count})" if count > 1 else str(EntryKind(kind).label)
            yield Booked(day=day, month=month, note=note, lines=lines)


def expenses_by_month() -> dict[date, int]:
    """What each month's expenses add up to."""
    shows(METER)
    sums = (
        Expense.objects.filter(currency=current_newsroom().currency).values_list("month").annotate(total=Sum("amount"))
    )
    return dict(sums.order_by("-month")[:MOST_MONTHS])
