"""Numbers of receipts and credit notes, without gaps: a series of each for every calendar year of the newsroom."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.db.models import Count, F, Max, Q
from django.utils import timezone

from pennypress.funding.models import (
    INCOME_ACCOUNTS,
    Document,
    DocumentKind,
    DocumentSeries,
    Entry,
    EntryKind,
    Gift,
)

# A refund that failed is a gift's money again, so it is acknowledged like one.
KINDS = {
    EntryKind.GIFT: DocumentKind.RECEIPT,
    EntryKind.REFUND_FAILED: DocumentKind.RECEIPT,
    EntryKind.REFUND: DocumentKind.CREDIT,
    EntryKind.DISPUTE_LOST: DocumentKind.CREDIT,
    EntryKind.BOUNCE: DocumentKind.CREDIT,
    # Who got a receipt for another's money gets the note that takes it back.
    EntryKind.MISTAKE: DocumentKind.CREDIT,
}


def number(*, entry: Entry, gift: Gift, amount: int) -> Document:
    """Give what was booked the next number of its year, in the caller's transaction."""
    kind, year = KINDS[EntryKind(entry.kind)], year_of(entry.happened_at)
    return Document.objects.create(
        kind=kind, year=year, number=take(kind, year), entry=entry, gift=gift, amount=amount,
        happened_at=entry.happened_at,
    )  # fmt: skip


def number_all(booked: Iterable[tuple[Entry, Gift]]) -> None:
    """Give each of an archive's gifts its number as `number` would, in the order in which they come."""
    documents = []
    for (kind, year), some in groupby(booked, lambda one: (KINDS[EntryKind(one[0].kind)], year_of(one[0].happened_at))):
        these = list(some)
        first = take(kind, year, len(these)) - len(these) + 1
        documents += [
            Document(
                kind=kind, year=year, number=place, entry=entry, gift=gift, amount=gift.amount,
                happened_at=entry.happened_at,
            )
            for place, (entry, gift) in enumerate(these, first)
        ]  # fmt: skip
    Document.objects.bulk_create(documents)


def take(kind: DocumentKind, year: int, many: int = 1) -> int:
    """The next number, or the last of the next so many. Its series is held until the transaction ends: two at once take two, and one undone leaves no gap."""
    DocumentSeries.objects.get_or_create(kind=kind, year=year)
    series = DocumentSeries.objects.select_for_update().get(kind=kind, year=year)
    series.last += many
    series.save(update_fields=["last"])
    return series.last


def year_of(moment: datetime) -> int:
    """The calendar year of the moment in the active time zone."""
    return timezone.localtime(moment).year


def check() -> list[str]:
    """One sentence for each series with a gap, and for what was booked without a number."""
    faults = []
    found = Document.objects.values("kind", "year").annotate(count=Count("pk"), highest=Max("number")).order_by()
    counted = {(row["kind"], row["year"]): (row["count"], row["highest"]) for row in found}
    kept = {(row.kind, row.year): row.last for row in DocumentSeries.objects.all()}
    for kind, year in sorted(counted.keys() | kept.keys()):
        count, highest = counted.get((kind, year), (0, 0))
        if not count == highest == kept.get((kind, year)):
            faults.append(f"The {kind}s of {year}: {count} numbers, the highest is {highest}.")
    # A dispute about what had been given back before takes nothing, and needs none.
    moved = Entry.objects.filter(kind__in=KINDS, document=None, lines__account__in=INCOME_ACCOUNTS)
    without = moved.distinct().count()
    if without:
        faults.append(f"{without} gifts or refunds have no number.")
    wrong = Document.objects.filter(~Q(gift=F("entry__gift"))).count()
    if wrong:
        faults.append(f"{wrong} numbers belong to another gift than their entry.")
    return faults
