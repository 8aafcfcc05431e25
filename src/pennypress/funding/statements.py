"""A year of one supporter on a page: every receipt and every credit note of that year, and what remains."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.db.models import Sum as SumOf
from django.db.models.functions import Lower
from django.utils import timezone

from pennypress.funding.models import Document, DocumentKind

# Nobody gives three times a day; what is longer is no statement for a person, and would hold its maker up.
LONGEST = 1000


@dataclass(frozen=True)
class Sum:
    """Of one currency: what came, what went back, and what remains, in minor units."""

    currency: str
    given: int
    back: int

    @property
    def kept(self) -> int:
        return self.given - self.back


@dataclass(frozen=True)
class Statement:
    year: int
    emails: tuple[str, ...]
    documents: Sequence[Document]
    # How many more there are than a statement for a person holds; the sums are of all.
    left_out: int
    sums: tuple[Sum, ...]
    running: bool


def years_of(emails: Sequence[str]) -> list[int]:
    """The years of which there is a statement, the newest first."""
    years = _documents_of(emails).order_by("-year").values_list("year", flat=True).distinct()
    return list(years)


def statement_of(emails: Sequence[str], year: int) -> Statement | None:
    """None where nothing came and nothing went back in that year. Two queries."""
    found = _documents_of(emails).filter(year=year).select_related("gift").order_by("happened_at", "kind", "number")
    documents = list(found[:LONGEST])
    if not documents:
        return None
    given: dict[str, int] = defaultdict(int)
    back: dict[str, int] = defaultdict(int)
    # Of all there are, also where not all are shown.
    all_sums = found.order_by().values("kind", "gift__currency").annotate(sum=SumOf("amount"), many=Count("pk"))
    left_out = -len(documents)
    for row in all_sums:
        side = back if row["kind"] == DocumentKind.CREDIT else given
        side[row["gift__currency"]] += row["sum"]
        left_out += row["many"]
    sums = tuple(Sum(one, given[one], back[one]) for one in sorted(given.keys() | back.keys()))
    return Statement(year, tuple(emails), documents, left_out, sums, year == timezone.localdate().year)


def _documents_of(emails: Sequence[str]) -> QuerySet[Document]:
    addresses = [email.lower() for email in emails]
    return Document.objects.alias(address=Lower("gift__email")).filter(address__in=addresses)
