from django.db import transaction
from django.utils import timezone

from pennypress.delivery.ready import changed
from pennypress.funding import ledger
from pennypress.funding.appeals import APPEALS
from pennypress.funding.models import (
    FeeCover,
    FundingPlan,
    MonthScale,
    MonthTotal,
    Tier,
)
from pennypress.newsroom.queries import current_newsroom


def change_plan(*, once: list[int], monthly: list[int], yearly: list[int] | None = None) -> FundingPlan:
    """Save what the giving screen suggests, in minor units; with nothing for every year, a year of the monthly ones."""
    with transaction.atomic():
        plan = _held_plan()
        plan.suggested_once, plan.suggested_monthly, plan.suggested_yearly = once, monthly, yearly
        plan.save(update_fields=["suggested_once", "suggested_monthly", "suggested_yearly"])
    return plan


def change_counting(*, after_fees: bool, carry: str) -> FundingPlan:
    """Save how the meter counts. Months that are closed keep the figure they published."""
    with transaction.atomic():
        plan = _held_plan()
        plan.after_fees, plan.carry = after_fees, carry
        plan.save(update_fields=["after_fees", "carry"])
        changed(ledger.METER)
    return plan


def change_appeal_pause(*, days: int) -> None:
    """Save how many days lie between two appeals for one reader."""
    with transaction.atomic():
        plan = _held_plan()
        plan.appeal_pause = days
        plan.save(update_fields=["appeal_pause"])
        changed(APPEALS)


def _held_plan() -> FundingPlan:
    """The one plan, made where there is none yet; two who save the first at once get the same."""
    plan, _new = FundingPlan.objects.select_for_update().get_or_create(only=True)
    return plan


def change_second_person_limit(*, above: int | None) -> None:
    """Save above which amount, in minor units, money booked by hand needs a second person; None for never."""
    with transaction.atomic():
        plan = _held_plan()
        plan.second_person_above = above
        plan.save(update_fields=["second_person_above"])


def change_fee_cover(*, provider: str, basis_points: int, fixed: int) -> None:
    """Save what a provider takes, which readers may pay on top; nothing at all, and it is not offered."""
    currency = current_newsroom().currency
    if not basis_points and not fixed:
        FeeCover.objects.filter(provider=provider, currency=currency).delete()
        return
    fee = {"basis_points": basis_points, "fixed": fixed}
    FeeCover.objects.update_or_create(provider=provider, currency=currency, defaults=fee)


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
