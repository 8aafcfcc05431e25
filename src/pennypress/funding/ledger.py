"""The books: double entry, append-only, integers in minor units.

`post`, and `post_all` for an archive, are the only ways in. An entry's lines sum to zero per currency; debits are positive, credits negative, so income
grows by negative lines. An entry counts for the month of its moment in the newsroom's time zone, or for the month of the
gift it gives back; one that comes after that month was closed is a dated adjustment and leaves the figure alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from pennypress.delivery.ready import changed
from pennypress.funding.guards import missing_guards
from pennypress.funding.models import FEE_ACCOUNTS, RETURNS, AccountName, Entry, EntryKind, Gift, Line, MonthTotal
from pennypress.funding.months import METER, close_if_due, close_months
from pennypress.lib.ids import uuid7

__all__ = ["METER", "Unbalanced", "check", "check_balance", "figures", "month_of", "post", "post_all"]

GIFTS_COME_AND_GO = (EntryKind.SETTLEMENT, EntryKind.MISTAKE)

# (account, currency, minor units)
LineValues = tuple[str, str, int]


class Unbalanced(ValueError):
    """The lines of an entry do not sum to zero per currency, or there are none."""


def month_of(moment: datetime) -> date:
    """First day of the moment's month in the active time zone."""
    return timezone.localtime(moment).date().replace(day=1)


def post(
    *,
    key: str,
    kind: EntryKind,
    happened_at: datetime,
    note: str,
    lines: Iterable[LineValues],
    gift: Gift | None = None,
    month: date | None = None,
    corrects: Entry | None = None,
) -> Entry | None:
    """Book one fact within the caller's transaction; `month` is the one it counts for, where that is not its moment's.

    Returns None, changing nothing, when the key is booked already. Raises Unbalanced.
    """
    lines = list(lines)
    check_balance(key, lines)
    try:
        return _post(key, kind, happened_at, note, lines, gift, month or month_of(happened_at), corrects)
    except IntegrityError:
        # Somebody else booked it at the same moment.
        if Entry.objects.filter(key=key).exists():
            return None
        raise


def _post(
    key: str, kind: EntryKind, happened_at: datetime, note: str, lines: list[LineValues], gift: Gift | None, month: date,
    corrects: Entry | None,
) -> Entry | None:  # fmt: skip
    with transaction.atomic():
        if Entry.objects.filter(key=key).exists():
            return None
        entry = Entry(
            key=key, kind=kind, gift=gift, happened_at=happened_at, month=month, note=note, corrects=corrects,
            id=uuid7(),
        )  # fmt: skip
        entry.late = _add(month, figures(kind, lines))
        _write([entry], [lines])
    return entry


@dataclass(frozen=True)
class Fact:
    """What `post` is told of an entry."""

    key: str
    kind: EntryKind
    happened_at: datetime
    note: str
    lines: list[LineValues]
    gift: Gift


def post_all(facts: Sequence[Fact]) -> list[Entry]:
    """Book facts that are all new, as `post` would one by one, each month counted once; within the caller's transaction.

    Raises Unbalanced, and IntegrityError where one is booked already; nothing is booked then.
    """
    entries, months = [], defaultdict(list)
    for fact in facts:
        check_balance(fact.key, fact.lines)
        entry = Entry(
            key=fact.key, kind=fact.kind, gift=fact.gift, happened_at=fact.happened_at,
            month=month_of(fact.happened_at), note=fact.note, id=uuid7(),
        )  # fmt: skip
        entries.append(entry)
        months[entry.month].append((entry, figures(fact.kind, fact.lines)))
    with transaction.atomic():
        for month, counted in months.items():
            late = _add(month, _summed(sums for _entry, sums in counted))
            for entry, sums in counted:
                entry.late = late and bool(sums)
        _write(entries, [fact.lines for fact in facts])
    return entries


def _summed(figures: Iterable[dict[str, dict[str, int]]]) -> dict[str, dict[str, int]]:
    whole: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in figures:
        for currency, sums in one.items():
            for name, amount in sums.items():
                whole[currency][name] += amount
    return whole


def _write(entries: list[Entry], lines: list[list[LineValues]]) -> None:
    # First the lines: the database takes none for an entry that is there, and no entry whose lines do not balance.
    Line.objects.bulk_create(
        Line(entry_id=entry.id, account=account, currency=currency, amount=amount)
        for entry, some in zip(entries, lines, strict=True)
        for account, currency, amount in some
    )
    Entry.objects.bulk_create(entries)
    changed(METER)


def hold(month: date, currency: str) -> None:
    """Take the month's sums before anything else that a capture takes after them (PostgreSQL; SQLite's writers take turns)."""
    MonthTotal.objects.select_for_update().filter(month=month, currency=currency).first()


def check_balance(key: str, lines: list[LineValues]) -> None:
    """Raises Unbalanced."""
    sums: dict[str, int] = defaultdict(int)
    for _account, currency, amount in lines:
        sums[currency] += amount
    if not lines or any(sums.values()):
        raise Unbalanced(f"The lines of {key} do not balance.")


def _add(month: date, figures: Mapping[str, Mapping[str, int]]) -> bool:
    """Add to the month's kept sums; True when the month is closed, so that this is an adjustment of it."""
    late = False
    for currency, sums in figures.items():
        total, created = MonthTotal.objects.get_or_create(month=month, currency=currency)
        if created:
            # The first entry of a month ends the one before, wherever the schedule may be.
            close_months()
        total = MonthTotal.objects.select_for_update().get(pk=total.pk)
        close_if_due(total)
        if total.closed_at:
            late = True
            sums = {"adjusted": sums["raised"], "adjusted_fees": sums["fees"]}
        MonthTotal.objects.filter(pk=total.pk).update(**{name: F(name) + amount for name, amount in sums.items()})
    return late


def figures(kind: str, lines: Iterable[LineValues]) -> dict[str, dict[str, int]]:
    """What an entry adds to its month, per currency: raised, fees, returned and gifts. Empty where it adds nothing."""
    found: dict[str, dict[str, int]] = {}
    for account, currency, amount in lines:
        if account == AccountName.INCOME or account in FEE_ACCOUNTS:
            sums = found.setdefault(currency, {"raised": 0, "fees": 0, "returned": 0, "gifts": 0})
            if account == AccountName.INCOME:
                sums["raised"] -= amount
            else:
                sums["fees"] += amount
    for sums in found.values():
        raised = sums["raised"]
        if kind in RETURNS:
            sums["returned"] = -raised
        elif kind == EntryKind.GIFT:
            sums["gifts"] = int(raised > 0)
        elif kind in GIFTS_COME_AND_GO:
            # A gift in a foreign currency becomes one of ours when it is settled; one booked by mistake is none.
            sums["gifts"] = (raised > 0) - (raised < 0)
    return found


def check() -> list[str]:
    """Audit the books; returns one sentence for each fault, so nothing for sound books."""
    faults = [f"The database does not guard the books: {name} is missing." for name in missing_guards()]
    for row in Line.objects.values("entry_id", "currency").annotate(total=Sum("amount")).exclude(total=0):
        faults.append(f"Entry {row['entry_id']} is off by {row['total']} {row['currency']}.")
    for entry_id in Entry.objects.filter(lines=None).values_list("pk", flat=True):
        faults.append(f"Entry {entry_id} has no lines.")
    return faults + _check_totals()


def _check_totals() -> list[str]:
    """The sums that are kept against the sums of the books."""
    income, fees, late = Q(account=AccountName.INCOME), Q(account__in=FEE_ACCOUNTS), Q(entry__late=True)
    settled = income & ~late & Q(entry__kind__in=GIFTS_COME_AND_GO)

    def entries(condition: Q) -> Count:
        return Count("entry_id", filter=condition, distinct=True)

    rows = (
        Line.objects.filter(income | fees)
        .values("entry__month", "currency")
        .annotate(
            raised=-Sum("amount", filter=income & ~late, default=0),
            fees=Sum("amount", filter=fees & ~late, default=0),
            returned=Sum("amount", filter=income & ~late & Q(entry__kind__in=RETURNS), default=0),
            adjusted=-Sum("amount", filter=income & late, default=0),
            adjusted_fees=Sum("amount", filter=fees & late, default=0),
            gifts=entries(income & ~late & Q(amount__lt=0, entry__kind=EntryKind.GIFT))
            + entries(settled & Q(amount__lt=0))
            - entries(settled & Q(amount__gt=0)),
        )
    )
    booked: dict[tuple[date, str], Mapping[str, Any]] = {(row["entry__month"], row["currency"]): row for row in rows}
    kept = {(total.month, total.currency): total for total in MonthTotal.objects.all()}
    faults = []
    for month, currency in sorted(booked.keys() | kept.keys()):
        for name in ("raised", "fees", "returned", "adjusted", "adjusted_fees", "gifts"):
            books = booked.get((month, currency), {}).get(name, 0)
            meter = getattr(kept.get((month, currency)), name, 0)
            if books != meter:
                faults.append(f"{month:%Y-%m}: {name} is {books} {currency} in the books and {meter} on the meter.")
    return faults
