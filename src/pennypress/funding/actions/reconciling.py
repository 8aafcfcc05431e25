"""The books against the provider's balance, in both directions; what is missing here is booked, and the rest is said."""

from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pennypress.funding.actions.settling import settle
from pennypress.funding.models import (
    AccountName,
    Dispute,
    Entry,
    Gift,
    GiftState,
    Line,
    ProviderEvent,
    Reconciliation,
    Refund,
)
from pennypress.funding.providers.base import Declined, Movement, Provider, Unreachable
from pennypress.funding.rules import Refused
from pennypress.lib.money import format_money

# Stripe lists events for thirty days; the balance is looked at a little further back, so that nothing falls between.
LOOKS_BACK = timedelta(days=35)
# The books may name a payment before the balance does: some methods tell their fee days later.
BALANCE_FOLLOWS_WITHIN = timedelta(days=4)
# An event that has not come after this long does not come by itself any more soon enough.
EVENTS_FOLLOW_WITHIN = timedelta(hours=1)
# A report is read by a person; a hundred sentences of one kind say what one would.
MOST_SENTENCES = 100


def reconcile(*, provider: Provider, since: datetime | None = None, until: datetime | None = None) -> Reconciliation:
    """Compare, book what no event had told, and keep the report. Raises Unreachable; then nothing is kept.

    Running it again changes nothing but the report. Not to be called within a transaction.
    """
    until = until or timezone.now()
    since = since or until - LOOKS_BACK
    found = list(provider.movements(since, until))
    mended, missing = [], []
    for movement in reversed(found):
        before = _fault(provider, movement)
        if not before:
            continue
        after = _mend(provider, movement)
        if after:
            missing.append(after)
        else:
            mended.append(_("It was missing in the books and is booked now: %(what)s.") % {"what": _words(movement)})
    ended, unknown = _go_on(provider, since)
    mended += ended
    missing += unknown + _not_at_the_provider(provider, found, since, until)
    if not missing:
        missing += _different_balance(provider)
    return Reconciliation.objects.create(
        provider=provider.name, since=since, until=until, movements=len(found), mended=mended[:MOST_SENTENCES],
        missing=missing[:MOST_SENTENCES], silent_since=_silent_since(provider, found, since),
    )  # fmt: skip


def _go_on(provider: Provider, since: datetime) -> tuple[list[str], list[str]]:
    """What the books have as open and the balance does not show the end of: disputes that were lost, payouts that arrived.

    Their end moves nothing at the provider, so each is asked after by its number, a dispute however old it is.
    """
    ended, unknown = [], []
    for movement in _open(provider, since):
        try:
            settle(provider=provider.name, facts=provider.facts_of(movement))
        except (Declined, Refused) as error:
            unknown.append(_("It is open in the books: %(what)s.") % {"what": _words(movement)} + f" {error}")
            continue
        if not _is_open(provider, movement):
            ended.append(
                _("Its end was missing in the books and is booked now: %(what)s.") % {"what": _words(movement)}
            )
    return ended, unknown


def _open(provider: Provider, since: datetime) -> list[Movement]:
    """The newest first; a payout is on its way for days, so only those of the time that is looked at."""
    disputes = Dispute.objects.filter(gift__provider=provider.name, outcome=Dispute.Outcome.OPEN)
    found = [
        Movement("", "dispute", one.key, -one.held_amount, 0, one.held_currency, one.opened_at)
        for one in disputes.order_by("-opened_at")
    ]
    lines = Line.objects.filter(
        account=AccountName.IN_TRANSIT, entry__key__startswith="payout:", entry__happened_at__gte=since
    )
    found += [
        Movement("", "payout", key.removeprefix("payout:"), -amount, 0, currency, moment)
        for key, amount, currency, moment in lines.order_by("-entry__happened_at").values_list(
            "entry__key", "amount", "currency", "entry__happened_at"
        )
    ]
    return [movement for movement in found if _is_open(provider, movement)]


def _is_open(provider: Provider, movement: Movement) -> bool:
    if movement.kind == "dispute":
        mine = Dispute.objects.filter(key=movement.source, gift__provider=provider.name)
        return mine.filter(outcome=Dispute.Outcome.OPEN).exists()
    ends = [f"payout-arrived:{movement.source}", f"payout-failed:{movement.source}"]
    return not Entry.objects.filter(key__in=ends).exists()


def _fault(provider: Provider, movement: Movement) -> str:
    """What is wrong with the books' side of a movement, in a sentence; "" when it is there and fits."""
    source, gifts = movement.source, Gift.objects.filter(provider=provider.name)
    match movement.kind:
        case "payment":
            gift = gifts.filter(payment=source, state=GiftState.CAPTURED).first() if source else None
            if gift and gift.settled_amount is not None:
                same = (gift.settled_amount, gift.settled_currency, gift.fee)
                if same != (movement.amount, movement.currency, movement.fee):
                    return _("The books have another amount or fee than the provider: %(what)s.") % {
                        "what": _words(movement)
                    }
                return ""
        case "refund":
            if Refund.objects.filter(key=source, gift__in=gifts).exists():
                return ""
        case "refund-failed":
            if Refund.objects.filter(key=source, gift__in=gifts, failed_at__isnull=False).exists():
                return ""
        case "dispute":
            if Dispute.objects.filter(key=source, gift__in=gifts).exists():
                return ""
        case "dispute-won":
            if Dispute.objects.filter(key=source, gift__in=gifts, outcome=Dispute.Outcome.WON).exists():
                return ""
        case "payout" | "payout-failed":
            if Entry.objects.filter(key=f"{movement.kind}:{source}").exists():
                return ""
        case "fee":
            if Entry.objects.filter(key=f"fee:{movement.number}").exists():
                return ""
    return _("It is missing in the books: %(what)s.") % {"what": _words(movement)}


def _mend(provider: Provider, movement: Movement) -> str:
    """Book what the movement is about; returns what is wrong still."""
    try:
        sentences = settle(provider=provider.name, facts=provider.facts_of(movement))
    except (Declined, Unreachable, Refused) as error:
        return f"{_fault(provider, movement)} {error}"
    fault = _fault(provider, movement)
    return " ".join([fault, *sentences]) if fault else ""


def _not_at_the_provider(provider: Provider, found: list[Movement], since: datetime, until: datetime) -> list[str]:
    """The other direction: what the books say of this time that did not move the balance."""
    sources = {movement.source for movement in found}
    span = (since + timedelta(days=1), until - BALANCE_FOLLOWS_WITHIN)
    gifts = Gift.objects.filter(provider=provider.name)
    told = [
        (gift.payment, _("gift"), gift.amount, gift.currency, gift.captured_at)
        for gift in gifts.filter(state=GiftState.CAPTURED, captured_at__range=span)
    ]
    for refund in Refund.objects.filter(gift__in=gifts, happened_at__range=span).select_related("gift"):
        told.append((refund.key, _("refund"), refund.amount, refund.gift.currency, refund.happened_at))
    for dispute in Dispute.objects.filter(gift__in=gifts, opened_at__range=span).select_related("gift"):
        told.append((dispute.key, _("dispute"), dispute.amount, dispute.gift.currency, dispute.opened_at))
    return [
        _("It is in the books, but the provider's balance does not show it: %(what)s.")
        % {"what": f"{what}, {format_money(amount, currency)}, {_day(moment)} ({number or '–'})"}
        for number, what, amount, currency, moment in told
        if number not in sources and moment
    ]


def _different_balance(provider: Provider) -> list[str]:
    """Whether what the provider holds is what the books say it holds; asked only where the books can say it."""
    others = Gift.objects.filter(account=AccountName.PROVIDER, state=GiftState.CAPTURED).exclude(provider=provider.name)
    unsettled = Gift.objects.filter(provider=provider.name, state=GiftState.CAPTURED, settled_amount=None)
    held = provider.balance()
    if not held or others.exists() or unsettled.exists():
        return []
    sums = Line.objects.filter(account=AccountName.PROVIDER).values_list("currency").annotate(total=Sum("amount"))
    booked = {currency: total for currency, total in sums if total}
    return [
        _("The provider holds %(held)s, the books say %(booked)s.")
        % {"held": format_money(held.get(code, 0), code), "booked": format_money(booked.get(code, 0), code)}
        for code in sorted(held.keys() | booked.keys())
        if held.get(code, 0) != booked.get(code, 0)
    ]


def _silent_since(provider: Provider, found: list[Movement], since: datetime) -> datetime | None:
    """Since when no event has come although payments did; None while events come."""
    last = ProviderEvent.objects.filter(provider=provider.name).order_by("-received_at").first()
    heard = last.received_at if last else since
    unheard = [
        movement
        for movement in found
        if movement.kind == "payment" and heard < movement.happened_at < timezone.now() - EVENTS_FOLLOW_WITHIN
    ]
    return heard if unheard else None


def _words(movement: Movement) -> str:
    names = {
        "payment": _("payment"), "refund": _("refund"), "refund-failed": _("refund that failed"),
        "dispute": _("dispute"), "dispute-won": _("dispute won"), "payout": _("payout"),
        "payout-failed": _("payout that failed"), "fee": _("fee"),
    }  # fmt: skip
    kind = names.get(movement.kind, movement.kind)
    money = format_money(abs(movement.amount), movement.currency)
    return f"{kind}, {money}, {_day(movement.happened_at)} ({movement.source or movement.number})"


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT")
