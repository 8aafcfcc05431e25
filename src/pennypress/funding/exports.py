"""All the books for an accounting program, read a part at a time however long they are."""

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from pennypress.funding.journal import Booked, BookedLine, Chart
from pennypress.funding.models import Entry, Line

# As many entries as are in memory at a time.
AT_ONCE = 1000


def booked(first: date | None = None, last: date | None = None) -> Iterator[Booked]:
    """The entries of these days, oldest first."""
    for entry in _entries(first, last).select_related("document").prefetch_related("lines").iterator(AT_ONCE):
        lines = sorted(entry.lines.all(), key=lambda line: line.id)
        yield Booked(
            day=timezone.localtime(entry.happened_at).date(),
            month=entry.month,
            note=entry.note or str(entry.get_kind_display()),
            lines=tuple(BookedLine(line.account, line.currency, line.amount) for line in lines),
            key=entry.key,
            document=str(entry.document) if hasattr(entry, "document") else "",
        )


def chart(first: date | None = None, last: date | None = None) -> Chart:
    """The accounts and currencies that those entries use."""
    lines = Line.objects.filter(entry__in=_entries(first, last).order_by()) if first or last else Line.objects.all()
    return Chart(
        tuple(sorted(lines.order_by().values_list("account", "entry__month").distinct())),
        tuple(sorted(lines.order_by().values_list("currency", flat=True).distinct())),
    )


def _entries(first: date | None, last: date | None) -> QuerySet[Entry]:
    entries = Entry.objects.order_by("happened_at", "id")
    if first:
        entries = entries.filter(happened_at__date__gte=first)
    if last:
        entries = entries.filter(happened_at__date__lte=last)
    return entries
