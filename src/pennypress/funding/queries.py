from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateTimeField,
    Exists,
    F,
    Field,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from pennypress.delivery.ready import fades, kept, last_change, shows
from pennypress.funding.appeals import APPEALS, said_figures
from pennypress.funding.cover import Fee
from pennypress.funding.ledger import METER, month_of
from pennypress.funding.meter import Doubling, Meter, make_meter
from pennypress.funding.models import (
    Carry,
    Entry,
    FeeCover,
    FundingPlan,
    Gift,
    GiftState,
    Interval,
    MatchingOffer,
    MonthScale,
    MonthTotal,
    Pledge,
    ProviderCall,
    ProviderEvent,
    PublishedMonth,
    Reconciliation,
    Tier,
)
from pennypress.funding.months import month_after, month_before, present_scale, start_of, would_carry
from pennypress.funding.rules import APPEAL_PAUSE, bounds
from pennypress.funding.wall import shown_entries
from pennypress.newsroom.models import Newsroom
from pennypress.newsroom.queries import current_newsroom

# A screen of the desk; the next is a press away.
GIFTS_PER_PAGE = 50


def current_meter() -> Meter:
    """The running month's meter, by the clock: no row needs to exist for a month to begin.

    It stands on most pages and its one query costs more than all else of an article, so it is kept until it moves.
    """
    month = month_of(timezone.now())
    fades(start_of(month_after(month)))
    # What is said about giving comes with it, by the day.
    return kept((METER, APPEALS), (current_newsroom(), timezone.localdate()), lambda: meter_of(month))


def live_meter() -> dict[str, Any]:
    """The running month's meter as it is drawn where it moves: with the number of its last change, read before it."""
    return {"moved": last_change(METER), "meter": current_meter()}


def meter_of(month: date) -> Meter:
    """One query for the running month, whatever its tiers; a few for a month that is over."""
    shows(METER)
    if month < month_of(timezone.now()):
        return _meter_that_was(month)
    currency = current_newsroom().currency
    figures = _figures(month, currency)
    # The newsroom's own row brings the figures where there are no tiers, in the same query.
    bearer = Newsroom.objects.values_list(
        Value(0, output_field=BigIntegerField()), Value(""), Value(""), *figures.values()
    )
    tiers = Tier.objects.annotate(**figures).order_by().values_list("amount", "title", "pays_for", *figures)
    rows = list(tiers.union(bearer, all=True))
    found = dict(zip(figures, rows[0][3:], strict=True))
    carried, carry = found["carried"], found["carry"] or Carry.NONE
    if carried is None and carry != Carry.NONE:
        # Only in the first hours of a month, and where no worker has run since.
        carried = would_carry(month_before(month), currency)
    if found["begins_at"]:
        fades(found["begins_at"])
    doubling = None
    if found["doubler"]:
        fades(found["ends_at"])
        doubling = Doubling(found["doubler"], found["ends_at"], found["cap"], found["used"])
    meter = make_meter(
        month=month, currency=currency, after_fees=bool(found["after_fees"]), doubling=doubling,
        raised=found["raised"] - (found["fees"] if found["after_fees"] else 0),
        committed=found["committed"], promised=found["promised"] + found["owed"],
        carried=(carried or 0) if carry != Carry.NONE else 0, newest_name=found["newest_name"] or "",
        tiers=sorted((amount, title, pays_for) for amount, title, pays_for, *_figures in rows if amount),
    )  # fmt: skip
    return replace(meter, said=found["said"] or "", pause=found["appeal_pause"] or APPEAL_PAUSE)


def _meter_that_was(month: date) -> Meter:
    """As it was published; what has not come by the end of a month does not come in it any more."""
    currency = current_newsroom().currency
    scale = MonthScale.objects.filter(pk=month).first()
    tiers = scale.tiers if scale else present_scale()
    published = PublishedMonth.objects.filter(month=month, currency=currency).first()
    total = published or MonthTotal.objects.filter(month=month, currency=currency).first()
    after_fees = published.after_fees if published else plan().after_fees
    return make_meter(
        month=month, currency=currency, after_fees=after_fees, committed=0, promised=0,
        raised=total.raised - (total.fees if after_fees else 0) if total else 0,
        carried=published.carried_in if published else 0,
        tiers=[(amount, title, pays_for) for amount, title, pays_for in tiers],
    )  # fmt: skip


def promised(month: date, currency: str) -> QuerySet[Gift]:
    """Gifts that are promised, not captured: a bank transfer that was announced, a debit that is on its way.

    They wait until they come or are given up, so those of earlier months count as well; one of a later month does not.
    """
    return Gift.objects.filter(state=GiftState.PROMISED, currency=currency, created_at__lt=start_of(month_after(month)))


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


def _figures(month: date, currency: str) -> dict[str, Any]:
    """All that the meter tells besides the tiers, each as a subquery."""
    now, number, words = timezone.now(), BigIntegerField(), CharField()

    def sum_of(rows: QuerySet[Any], column: Any) -> Coalesce:
        sums = rows.order_by().values("currency").annotate(total=Sum(column)).values("total")[:1]
        return Coalesce(Subquery(sums, output_field=number), Value(0, output_field=number))

    def first(rows: QuerySet[Any], column: str, field: Field[Any, Any]) -> Subquery:
        return Subquery(rows.values(column)[:1], output_field=field)

    total = MonthTotal.objects.filter(month=month, currency=currency)
    before = PublishedMonth.objects.filter(month=month_before(month), currency=currency)
    offers = MatchingOffer.objects.filter(currency=currency, ends_at__gt=now)
    running = offers.filter(begins_at__lte=now, used__lt=F("cap")).order_by("begins_at", "id")
    owed = MatchingOffer.objects.filter(currency=currency, received_at=None, rest_settled_at=None)
    return {
        "raised": Coalesce(first(total, "raised", number), Value(0, output_field=number)),
        "fees": Coalesce(first(total, "fees", number), Value(0, output_field=number)),
        # What covers the fee is no part of what will be raised.
        "committed": sum_of(open_pledges(month, currency), F("amount") - F("covered")),
        "promised": sum_of(promised(month, currency), F("amount") - F("covered")),
        "owed": sum_of(owed, F("used")),
        "carried": first(before, "carried_out", number),
        "after_fees": first(FundingPlan.objects.all(), "after_fees", BooleanField()),
        "carry": first(FundingPlan.objects.all(), "carry", words),
        "doubler": first(running, "name", words),
        "ends_at": first(running, "ends_at", DateTimeField()),
        "cap": first(running, "cap", number),
        "used": first(running, "used", number),
        "newest_name": first(shown_entries(), "name", words),
        **said_figures(),
        "appeal_pause": first(FundingPlan.objects.all(), "appeal_pause", number),
        "begins_at": first(offers.filter(begins_at__gt=now).order_by("begins_at"), "begins_at", DateTimeField()),
    }


def entries_of(month: date) -> QuerySet[Entry]:
    """The entries behind a month's figure, newest first."""
    return (
        Entry.objects.filter(month=month)
        .select_related("document")
        .prefetch_related("lines")
        .order_by("-happened_at", "-pk")
    )


def entries_of_gift(gift: Gift) -> QuerySet[Entry]:
    """All that was booked of a gift, newest first."""
    return (
        Entry.objects.filter(gift=gift)
        .select_related("document")
        .prefetch_related("lines")
        .order_by("-happened_at", "-pk")
    )


def plan() -> FundingPlan:
    """What the giving screen suggests: the editor's amounts, else three of a usual size in the currency."""
    # Five euros, five dinars, but five hundred yen.
    unit, _largest = bounds(current_newsroom().currency)
    return FundingPlan.objects.first() or FundingPlan(
        suggested_once=[5 * unit, 15 * unit, 50 * unit], suggested_monthly=[3 * unit, 5 * unit, 10 * unit]
    )


def fees_on_top() -> dict[str, Fee]:
    """What each provider takes of a gift in the newsroom's currency, where the newsroom has said so."""
    currency = current_newsroom().currency
    rows = FeeCover.objects.filter(currency=currency)
    return {row.provider: Fee(row.basis_points, row.fixed, currency) for row in rows}


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


def as_it_goes_on(gift: Gift) -> Gift:
    """The gift; or, where another's money was booked as it, the row as which what its giver began goes on."""
    while gift.state == GiftState.MISTAKEN and (again := gift.replacements.first()):
        gift = again
    return gift


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
