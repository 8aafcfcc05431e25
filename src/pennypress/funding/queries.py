from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from pennypress.delivery.ready import fades, shows
from pennypress.funding.ledger import METER, month_of
from pennypress.funding.meter import Meter, make_meter
from pennypress.funding.models import (
    Entry,
    FundingPlan,
    Gift,
    GiftState,
    Interval,
    MonthScale,
    MonthTotal,
    Pledge,
    ProviderCall,
    ProviderEvent,
    Reconciliation,
    Tier,
)
from pennypress.funding.months import month_after, start_of
from pennypress.funding.rules import bounds
from pennypress.newsroom.models import Newsroom
from pennypress.newsroom.queries import current_newsroom

# A screen of the desk; the next is a press away.
GIFTS_PER_PAGE = 50


@dataclass(frozen=True)
class Month:
    first_day: date
    raised: int
    gifts: int
    height: int


def current_meter() -> Meter:
    """The running month's meter, by the clock: no row needs to exist for a month to begin."""
    month = month_of(timezone.now())
    fades(start_of(month_after(month)))
    return meter_of(month)


def meter_of(month: date) -> Meter:
    """One query for the running month, whatever its tiers; two for a month that is over."""
    shows(METER)
    currency = current_newsroom().currency
    figures = _figures(month, currency)
    if month < month_of(timezone.now()) and (scale := MonthScale.objects.filter(pk=month).first()):
        return make_meter(
            month=month, currency=currency, raised=raised_in(month, currency), committed=0, promised=0,
            tiers=[tuple(tier) for tier in scale.tiers],
        )  # fmt: skip
    fields = ("amount", "title", "pays_for", "raised", "committed")
    # The newsroom's own row brings the figures where there are no tiers, in the same query.
    bearer = Newsroom.objects.values_list(
        Value(0, output_field=BigIntegerField()), Value(""), Value(""), figures["raised"], figures["committed"]
    )
    rows = list(Tier.objects.annotate(**figures).order_by().values_list(*fields).union(bearer, all=True))
    _amount, _title, _pays_for, raised, committed = rows[0]
    # What has not come by the end of a month does not come in it any more.
    committed = committed if month >= month_of(timezone.now()) else 0
    return make_meter(
        month=month, currency=currency, raised=raised, committed=committed, promised=0,
        tiers=sorted((amount, title, pays_for) for amount, title, pays_for, *_figures in rows if amount),
    )  # fmt: skip


def raised_in(month: date, currency: str) -> int:
    return MonthTotal.objects.filter(month=month, currency=currency).values_list("raised", flat=True).first() or 0


def open_pledges(month: date, currency: str) -> QuerySet[Pledge]:
    """Active pledges whose gift of this month has not come yet, and is to come in it."""
    captured = Gift.objects.filter(pledge=OuterRef("pk"), state=GiftState.CAPTURED)
    paid = captured.filter(captured_at__gte=start_of(month))
    year_before = month_after(month).replace(year=month_after(month).year - 1)
    paid_this_year = captured.filter(captured_at__gte=start_of(year_before))
    # Where the provider says when the next one comes, it is believed; else it comes once in each month or year.
    comes: Any = Q(next_at__lt=start_of(month_after(month))) | Q(next_at=None, interval=Interval.MONTH)
    comes |= Q(next_at=None, interval=Interval.YEAR) & ~Exists(paid_this_year)
    return Pledge.objects.filter(comes, active=True, paused=False, currency=currency).filter(~Exists(paid))


def _figures(month: date, currency: str) -> dict[str, Coalesce]:
    raised = MonthTotal.objects.filter(month=month, currency=currency).values("raised")[:1]
    unpaid = open_pledges(month, currency).order_by()
    committed = unpaid.values("currency").annotate(total=Sum("amount")).values("total")[:1]
    zero = Value(0, output_field=BigIntegerField())
    return {
        "raised": Coalesce(Subquery(raised), zero),
        "committed": Coalesce(Subquery(committed, output_field=BigIntegerField()), zero),
    }


def months() -> list[Month]:
    """All months with income, newest first; `height` is of 100 for the chart."""
    shows(METER)
    totals = list(MonthTotal.objects.filter(currency=current_newsroom().currency).order_by("-month")[:120])
    top = max([1, *(total.raised for total in totals)])
    return [Month(t.month, t.raised, t.gifts, max(0, t.raised) * 100 // top) for t in totals]


def entries_of(month: date) -> QuerySet[Entry]:
    """The entries behind a month's figure, newest first."""
    return Entry.objects.filter(month=month).prefetch_related("lines").order_by("-happened_at", "-pk")


def plan() -> FundingPlan:
    """What the giving screen suggests: the editor's amounts, else three of a usual size in the currency."""
    # Five euros, five dinars, but five hundred yen.
    unit, _largest = bounds(current_newsroom().currency)
    return FundingPlan.objects.first() or FundingPlan(
        suggested_once=[5 * unit, 15 * unit, 50 * unit], suggested_monthly=[3 * unit, 5 * unit, 10 * unit]
    )


def gifts(*, state: str = "", month: date | None = None, before: UUID | None = None) -> tuple[list[Gift], UUID | None]:
    """A page of gifts, newest first, and where the next page begins. Two queries at most, however many gifts."""
    # A gift belongs to the month of its capture; one that was never captured to the month it was begun.
    found = Gift.objects.select_related("pledge").annotate(moment=Coalesce("captured_at", "created_at"))
    found = found.order_by("-created_at", "-id")
    if state:
        found = found.filter(state=state)
    if month:
        found = found.filter(moment__gte=start_of(month), moment__lt=start_of(month_after(month)))
    if before and (last := Gift.objects.filter(pk=before).values_list("created_at", flat=True).first()):
        found = found.filter(Q(created_at__lt=last) | Q(created_at=last, id__lt=before))
    page: list[Any] = list(found[: GIFTS_PER_PAGE + 1])
    more = len(page) > GIFTS_PER_PAGE
    return page[:GIFTS_PER_PAGE], page[GIFTS_PER_PAGE - 1].id if more else None


def stuck_events() -> QuerySet[ProviderEvent]:
    """Events that could not be applied, or that nobody has applied for so long that their job must have been given up."""
    waiting_too_long = Q(received_at__lt=timezone.now() - timedelta(minutes=10))
    return ProviderEvent.objects.filter(applied_at=None).filter(~Q(error="") | waiting_too_long).order_by("received_at")


def events_set_aside() -> QuerySet[ProviderEvent]:
    """Events of the last weeks that were none of our business, newest first."""
    recent = ProviderEvent.objects.filter(received_at__gte=timezone.now() - timedelta(days=30))
    return recent.filter(applied_at__isnull=False).exclude(error="").order_by("-received_at")


def being_refunded(gift: Gift) -> int:
    """What was asked to be given back of the gift and is not in the books yet."""
    wishes = gift.calls.filter(verb=ProviderCall.Verb.REFUND, state=ProviderCall.State.ASKED)
    return sum(wish["amount"] for wish in wishes.values_list("wish", flat=True))


def open_calls() -> QuerySet[ProviderCall]:
    """What was asked of a provider and is not settled, pages for readers left out; oldest first."""
    asked = ProviderCall.objects.filter(state=ProviderCall.State.ASKED).exclude(verb__in=ProviderCall.PAGES)
    return asked.order_by("asked_at")


def last_reconciliations() -> list[Reconciliation]:
    """The newest comparison with each provider."""
    names = Reconciliation.objects.order_by().values_list("provider", flat=True).distinct()
    found = [Reconciliation.objects.filter(provider=name).order_by("-ran_at").first() for name in sorted(names)]
    return [one for one in found if one]


def money_is_kept() -> bool:
    """Whether any amount is kept in the newsroom's currency: an entry, a pledge or a tier."""
    return Entry.objects.exists() or Pledge.objects.exists() or Tier.objects.exists()
