"""What Stripe's objects say, read now: each function reads one object and all that hangs on it, and gives facts.

An event is only a reason to look. What is booked is what the objects say when they are read, so events may come in any
order, twice, or in the shape of another version. Facts come in the order in which they may be booked.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.funding.booking import Settled
from pennypress.funding.providers import base
from pennypress.funding.providers.stripe import client
from pennypress.funding.providers.stripe.client import Data
from pennypress.funding.providers.stripe.currencies import from_stripe

# Our marks in Stripe's metadata.
GIFT, PLEDGE = "pennypress_gift", "pennypress_pledge"
# A refund in these states has not taken anything from the balance.
NOT_YET = ("pending", "requires_action", "canceled")


def of(kind: str, number: str, body: Data) -> Iterator[base.Fact]:
    """What an event is a reason to look at; `body` is the object as the event told it, used only to find the way."""
    family = kind.split(".")[0]
    if kind.startswith(("charge.dispute", "charge.refund.", "refund.")):
        # The object names its charge; one that does not is asked for by its own number.
        charge = body.get("charge")
        if not charge:
            place = "disputes" if kind.startswith("charge.dispute") else "refunds"
            charge = client.get(f"{place}/{number}")["charge"]
        return of_charge(_id(charge))
    if family == "charge":
        return of_charge(number)
    if family == "invoice":
        return of_invoice(number)
    if family == "payment_method" or kind.startswith("customer.source."):
        return of_card(body)
    if family == "customer":
        return of_subscription(number)
    if family == "payout":
        return of_payout(number)
    return of_session(number)


def of_session(number: str) -> Iterator[base.Fact]:
    """A payment page: what its giver did, and all that came of it."""
    session = client.get(f"checkout/sessions/{number}")
    whose = _marked(session.get("metadata"))
    if session["mode"] == "setup":
        if session["status"] == "complete" and session.get("setup_intent") and whose.pledge:
            intent = client.get(f"setup_intents/{_id(session['setup_intent'])}")
            if intent["status"] == "succeeded" and intent.get("payment_method"):
                yield base.CardReady(whose.pledge, _id(intent["payment_method"]))
    elif whose.gift is None:
        yield _not_ours()
    elif session["status"] == "expired":
        yield base.NotPaid(whose)
    elif session["status"] == "complete" and session.get("subscription"):
        if session.get("invoice"):
            yield from of_invoice(_id(session["invoice"]))
        else:
            yield from of_subscription(_id(session["subscription"]))
    elif session["status"] == "complete" and session.get("payment_intent"):
        intent = client.get(f"payment_intents/{_id(session['payment_intent'])}")
        if intent["status"] in ("requires_payment_method", "canceled"):
            yield base.NotPaid(whose)
        elif intent.get("latest_charge"):
            yield from of_charge(_id(intent["latest_charge"]))


def of_invoice(number: str) -> Iterator[base.Fact]:
    """One bill of a subscription: how the pledge stands, and its payments."""
    invoice = client.get(f"invoices/{number}", expand=["payments"])
    subscription = _subscription_of(invoice)
    if not subscription:
        yield _not_ours()
        return
    yield from of_subscription(subscription)
    for payment in (invoice.get("payments") or {}).get("data", []):
        intent_id = _id((payment.get("payment") or {}).get("payment_intent"))
        if intent_id:
            intent = client.get(f"payment_intents/{intent_id}")
            if intent.get("latest_charge"):
                yield from of_charge(_id(intent["latest_charge"]))


def of_card(body: Data) -> Iterator[base.Fact]:
    """A card has changed, or is about to expire: how its customer's subscriptions stand, which say until when it is good."""
    if customer := _id(body.get("customer")):
        for subscription in client.every("subscriptions", customer=customer):
            yield from of_subscription(subscription["id"])


def of_subscription(number: str) -> Iterator[base.Fact]:
    read_at = timezone.now()
    found = client.get(f"subscriptions/{number}", expand=["default_payment_method"])
    whose = _marked(found.get("metadata"))
    if whose.pledge is None:
        yield _not_ours()
        return
    item = found["items"]["data"][0]
    price, pause = item["price"], found.get("pause_collection") or {}
    status, currency = found["status"], price["currency"].upper()
    ended = status in ("canceled", "incomplete_expired", "unpaid")
    yield base.PledgeStands(
        pledge=whose.pledge,
        reference=found["id"],
        customer=_id(found["customer"]),
        amount=from_stripe(price["unit_amount"], currency),
        currency=currency,
        interval=(price.get("recurring") or {}).get("interval", "month"),
        active=status in ("active", "trialing", "past_due"),
        ended=ended,
        failing=status in ("past_due", "unpaid"),
        paused=bool(pause),
        resumes_at=_moment(pause.get("resumes_at")),
        next_at=None if ended else _moment(item.get("current_period_end")),
        read_at=read_at,
        card_expires=_last_day(found.get("default_payment_method")),
    )


def _last_day(method: Any) -> date | None:
    """A card is good to the end of the month that stands on it; a debit has no such day."""
    card = method.get("card") if isinstance(method, dict) else None
    if not card or not card.get("exp_month") or not card.get("exp_year"):
        return None
    year, month = int(card["exp_year"]), int(card["exp_month"])
    return date(year, month, monthrange(year, month)[1])


def of_charge(number: str) -> Iterator[base.Fact]:
    """A payment and all that happened to it since: refunds, disputes, in the order in which they can be booked."""
    charge = client.get(f"charges/{number}", expand=["balance_transaction", "payment_intent"])
    whose = _whose(charge)
    if whose is None:
        yield _not_ours()
        return
    if charge["status"] == "pending":
        yield base.OnItsWay(whose)
    if charge["status"] != "succeeded" or not charge.get("captured"):
        return
    moved: Data | None = charge.get("balance_transaction")
    card = (charge.get("payment_method_details") or {}).get("type") == "card"
    came = charge["created"] if card else (moved or {}).get("created")
    if came is None:
        # A debit is captured when it has come, and that moment stands with the movement alone.
        raise base.Unreachable(_("Stripe does not know yet when this debit came."))
    currency = charge["currency"].upper()
    yield base.Captured(
        whose=whose,
        payment=charge["id"],
        amount=from_stripe(charge["amount_captured"], currency),
        currency=currency,
        happened_at=_at(came),
        settled=_settled(moved) if moved else None,
        settled_at=_at(moved["created"]) if moved else None,
    )
    yield from _gone_back(charge, currency)


def _gone_back(charge: Data, currency: str) -> Iterator[base.Fact]:
    refunds = list(
        client.every(
            "refunds", charge=charge["id"], expand=["data.balance_transaction", "data.failure_balance_transaction"]
        )
    )
    disputes = list(client.every("disputes", charge=charge["id"])) if charge.get("disputed") else []
    told: list[tuple[int, int, base.Fact]] = []
    for place, refund in enumerate(reversed(refunds)):
        moved = refund.get("balance_transaction")
        if refund["status"] in NOT_YET and not moved:
            continue
        made = base.Refunded(
            charge["id"], refund["id"], from_stripe(refund["amount"], currency), _at(refund["created"]),
            _settled(moved) if moved else None,
        )  # fmt: skip
        told.append((refund["created"], place, made))
        back = refund.get("failure_balance_transaction")
        if refund["status"] == "failed" and back:
            told.append((back["created"], place, base.RefundFailed(charge["id"], refund["id"], _at(back["created"]))))
    for place, dispute in enumerate(reversed(disputes)):
        moves = dispute.get("balance_transactions") or []
        if not moves:
            continue  # an inquiry: nothing has been held back
        opened = base.Disputed(
            charge["id"],
            dispute["id"],
            from_stripe(dispute["amount"], currency),
            _at(dispute["created"]),
            _settled(moves[0]),
        )
        told.append((dispute["created"], 100 + place, opened))
        if dispute["status"] == "won" and len(moves) > 1:
            back = moves[1]
            fee_back = max(0, from_stripe(-back["fee"], back["currency"]))
            ended = base.DisputeEnded(charge["id"], dispute["id"], True, _at(back["created"]), fee_back)
            told.append((back["created"], 100 + place, ended))
        elif dispute["status"] == "lost":
            # Stripe does not say when, so it is the day it began; it counts for the month of its gift in any case.
            lost = base.DisputeEnded(charge["id"], dispute["id"], False, _at(dispute["created"]))
            told.append((dispute["created"], 200 + place, lost))
    for _when, _place, fact in sorted(told, key=lambda one: one[:2]):
        yield fact


def of_payout(number: str) -> Iterator[base.Fact]:
    payout = client.get(f"payouts/{number}", expand=["failure_balance_transaction"])
    currency = payout["currency"].upper()
    back = payout.get("failure_balance_transaction")
    yield base.PaidOut(
        payout=payout["id"],
        amount=from_stripe(payout["amount"], currency),
        currency=currency,
        happened_at=_at(payout["created"]),
        arrived_at=_at(payout["arrival_date"]) if payout["status"] == "paid" else None,
        failed_at=_at(back["created"]) if payout["status"] in ("failed", "canceled") and back else None,
    )


def _whose(charge: Data) -> base.Whose | None:
    """Whose payment this is: by our mark on its intent, else by the subscription whose bill it pays."""
    intent = charge.get("payment_intent")
    if not isinstance(intent, dict):
        return None
    marked = _marked(intent.get("metadata"))
    if marked.gift:
        return marked
    paid = client.get(
        "invoice_payments",
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
        expand=["data.invoice"],
    )["data"]
    for payment in paid:
        invoice = payment.get("invoice")
        if not isinstance(invoice, dict):
            continue
        details = (invoice.get("parent") or {}).get("subscription_details") or {}
        marked = _marked(details.get("metadata"))
        if marked.pledge:
            first = invoice.get("billing_reason") == "subscription_create"
            return base.Whose(marked.gift if first else None, marked.pledge, invoice["id"])
    return None


def _subscription_of(invoice: Data) -> str:
    return _id(((invoice.get("parent") or {}).get("subscription_details") or {}).get("subscription"))


def _marked(metadata: Any) -> base.Whose:
    marks = metadata or {}
    return base.Whose(gift=_uuid(marks.get(GIFT)), pledge=_uuid(marks.get(PLEDGE)))


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) and text else None
    except ValueError:
        return None


def _not_ours() -> base.NotOurs:
    return base.NotOurs(_("This payment was not begun on this site, so it is not booked."))


def _settled(moved: Data) -> Settled:
    """The movement as the books want it: positive, whichever way it went."""
    currency = moved["currency"].upper()
    return Settled(
        amount=abs(from_stripe(moved["amount"], currency)), currency=currency, fee=from_stripe(moved["fee"], currency)
    )


def _id(value: Any) -> str:
    """The number of an object that is told in full or by its number alone."""
    if isinstance(value, dict):
        return str(value.get("id") or "")
    return str(value or "")


def _at(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


def _moment(stamp: int | None) -> datetime | None:
    return _at(stamp) if stamp else None
