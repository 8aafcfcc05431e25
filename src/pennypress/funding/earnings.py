"""Which article earned what: gifts of a month by the articles that were read before them, less what was given back.

Three ways of counting stand side by side, and none is the truth: a whole gift for the first article of its visit, a whole
gift for the last, and a gift shared out among those in between. A share is the gift divided without remainder; what remains
goes in single minor units to those read first. So each way adds up to the gifts it counts, exactly.

A regular gift counts in each month it is taken, for what its supporter had read when they began it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from pennypress.funding.models import Gift, GiftState, Role
from pennypress.funding.months import month_after, month_before, start_of
from pennypress.newsroom.queries import current_newsroom

# A month in which more articles than this earned something is no small newsroom's.
MOST_ARTICLES = 1_000
# Rows of one table on the screen; the file has them all.
ROWS_SHOWN = 50
# Bars of the chart: a year, and the same month of the year before.
CHART_MONTHS = 13

NET = F("amount") - F("returned")


OF = F("origin__touches__of")
SHARE = NET / OF + Case(When(origin__touches__place__lt=NET % OF, then=Value(1)), default=Value(0))


class Credits(NamedTuple):
    """What a page type that earns tells of one of its pages, by `credits_of(numbers)`."""

    title: str
    address: str
    section: str
    authors: list[str]


@dataclass
class Earned:
    """A row: an article, an author, a section or a newsletter. Amounts in minor units, less what was given back.

    Gifts are counted of articles and newsletters only: two articles of one author may lead to the same gift.
    """

    name: str
    gifts: int = 0
    first: int = 0
    assisted: int = 0
    last: int = 0
    address: str = ""
    section: str = ""
    authors: list[str] = field(default_factory=list)

    def add(self, other: "Earned") -> None:
        self.first += other.first
        self.assisted += other.assisted
        self.last += other.last


@dataclass(frozen=True)
class MonthEarned:
    """A month for the chart: what the last articles of visits earned."""

    first_day: date
    shown: int


@dataclass(frozen=True)
class Earnings:
    month: date
    currency: str
    articles: list[Earned]
    authors: list[Earned]
    sections: list[Earned]
    newsletters: list[Earned]
    # All gifts of the month, and those of them whose article is known.
    given: int
    known: int
    months: list[MonthEarned]

    @property
    def tables(self) -> list[tuple[str, str, list[Earned]]]:
        """Name, heading and rows."""
        return [
            ("article", _("Articles"), self.articles),
            ("author", _("Authors"), self.authors),
            ("section", _("Sections"), self.sections),
        ]


def earnings(month: date) -> Earnings:
    """The month's account, in a handful of queries however many gifts, articles and authors."""
    currency = current_newsroom().currency
    gifts = _gifts(currency, month, month_after(month))
    articles = _articles(gifts)
    return Earnings(
        month=month, currency=currency, articles=articles, authors=_together(articles, lambda row: row.authors),
        sections=_together(articles, lambda row: [row.section]), newsletters=_newsletters(gifts),
        given=_sum(gifts), known=_sum(gifts.filter(origin__touches__role=Role.LAST)), months=_months(currency),
    )  # fmt: skip


def _gifts(currency: str, since: date, until: date) -> QuerySet[Gift]:
    return Gift.objects.filter(
        state=GiftState.CAPTURED, currency=currency, captured_at__gte=start_of(since), captured_at__lt=start_of(until)
    )


def _sum(gifts: QuerySet[Gift]) -> int:
    return int(gifts.aggregate(total=Sum(NET, default=0))["total"])


def _articles(gifts: QuerySet[Gift]) -> list[Earned]:
    """What each article earned, the most first. Gifts of articles that are gone stand together at the end."""
    role = "origin__touches__role"
    rows = (
        gifts.filter(origin__touches__isnull=False)
        .values(page=F("origin__touches__page"))
        .annotate(
            count=Count("pk", distinct=True),
            first=Sum(SHARE, filter=Q(**{role: Role.FIRST}), default=0),
            assisted=Sum(SHARE, filter=Q(**{role: Role.ASSISTED}), default=0),
            last=Sum(SHARE, filter=Q(**{role: Role.LAST}), default=0),
        )
        .order_by("-last", "-first", "-assisted", "page")[:MOST_ARTICLES]
    )
    found = list(rows)
    told = credits_of(row["page"] for row in found if row["page"])
    gone = Credits(_("Articles that are gone"), "", "", [])
    earned = []
    for row in sorted(found, key=lambda row: row["page"] is None):
        article = told.get(row["page"], gone)
        earned.append(
            Earned(
                article.title, row["count"], row["first"], row["assisted"], row["last"], article.address,
                article.section, article.authors,
            )
        )  # fmt: skip
    return earned


def credits_of(numbers: Iterable[int]) -> dict[int, Credits]:
    """What the kinds of pages tell of these: each kind that earns offers `credits_of`. Two queries where there is one kind."""
    by_kind: dict[Any, list[int]] = defaultdict(list)
    for page in Page.objects.filter(pk__in=list(numbers)).only("pk", "content_type"):
        by_kind[page.specific_class].append(page.pk)
    told: dict[int, Credits] = {}
    for kind, pages in by_kind.items():
        if hasattr(kind, "credits_of"):
            told |= {number: Credits(**credits) for number, credits in kind.credits_of(pages).items()}
    return told


def _together(articles: list[Earned], names: Callable[[Earned], list[str]]) -> list[Earned]:
    """The articles' sums by another name of theirs. An article of two authors counts whole for each of them."""
    found: dict[str, Earned] = {}
    for article in articles:
        for name in filter(None, names(article)):
            found.setdefault(name, Earned(name)).add(article)
    return sorted(found.values(), key=lambda row: (-row.last, -row.first, -row.assisted, row.name))


def _newsletters(gifts: QuerySet[Gift]) -> list[Earned]:
    """Whole gifts by the newsletter their visit began with."""
    rows = (
        gifts.exclude(origin=None)
        .exclude(origin__newsletter="")
        .values(name=F("origin__newsletter"))
        .annotate(count=Count("pk"), net=Sum(NET))
        .order_by("-net", "name")[:MOST_ARTICLES]
    )
    return [Earned(row["name"].removeprefix("newsletter-"), row["count"], last=row["net"]) for row in rows]


def _months(currency: str) -> list[MonthEarned]:
    """The last months, newest first, those without a gift among them as well. One query."""
    this = timezone.localdate().replace(day=1)
    months = [this]
    while len(months) < CHART_MONTHS:
        months.append(month_before(months[-1]))
    rows = (
        _gifts(currency, months[-1], month_after(this))
        .filter(origin__touches__role=Role.LAST)
        .values(moment=TruncMonth("captured_at"))
        .annotate(net=Sum(NET))
    )
    sums = {row["moment"].date(): row["net"] for row in rows}
    return [MonthEarned(month, sums.get(month, 0)) for month in months]
