"""The books: double entry, append-only, integers in minor units.

`post` is the only way in. An entry's lines sum to zero per currency; debits are positive, credits negative, so income
grows by negative lines. Entries belong to the month of their moment in the newsroom's time zone.
"""

from collections import defaultdict
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from pennypress.delivery.ready import changed
from pennypress.funding.models import AccountName, Entry, Line, MonthTotal

# What ready pages that show money are tagged with.
METER = "meter"


class Unbalanced(ValueError):
    """The lines of an entry do not sum to zero per currency, or there are none."""


def month_of(moment: datetime) -> date:
    """First day of the moment's month in the active time zone."""
    return timezone.localtime(moment).date().replace(day=1)


def post(
    *, key: str, happened_at: datetime, note: str, lines: list[tuple[str, str, int]], corrects: Entry | None = None
) -> Entry | None:
    """Book one fact within the caller's transaction: lines are (account, currency, minor units).

    Returns None, changing nothing, when the key is booked already. Raises Unbalanced.
    """
    sums: dict[str, int] = defaultdict(int)
    for _account, currency, amount in lines:
        sums[currency] += amount
    if not lines or any(sums.values()):
        raise Unbalanced(f"The lines of {key} do not balance.")
    with transaction.atomic():
        month = month_of(happened_at)
        entry, created = Entry.objects.get_or_create(
            key=key, defaults={"happened_at": happened_at, "month": month, "note": note, "corrects": corrects}
        )
        if not created:
            return None
        Line.objects.bulk_create(
            Line(entry=entry, account=account, currency=currency, amount=amount) for account, currency, amount in lines
        )
        for account, currency, amount in lines:
            if account == AccountName.INCOME:
                total, _ = MonthTotal.objects.get_or_create(month=month, currency=currency)
                gifts = 1 if amount < 0 and corrects is None else 0
                MonthTotal.objects.filter(pk=total.pk).update(raised=F("raised") - amount, gifts=F("gifts") + gifts)
                changed(METER)
    return entry


def check() -> list[str]:
    """Audit the books; returns one sentence for each fault, so nothing for sound books."""
    faults = []
    for row in Line.objects.values("entry_id", "currency").annotate(total=Sum("amount")).exclude(total=0):
        faults.append(f"Entry {row['entry_id']} is off by {row['total']} {row['currency']}.")
    for entry_id in Entry.objects.filter(lines=None).values_list("pk", flat=True):
        faults.append(f"Entry {entry_id} has no lines.")
    gift = Q(amount__lt=0, entry__corrects=None)
    booked = {
        (row["entry__month"], row["currency"]): (-row["total"], row["gifts"])
        for row in Line.objects.filter(account=AccountName.INCOME)
        .values("entry__month", "currency")
        .annotate(total=Sum("amount"), gifts=Count("pk", filter=gift))
    }
    kept = {(total.month, total.currency): (total.raised, total.gifts) for total in MonthTotal.objects.all()}
    for place in sorted(booked.keys() | kept.keys()):
        books, meter = booked.get(place, (0, 0)), kept.get(place, (0, 0))
        if books != meter:
            faults.append(
                f"{place[0]:%Y-%m}: the books say {books[0]} {place[1]} in {books[1]} gifts, "
                f"the meter {meter[0]} in {meter[1]}."
            )
    return faults
