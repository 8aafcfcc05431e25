from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from pennypress.funding.ledger import month_of
from pennypress.funding.meter import Meter, make_meter
from pennypress.funding.models import Entry, FundingPlan, Gift, GiftState, MonthScale, MonthTotal, Pledge, Tier
from pennypress.newsroom.models import Newsroom
from pennypress.newsroom.queries import current_newsroom


@dataclass(frozen=True)
class Month:
    first_day: date
    raised: int
    gifts: int
    height: int


def current_meter() -> Meter:
    """The running month's meter, by the clock: no row needs to exist for a month to begin."""
    return meter_of(month_of(timezone.now()))


def meter_of(month: date) -> Meter:
    """One query where there are tiers, two where there are none."""
    currency = current_newsroom().currency
    figures = _figures(month, currency)
    if month < month_of(timezone.now()) and (scale := MonthScale.objects.filter(pk=month).first()):
        return make_meter(
            month=month, currency=currency, raised=raised_in(month, currency), committed=0, promised=0,
            tiers=[tuple(tier) for tier in scale.tiers],
        )  # fmt: skip
    tiers = list(Tier.objects.annotate(**figures).order_by("amount"))
    bearer: Any = tiers[0] if tiers else Newsroom.objects.annotate(**figures)[0]
    return make_meter(
        month=month, currency=currency, raised=bearer.raised, committed=bearer.committed, promised=0,
        tiers=[(tier.amount, tier.title, tier.pays_for) for tier in tiers],
    )  # fmt: skip


def raised_in(month: date, currency: str) -> int:
    return MonthTotal.objects.filter(month=month, currency=currency).values_list("raised", flat=True).first() or 0


def open_pledges(month: date, currency: str) -> QuerySet[Pledge]:
    """Active pledges whose gift of this month has not come yet."""
    paid = Gift.objects.filter(pledge=OuterRef("pk"), state=GiftState.CAPTURED, captured_at__gte=start_of(month))
    return Pledge.objects.filter(active=True, currency=currency).filter(~Exists(paid))


def _figures(month: date, currency: str) -> dict[str, Coalesce]:
    raised = MonthTotal.objects.filter(month=month, currency=currency).values("raised")[:1]
    unpaid = open_pledges(month, currency).order_by()
    committed = unpaid.values("currency").annotate(total=Sum("amount")).values("total")[:1]
    zero = Value(0, output_field=BigIntegerField())
    return {
        "raised": Coalesce(Subquery(raised), zero),
        "committed": Coalesce(Subquery(committed, output_field=BigIntegerField()), zero),
    }


def start_of(month: date) -> datetime:
    """The moment the month begins in the active time zone."""
    return timezone.make_aware(datetime(month.year, month.month, 1))


def months() -> list[Month]:
    """All months with income, newest first; `height` is of 100 for the chart."""
    totals = list(MonthTotal.objects.filter(currency=current_newsroom().currency).order_by("-month")[:120])
    top = max([1, *(total.raised for total in totals)])
    return [Month(t.month, t.raised, t.gifts, max(0, t.raised) * 100 // top) for t in totals]


def entries_of(month: date) -> QuerySet[Entry]:
    """The entries behind a month's figure, newest first."""
    return Entry.objects.filter(month=month).prefetch_related("lines").order_by("-happened_at", "-pk")


def plan() -> FundingPlan:
    return FundingPlan.objects.first() or FundingPlan(
        suggested_once=[500, 1500, 5000], suggested_monthly=[300, 500, 1000]
    )
