"""Facts into the books: each function takes one kind of fact and does nothing when it is booked already."""

from collections.abc import Iterable
from typing import Any, assert_never

from django.db import transaction
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.funding import booking, ledger
from pennypress.funding.actions.asking import ask
from pennypress.funding.actions.dunning import tell_failure
from pennypress.funding.actions.giving import capture, follow_failed_return, follow_return
from pennypress.funding.actions.pledges import note_end
from pennypress.funding.actions.transfers import promise_transfer
from pennypress.funding.cover import share_of
from pennypress.funding.models import (
    Cancellation,
    Gift,
    GiftState,
    Lapse,
    Pledge,
    ProviderCall,
)
from pennypress.funding.providers import base
from pennypress.funding.providers.base import Fact
from pennypress.funding.rules import Refused
from pennypress.lib.money import format_money


class Unknown(Refused):
    """What the fact is about is not known here, or not yet."""


def settle(*, provider: str, facts: Iterable[Fact]) -> list[str]:
    """Book all facts, in one transaction; returns sentences about those that are no business of the books.

    Facts that are booked already change nothing. Raises Refused, with everything undone, for one that cannot be true.
    """
    facts = list(facts)  # reading them may ask the provider, and that is over before the transaction begins
    with transaction.atomic():
        return [sentence for fact in facts if (sentence := _settle_one(provider, fact))]


def _settle_one(provider: str, fact: Fact) -> str:
    match fact:
        case base.Captured():
            _capture(provider, fact)
        case base.OnItsWay():
            _mark(provider, fact.whose, GiftState.WAITING)
        case base.Promised():
            promise_transfer(gift=_begun(provider, fact.whose))
        case base.NotPaid():
            _mark(provider, fact.whose, GiftState.DECLINED)
        case base.Refunded():
            gift = _paid(provider, fact.payment)
            entry = booking.book_refund(
                gift=gift, key=fact.refund, amount=fact.amount, happened_at=fact.happened_at, settled=fact.settled
            )
            follow_return(entry, gift)
        case base.RefundFailed():
            gift = _paid(provider, fact.payment)
            entry = booking.book_refund_failed(gift=gift, key=fact.refund, happened_at=fact.happened_at)
            follow_failed_return(entry, gift)
        case base.Disputed():
            booking.book_dispute_opened(
                gift=_paid(provider, fact.payment), key=fact.dispute, amount=fact.amount, happened_at=fact.happened_at,
                settled=fact.settled,
            )  # fmt: skip
        case base.DisputeEnded():
            _end_dispute(provider, fact)
        case base.PledgeStands():
            _keep_pledge(provider, fact)
        case base.CardReady():
            _use_card(provider, fact)
        case base.PaidOut():
            _pay_out(fact)
        case base.FeeTaken():
            booking.book_provider_fee(
                key=fact.number, amount=fact.amount, currency=fact.currency, happened_at=fact.happened_at
            )
        case base.NotOurs():
            return fact.sentence
        case _:
            assert_never(fact)
    return ""


def _capture(provider: str, fact: base.Captured) -> None:
    gift = _gift_for(provider, fact)
    if (fact.amount, fact.currency) != (gift.amount, gift.currency):
        raise Refused(
            _("%(captured)s was captured of a gift of %(amount)s.")
            % {
                "captured": format_money(fact.amount, fact.currency),
                "amount": format_money(gift.amount, gift.currency),
            }
        )
    if gift.payment != fact.payment:
        gift.payment = fact.payment
        gift.save(update_fields=["payment"])
    capture(gift=gift, captured_at=fact.happened_at, settled=fact.settled)
    if fact.settled and fact.settled_at:
        booking.book_settlement(gift=gift, settled=fact.settled, happened_at=fact.settled_at)


def _gift_for(provider: str, fact: base.Captured) -> Gift:
    """The gift this payment is: the one begun here, or the next one of a pledge. Held until the transaction ends."""
    held = Gift.objects.select_for_update(of=("self",)).filter(provider=provider)
    if not fact.payment:
        raise Unknown(_("The payment has no number."))
    if found := held.filter(payment=fact.payment).first():
        return found
    if fact.whose.gift:
        begun = held.filter(pk=fact.whose.gift).first()
        if begun is None:
            raise Unknown(_("No gift of ours has this number."))
        if not begun.payment:
            return begun
        # The giver has paid for it twice, on two pages: the second payment is a gift of its own.
        return _another(begun, key=f"{provider}:{fact.payment}", amount=fact.amount)
    if fact.whose.pledge is None:
        raise Unknown(_("The payment carries no mark of ours."))
    pledge = Pledge.objects.select_for_update().filter(pk=fact.whose.pledge, provider=provider).first()
    if pledge is None:
        raise Unknown(_("No regular gift of ours has this number."))
    if fact.amount not in _amounts_of(pledge):
        raise Refused(
            _("%(captured)s was captured of a regular gift of %(amount)s.")
            % {
                "captured": format_money(fact.amount, fact.currency),
                "amount": format_money(pledge.amount, pledge.currency),
            }
        )
    fields = {
        "email": pledge.email, "amount": fact.amount, "covered": _covered_of(pledge, fact.amount),
        "currency": pledge.currency, "provider": provider, "pledge": pledge,
    }  # fmt: skip
    gift, _created = Gift.objects.get_or_create(
        key=f"{provider}:{fact.whose.occasion or fact.payment}", defaults=fields
    )
    return gift


def _another(gift: Gift, *, key: str, amount: int) -> Gift:
    fields = {
        "email": gift.email, "amount": amount, "covered": share_of(amount, covered=gift.covered, of=gift.amount),
        "currency": gift.currency, "provider": gift.provider, "pledge": gift.pledge,
    }  # fmt: skip
    made, _created = Gift.objects.get_or_create(key=key, defaults=fields)
    return made


def _covered_of(pledge: Pledge, amount: int) -> int:
    """What of it covers the fee: the share that its first gift has, whichever way the amount went since.

    Told from the first gift alone, so that it is the same in whatever order facts come.
    """
    first = pledge.gifts.order_by("created_at", "id").values_list("covered", "amount").first()
    return share_of(amount, covered=first[0], of=first[1]) if first else 0


def _amounts_of(pledge: Pledge) -> set[int]:
    """What it is, and what it has been: a bill may have been written before the amount was changed."""
    been = set(pledge.gifts.values_list("amount", flat=True))
    verbs = (ProviderCall.Verb.AMOUNT, ProviderCall.Verb.INTERVAL)
    wished = pledge.calls.filter(verb__in=verbs).values_list("wish", flat=True)
    return {pledge.amount} | been | {wish["amount"] for wish in wished}


def _mark(provider: str, whose: base.Whose, state: GiftState) -> None:
    """Forward only: what is captured stays so."""
    begun = Gift.objects.filter(pk=whose.gift, provider=provider) if whose.gift else Gift.objects.none()
    earlier = [GiftState.INTENDED] if state == GiftState.WAITING else [GiftState.INTENDED, GiftState.WAITING]
    if not begun.exists() and (whose.gift or not whose.pledge):
        raise Unknown(_("No gift of ours has this number."))
    begun.filter(state__in=earlier).update(state=state)


def _begun(provider: str, whose: base.Whose) -> Gift:
    held = Gift.objects.select_for_update(of=("self",)).filter(provider=provider)
    begun = held.filter(pk=whose.gift).first() if whose.gift else None
    if begun is None:
        raise Unknown(_("No gift of ours has this number."))
    return begun


def _paid(provider: str, payment: str) -> Gift:
    found = Gift.objects.select_for_update(of=("self",)).filter(provider=provider, payment=payment).first()
    if not payment or found is None:
        raise Unknown(_("The payment is not in the books."))
    return found


def _end_dispute(provider: str, fact: base.DisputeEnded) -> None:
    gift = _paid(provider, fact.payment)
    if fact.won:
        booking.book_dispute_won(
            gift=gift, key=fact.dispute, happened_at=fact.happened_at, fee_returned=fact.fee_returned
        )
    else:
        entry = booking.book_dispute_lost(gift=gift, key=fact.dispute, happened_at=fact.happened_at)
        follow_return(entry, gift)


def _keep_pledge(provider: str, fact: base.PledgeStands) -> None:
    pledge = Pledge.objects.select_for_update().filter(pk=fact.pledge, provider=provider).first()
    if pledge is None:
        raise Unknown(_("No regular gift of ours has this number."))
    if pledge.read_at and pledge.read_at > fact.read_at:
        return
    pledge.reference, pledge.customer = fact.reference, fact.customer
    pledge.amount, pledge.covered, pledge.interval = fact.amount, _covered_of(pledge, fact.amount), fact.interval
    pledge.next_at, pledge.paused, pledge.resumes_at = fact.next_at, fact.paused, fact.resumes_at
    pledge.card_expires_on = fact.card_expires
    if pledge.last_at and fact.next_at:
        # Moved to an earlier day, the last payment is still the last; one further off means that it has come.
        pledge.last_at = min(pledge.last_at, fact.next_at)
    if fact.failing and not pledge.failing_since:
        pledge.failing_since = fact.read_at
        if pledge.active and fact.active:
            Lapse.objects.get_or_create(pledge=pledge, ended_at=None, defaults={"began_at": fact.read_at})
            tell_failure(pledge)
    elif not fact.failing and pledge.failing_since:
        pledge.failing_since = None
    if fact.ended or not fact.failing:
        Lapse.objects.filter(pledge=pledge, ended_at=None).update(ended_at=fact.read_at)
    pledge.read_at = fact.read_at
    ended_here = Cancellation.objects.filter(pledge=pledge).exists()
    pledge.active = fact.active and not ended_here
    pledge.save()
    changed(ledger.METER)
    if fact.ended and not ended_here and pledge.gifts.filter(state=GiftState.CAPTURED).exists():
        note_end(pledge=pledge, by=Cancellation.By.PROVIDER)
    elif ended_here and not fact.ended:
        # It was ended here before Stripe had told us its number.
        ask(provider=provider, verb=ProviderCall.Verb.END, pledge=pledge, key=f"end:{pledge.id}")


def _use_card(provider: str, fact: base.CardReady) -> None:
    pledge = Pledge.objects.filter(pk=fact.pledge, provider=provider).first()
    if pledge is None:
        raise Unknown(_("No regular gift of ours has this number."))
    ask(
        provider=provider, verb=ProviderCall.Verb.USE_CARD, pledge=pledge, wish={"method": fact.method},
        key=f"use-card:{pledge.id}:{fact.method}",
    )  # fmt: skip


def _pay_out(fact: base.PaidOut) -> None:
    money: dict[str, Any] = {"key": fact.payout, "amount": fact.amount, "currency": fact.currency}
    booking.book_payout(**money, happened_at=fact.happened_at)
    if fact.failed_at:
        booking.book_payout_failed(**money, happened_at=fact.failed_at)
    elif fact.arrived_at:
        booking.book_payout_arrived(**money, happened_at=fact.arrived_at)
