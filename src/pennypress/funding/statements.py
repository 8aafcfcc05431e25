"""A year of one supporter on a page: every receipt and every credit note of that year, and what remains."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
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
    sums: tuple[Sum, ...]
    running: bool


def years_of(emails: Sequence[str]) -> list[int]:
    """The years of which there is a statement, the newest first."""
    years = _documents_of(emails).order_by("-year").values_list("year", flat=True).distinct()
    return list(years)


def statement_of(emails: Sequence[str], year: int) -> Statement | None:
    """None where nothing came and nothing went back in that year. One query."""
    found = _documents_of(emails).filter(year=year).select_related("gift").order_by("happened_at", "kind", "number")
    documents = list(found[:LONGEST])
    if not documents:
        return None
    given: dict[str, int] = defaultdict(int)
    back: dict[str, int] = defaultdict(int)
    for document in documents:
        side = back if document.kind == DocumentKind.CREDIT else given
        side[document.gift.currency] += document.amount
    sums = tuple(Sum(one, given[one], back[one]) for one in sorted(given.keys() | back.keys()))
    return Statement(year, tuple(emails), documents, sums, year == timezone.localdate().year)


def _documents_of(emails: Sequence[str]) -> QuerySet[Document]:
    addresses = [email.lower() for email in emails]
    return Document.objects.alias(address=Lower("gift__email")).filter(address__in=addresses)
