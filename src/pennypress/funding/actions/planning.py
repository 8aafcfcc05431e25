from django.db import transaction
from django.utils import timezone

from pennypress.delivery.ready import changed
from pennypress.funding import ledger
from pennypress.funding.models import (
    FundingPlan,
    MonthScale,
    MonthTotal,
    Tier,
)


def change_plan(*, once: list[int], monthly: list[int]) -> FundingPlan:
    """Save what the giving screen suggests, in minor units."""
    with transaction.atomic():
        plan = _held_plan()
        plan.suggested_once, plan.suggested_monthly = once, monthly
        plan.save(update_fields=["suggested_once", "suggested_monthly"])
    return plan


def change_counting(*, after_fees: bool, carry: str) -> FundingPlan:
    """Save how the meter counts. Months that are closed keep the figure they published."""
    with transaction.atomic():
        plan = _held_plan()
        plan.after_fees, plan.carry = after_fees, carry
        plan.save(update_fields=["after_fees", "carry"])
        changed(ledger.METER)
    return plan


def _held_plan() -> FundingPlan:
    """The one plan, made where there is none yet; two who save the first at once get the same."""
    plan, _new = FundingPlan.objects.select_for_update().get_or_create(only=True)
    return plan


def change_second_person_limit(*, above: int | None) -> None:
    """Save above which amount, in minor units, money booked by hand needs a second person; None for never."""
    with transaction.atomic():
        plan = FundingPlan.objects.select_for_update().first() or FundingPlan()
        plan.second_person_above = above
        plan.save()


def change_tier(*, tier: Tier, amount: int, title: str, pays_for: str) -> Tier:
    """Save a tier, new or changed. Months that are over keep the scale they had."""
    with transaction.atomic():
        keep_scales_of_past_months()
        tier.amount, tier.title, tier.pays_for = amount, title, pays_for
        tier.save()
        changed(ledger.METER)
    return tier


def remove_tier(*, tier: Tier) -> None:
    """Delete a tier. Months that are over keep the scale they had."""
    with transaction.atomic():
        keep_scales_of_past_months()
        tier.delete()
        changed(ledger.METER)


def keep_scales_of_past_months() -> None:
    """Write down the present tiers as the scale of every past month that has none written down yet."""
    scale = [list(tier) for tier in Tier.objects.order_by("amount").values_list("amount", "title", "pays_for")]
    past = MonthTotal.objects.filter(month__lt=ledger.month_of(timezone.now())).values_list("month", flat=True)
    MonthScale.objects.bulk_create(
        [MonthScale(month=month, tiers=scale) for month in sorted(set(past))], ignore_conflicts=True
    )
