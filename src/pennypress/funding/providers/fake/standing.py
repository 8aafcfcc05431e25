"""How a regular gift stands at the fake provider, which takes it on the first of each month or of the month a year later."""

from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from pennypress.funding.ledger import month_of
from pennypress.funding.models import Interval, Pledge, ProviderCall
from pennypress.funding.months import month_after, start_of
from pennypress.funding.providers.base import PledgeStands

Verb = ProviderCall.Verb


def reference(pledge: Pledge) -> str:
    return f"fake_{pledge.id.hex}"


def after_payment(pledge: Pledge, paid_at: datetime) -> PledgeStands:
    return replace(as_it_is(pledge), next_at=_following(pledge, paid_at))


def after_wish(pledge: Pledge, call: ProviderCall) -> PledgeStands:
    """What is wished for is so, from now on."""
    if call.verb == Verb.AMOUNT:
        return replace(as_it_is(pledge), amount=call.wish["amount"])
    if call.verb == Verb.PAUSE:
        until = call.wish.get("resumes_at")
        return replace(as_it_is(pledge), paused=True, resumes_at=datetime.fromisoformat(until) if until else None)
    return resumed(pledge)


def resumed(pledge: Pledge) -> PledgeStands:
    """What was not taken meanwhile is not made up for."""
    next_at, now = pledge.next_at, timezone.now()
    while next_at is not None and next_at <= now:
        next_at = _following(pledge, next_at)
    return replace(as_it_is(pledge), paused=False, resumes_at=None, next_at=next_at)


def _following(pledge: Pledge, moment: datetime) -> datetime:
    month = month_of(moment)
    if pledge.interval == Interval.YEAR:
        return start_of(month.replace(year=month.year + 1))
    return start_of(month_after(month))


def as_it_is(pledge: Pledge) -> PledgeStands:
    return PledgeStands(
        pledge=pledge.id, reference=reference(pledge), customer="", amount=pledge.amount, currency=pledge.currency,
        interval=pledge.interval, active=True, ended=False, failing=False, paused=pledge.paused,
        resumes_at=pledge.resumes_at, next_at=pledge.next_at, read_at=timezone.now(),
    )  # fmt: skip
