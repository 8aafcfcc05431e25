"""Calls that change something at Stripe, each under the key of its row, and how to find out what became of one."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pennypress.funding.addresses import pledge_address, thanks_address
from pennypress.funding.models import Gift, Pledge, ProviderCall
from pennypress.funding.providers.base import Answer, Declined
from pennypress.funding.providers.stripe import client, facts
from pennypress.funding.providers.stripe.client import Data
from pennypress.funding.providers.stripe.currencies import to_stripe
from pennypress.newsroom.queries import current_newsroom

# One product for all gifts, made when it is first needed; its prices are made with each gift.
PRODUCT = "pennypress_gift"
CALL = "pennypress_call"
# Languages Stripe's page speaks and this site may, as far as both name them alike.
LOCALES = {"en", "de", "fr", "es"}
# Nothing is charged while paused, and nothing is made up for afterwards.
VOID = "void"


def carry_out(call: ProviderCall) -> Answer:
    return VERBS[ProviderCall.Verb(call.verb)](call)


def find(call: ProviderCall) -> Answer | None:
    """Looks where the call would have left its trace. What only repeats itself without harm is called not done."""
    if call.verb == ProviderCall.Verb.REFUND:
        for refund in client.every("refunds", charge=_gift(call).payment):
            if (refund.get("metadata") or {}).get(CALL) == str(call.id):
                return Answer(refund["id"], facts=tuple(facts.of_charge(_gift(call).payment)))
        return None
    if call.verb == ProviderCall.Verb.END:
        found = client.get(f"subscriptions/{_pledge(call).reference}")
        return Answer(found["id"]) if found["status"] == "canceled" else None
    return None


def _check_out(call: ProviderCall) -> Answer:
    """A payment page for the gift. Which ways to pay it offers is the account's choice (cards, wallets, SEPA debit)."""
    gift = _gift(call)
    marks = {facts.GIFT: str(gift.id)}
    wish: Data = {"mode": "payment", "submit_type": "donate", "payment_intent_data": {"metadata": marks}}
    price: Data = {
        "currency": gift.currency.lower(), "product": PRODUCT, "unit_amount": to_stripe(gift.amount, gift.currency),
    }  # fmt: skip
    if gift.pledge:
        marks[facts.PLEDGE] = str(gift.pledge_id)
        price["recurring"] = {"interval": gift.pledge.interval}
        wish = {"mode": "subscription", "subscription_data": {"metadata": marks}}
    thanks = settings.BASE_URL + thanks_address(gift.id)
    wish |= {
        "line_items": [{"quantity": 1, "price_data": price}],
        "customer_email": gift.email,
        "client_reference_id": str(gift.id),
        "metadata": marks,
        "success_url": thanks + "?paid=1",
        "cancel_url": thanks,
        "locale": _locale(),
    }
    try:
        session = client.post("checkout/sessions", call.key_now, **wish)
    except client.NoSuch as missing:
        if "product" not in missing.param:
            raise
        name = _("Gift to %(name)s") % {"name": current_newsroom().name}
        client.post("products", f"{PRODUCT}:{call.key_now}", id=PRODUCT, name=name)
        session = client.post("checkout/sessions", call.key_now, **wish)
    return Answer(session["id"], session["url"])


def _refund(call: ProviderCall) -> Answer:
    gift = _gift(call)
    refund = client.post(
        "refunds",
        call.key_now,
        charge=_need(gift.payment),
        amount=to_stripe(call.wish["amount"], gift.currency),
        metadata={CALL: str(call.id)},
    )
    return Answer(refund["id"], facts=tuple(facts.of_charge(gift.payment)))


def _end(call: ProviderCall) -> Answer:
    number = _need(_pledge(call).reference)
    try:
        client.delete(f"subscriptions/{number}")
    except client.NoSuch:
        # Ended before, by whoever: Stripe no longer lets it be ended, and that is what was wished for.
        return Answer(number)
    return Answer(number, facts=tuple(facts.of_subscription(number)))


def _change_amount(call: ProviderCall) -> Answer:
    """From the next payment on; what was paid for the running time is not reckoned up."""
    return _change(call, items=[_item(call, _pledge(call).interval)], proration_behavior="none")


def _change_interval(call: ProviderCall) -> Answer:
    """Stripe would charge at once for a new interval. Until the day of the next payment it is called a trial, so it waits."""
    moment = int(datetime.fromisoformat(call.wish["next_at"]).timestamp())
    items = [_item(call, call.wish["interval"])]
    return _change(call, items=items, trial_end=moment, proration_behavior="none")


def _item(call: ProviderCall, interval: str) -> Data:
    """The one thing a subscription of ours is for, at the price that is wished."""
    pledge = _pledge(call)
    item = client.get(f"subscriptions/{_need(pledge.reference)}")["items"]["data"][0]
    price = {
        "currency": pledge.currency.lower(),
        "product": item["price"]["product"],
        "unit_amount": to_stripe(call.wish["amount"], pledge.currency),
        "recurring": {"interval": interval},
    }
    return {"id": item["id"], "price_data": price}


def _change_day(call: ProviderCall) -> Answer:
    """The next payment is taken at that moment, and the following ones on its day."""
    moment = int(datetime.fromisoformat(call.wish["next_at"]).timestamp())
    return _change(call, trial_end=moment, proration_behavior="none")


def _pause(call: ProviderCall) -> Answer:
    pause: Data = {"behavior": VOID}
    if until := call.wish.get("resumes_at"):
        pause["resumes_at"] = int(datetime.fromisoformat(until).timestamp())
    return _change(call, pause_collection=pause)


def _resume(call: ProviderCall) -> Answer:
    return _change(call, pause_collection="")


def _ask_for_card(call: ProviderCall) -> Answer:
    """A page on which the giver leaves another card; nothing is charged there."""
    pledge = _pledge(call)
    session = client.post(
        "checkout/sessions",
        call.key_now,
        mode="setup",
        currency=pledge.currency.lower(),
        customer=_need(pledge.customer),
        metadata={facts.PLEDGE: str(pledge.id)},
        success_url=settings.BASE_URL + pledge_address(pledge.id),
        cancel_url=settings.BASE_URL + pledge_address(pledge.id),
        locale=_locale(),
    )
    return Answer(session["id"], session["url"])


def _use_card(call: ProviderCall) -> Answer:
    """Written where Stripe looks first, at the subscription itself; an open bill is tried at once."""
    number = _need(_pledge(call).reference)
    answer = _change(call, default_payment_method=_need(call.wish["method"]))
    found = client.get(f"subscriptions/{number}")
    if found["status"] == "past_due" and found.get("latest_invoice"):
        invoice = found["latest_invoice"]
        try:
            client.post(f"invoices/{invoice}/pay", f"{call.key_now}:pay")
        except Declined:
            return answer  # the new card failed, too; Stripe's own tries go on, and its event tells of it
        return Answer(number, facts=tuple(facts.of_invoice(invoice)))
    return answer


def _change(call: ProviderCall, **wish: object) -> Answer:
    number = _need(_pledge(call).reference)
    client.post(f"subscriptions/{number}", call.key_now, **wish)
    return Answer(number, facts=tuple(facts.of_subscription(number)))


VERBS: dict[ProviderCall.Verb, Callable[[ProviderCall], Answer]] = {
    ProviderCall.Verb.CHECKOUT: _check_out,
    ProviderCall.Verb.REFUND: _refund,
    ProviderCall.Verb.END: _end,
    ProviderCall.Verb.AMOUNT: _change_amount,
    ProviderCall.Verb.DAY: _change_day,
    ProviderCall.Verb.INTERVAL: _change_interval,
    ProviderCall.Verb.PAUSE: _pause,
    ProviderCall.Verb.RESUME: _resume,
    ProviderCall.Verb.ASK_FOR_CARD: _ask_for_card,
    ProviderCall.Verb.USE_CARD: _use_card,
}
# What a supporter may wish of these.
OF_A_PLEDGE = frozenset(VERBS) - {ProviderCall.Verb.CHECKOUT, ProviderCall.Verb.REFUND, ProviderCall.Verb.USE_CARD}


def _gift(call: ProviderCall) -> Gift:
    if call.gift is None:
        raise Declined(_("This call names no gift."))
    return call.gift


def _pledge(call: ProviderCall) -> Pledge:
    if call.pledge is None:
        raise Declined(_("This call names no regular gift."))
    return call.pledge


def _need(number: str) -> str:
    """An empty number would address everything, or nothing: it is never sent."""
    if not number:
        raise Declined(_("Stripe's number of this is not known yet; please try again in a minute."))
    return number


def _locale() -> str:
    language = (get_language() or "en").split("-")[0]
    return language if language in LOCALES else "auto"
