"""How a regular gift stands at the fake provider: taken on the day its giver has chosen, or else on the first of the month."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime

from django.utils import timezone

from pennypress.funding.ledger import month_of
from pennypress.funding.models import Interval, Pledge, ProviderCall
from pennypress.funding.months import month_after
from pennypress.funding.providers.base import PledgeStands

Verb = ProviderCall.Verb
# The cards its page offers instead of the one that has no end.
WORKS, EXPIRING, FAILING = CARDS = ("works", "expiring", "failing")


def reference(pledge: Pledge) -> str:
    return f"fake_{pledge.id.hex}"


def after_payment(pledge: Pledge, paid_at: datetime) -> PledgeStands:
    """The next one comes a month or a year after the day on which this one was due, be it taken late; none is made up for."""
    due = pledge.next_at if pledge.next_at and pledge.next_at <= paid_at else paid_at
    next_at = _following(pledge, due)
    while next_at <= paid_at:
        next_at = _following(pledge, next_at)
    return replace(as_it_is(pledge), next_at=next_at, failing=False)


def after_wish(pledge: Pledge, call: ProviderCall) -> PledgeStands:
    """What is wished for is so, from now on."""
    match call.verb:
        case Verb.AMOUNT:
            return replace(as_it_is(pledge), amount=call.wish["amount"])
        case Verb.DAY:
            return replace(as_it_is(pledge), next_at=datetime.fromisoformat(call.wish["next_at"]))
        case Verb.INTERVAL:
            return replace(as_it_is(pledge), interval=call.wish["interval"], amount=call.wish["amount"])
        case Verb.PAUSE:
            until = call.wish.get("resumes_at")
            return replace(as_it_is(pledge), paused=True, resumes_at=datetime.fromisoformat(until) if until else None)
        case Verb.USE_CARD:
            return with_card(pledge, card_named(call.wish["method"]))
    return resumed(pledge)


def resumed(pledge: Pledge) -> PledgeStands:
    """What was not taken meanwhile is not made up for."""
    next_at, now = pledge.next_at, timezone.now()
    while next_at is not None and next_at <= now:
        next_at = _following(pledge, next_at)
    return replace(as_it_is(pledge), paused=False, resumes_at=None, next_at=next_at)


def due_now(pledge: Pledge) -> PledgeStands:
    return replace(as_it_is(pledge), next_at=timezone.now())


def failed(pledge: Pledge) -> PledgeStands:
    return replace(as_it_is(pledge), failing=True)


def with_card(pledge: Pledge, card: str) -> PledgeStands:
    """Another card: one that works has no end, and one that expires is good until the month's."""
    today = timezone.localdate()
    end = today.replace(day=monthrange(today.year, today.month)[1]) if card == EXPIRING else None
    return replace(as_it_is(pledge), failing=pledge.failing_since is not None and card == FAILING, card_expires=end)


def card_of(pledge: Pledge) -> str:
    used = pledge.calls.filter(verb=Verb.USE_CARD, state=ProviderCall.State.DONE).order_by("-settled_at").first()
    return card_named(used.wish["method"]) if used else WORKS


def card_named(method: str) -> str:
    """Its numbers of cards say what they do, and then which press has brought them."""
    return method.partition(":")[0]


def _following(pledge: Pledge, moment: datetime) -> datetime:
    """The same day of the next month or year, or the last where there is none such; a short month moves no later one."""
    month = month_of(moment)
    month = month.replace(year=month.year + 1) if pledge.interval == Interval.YEAR else month_after(month)
    anchor = _anchor(pledge)
    day = min(anchor.day, monthrange(month.year, month.month)[1])
    return timezone.make_aware(datetime(month.year, month.month, day, anchor.hour))


def _anchor(pledge: Pledge) -> datetime:
    chosen = pledge.calls.filter(verb=Verb.DAY, state=ProviderCall.State.DONE).order_by("-settled_at").first()
    if chosen is None:
        return datetime.combine(date(2000, 1, 1), datetime.min.time())
    return timezone.localtime(datetime.fromisoformat(chosen.wish["next_at"]))


def as_it_is(pledge: Pledge) -> PledgeStands:
    return PledgeStands(
        pledge=pledge.id, reference=reference(pledge), customer="", amount=pledge.amount, currency=pledge.currency,
        interval=pledge.interval, active=True, ended=False, failing=pledge.failing_since is not None,
        paused=pledge.paused, resumes_at=pledge.resumes_at, next_at=pledge.next_at, read_at=timezone.now(),
        card_expires=pledge.card_expires_on,
    )  # fmt: skip
