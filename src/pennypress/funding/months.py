"""The end of a month: its figure is published once and stands; what comes later is an adjustment with its date."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from pennypress.delivery.ready import changed
from pennypress.funding.models import (
    Carry,
    FundingPlan,
    Gift,
    GiftState,
    MonthScale,
    MonthTotal,
    PublishedMonth,
    Tier,
)

# What ready pages that show money are tagged with.
METER = "meter"
# Long enough for the last minutes' events to arrive, short enough that the figure stands in the morning.
CLOSES_AFTER = timedelta(hours=6)


def month_after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def month_before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def start_of(month: date) -> datetime:
    """The moment the month begins in the active time zone."""
    return timezone.make_aware(datetime(month.year, month.month, 1))


def closes_at(total: MonthTotal) -> datetime:
    """When the month's figure is final: soon after its end, or after its first entry where that is entered later."""
    return max(start_of(month_after(total.month)), total.begun_at) + CLOSES_AFTER


def close_if_due(total: MonthTotal) -> None:
    """Publish the month's figure if its time has come. The caller holds the row, within its transaction."""
    if total.closed_at is None and timezone.now() >= closes_at(total):
        close(total)


def close(total: MonthTotal, *, at: datetime | None = None) -> PublishedMonth:
    """Publish the month's figure as it stands; from now on it stands still. The caller holds the row."""
    plan = FundingPlan.objects.first() or FundingPlan()
    MonthScale.objects.get_or_create(month=total.month, defaults={"tiers": present_scale()})
    carried_in, out = _carried(total, plan)
    published = PublishedMonth.objects.create(
        month=total.month, currency=total.currency, raised=total.raised, fees=total.fees, returned=total.returned,
        gifts=total.gifts, supporters=supporters_of(total.month, total.currency), after_fees=plan.after_fees,
        carried_in=carried_in, carried_out=out, published_at=at or timezone.now(),
    )  # fmt: skip
    total.closed_at = published.published_at
    MonthTotal.objects.filter(pk=total.pk).update(closed_at=total.closed_at)
    changed(METER)
    return published


def would_carry(month: date, currency: str) -> int:
    """What a month that is over but not closed yet would hand on."""
    total = MonthTotal.objects.filter(month=month, currency=currency).first()
    return _carried(total, FundingPlan.objects.first() or FundingPlan())[1] if total else 0


def _carried(total: MonthTotal, plan: FundingPlan) -> tuple[int, int]:
    """What came into the month and what goes out of it. Only the month before is asked, which holds what came before it."""
    before = PublishedMonth.objects.filter(month=month_before(total.month), currency=total.currency).first()
    carried_in = before.carried_out if before and plan.carry != Carry.NONE else 0
    scale = MonthScale.objects.filter(pk=total.month).first()
    shown = total.raised - total.fees if plan.after_fees else total.raised
    return carried_in, carried_out(plan.carry, shown + carried_in, scale.tiers if scale else present_scale())


def close_months() -> int:
    """Publish every month whose time has come, each once; returns how many."""
    closed = 0
    open_totals = MonthTotal.objects.filter(closed_at=None, month__lt=timezone.localdate().replace(day=1))
    for number in list(open_totals.order_by("month").values_list("pk", flat=True)):
        with transaction.atomic():
            total = MonthTotal.objects.select_for_update().get(pk=number)
            if total.closed_at is None:
                close_if_due(total)
                closed += total.closed_at is not None
    return closed


def present_scale() -> list[list[Any]]:
    return [list(tier) for tier in Tier.objects.order_by("amount").values_list("amount", "title", "pays_for")]


def carried_out(carry: str, reached: int, tiers: list[list[Any]]) -> int:
    """What a month hands to the next: beyond its last tier, or (less than zero) short of its first.

    Never more than the month's own scale, so that no deficit grows out of reach.
    """
    if not tiers:
        return 0
    first, last = tiers[0][0], tiers[-1][0]
    if carry == Carry.SURPLUS:
        return min(max(reached - last, 0), last)
    if carry == Carry.DEFICIT:
        return -min(max(first - reached, 0), first)
    return 0


def supporters_of(month: date, currency: str) -> int:
    """How many people gave: each address once, and each gift without an address."""
    gifts = Gift.objects.filter(
        state=GiftState.CAPTURED, currency=currency, captured_at__gte=start_of(month),
        captured_at__lt=start_of(month_after(month)), amount__gt=F("returned"),
    )  # fmt: skip
    counts = gifts.aggregate(
        known=Count(Lower("email"), distinct=True, filter=~Q(email="")), unknown=Count("pk", filter=Q(email=""))
    )
    return int(counts["known"]) + int(counts["unknown"])
