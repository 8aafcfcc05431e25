"""What moved on Stripe's balance, for comparing it with the books, and what each movement is about."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from pennypress.funding.models import ProviderEvent
from pennypress.funding.providers import base
from pennypress.funding.providers.stripe import client, facts
from pennypress.funding.providers.stripe.currencies import from_stripe

# Stripe's kinds in our words; a charge by debit is called a payment there.
KINDS = {
    "charge": "payment", "payment": "payment", "refund": "refund", "payment_refund": "refund",
    "refund_failure": "refund-failed", "payment_failure_refund": "refund-failed", "adjustment": "dispute",
    "payout": "payout", "payout_failure": "payout-failed", "payout_cancel": "payout-failed",
    "stripe_fee": "fee", "network_cost": "fee",
}  # fmt: skip


def movements(since: datetime, until: datetime) -> Iterator[base.Movement]:
    created = {"gte": int(since.timestamp()), "lte": int(until.timestamp())}
    for moved in client.every("balance_transactions", created=created):
        currency = moved["currency"].upper()
        kind = KINDS.get(str(moved["type"]), str(moved["type"]))
        if moved.get("reporting_category") == "dispute_reversal":
            kind = "dispute-won"
        yield base.Movement(
            number=moved["id"],
            kind=kind,
            source=str(moved.get("source") or ""),
            amount=from_stripe(moved["amount"], currency),
            fee=from_stripe(moved["fee"], currency),
            currency=currency,
            happened_at=datetime.fromtimestamp(moved["created"], UTC),
        )


def facts_of(movement: base.Movement) -> Iterator[base.Fact]:
    """Everything Stripe says about what moved; nothing for a kind the books have no word for."""
    if movement.kind == "fee":
        yield base.FeeTaken(movement.number, -movement.amount + movement.fee, movement.currency, movement.happened_at)
    elif movement.kind == "payment":
        yield from facts.of_charge(movement.source)
    elif movement.kind in ("refund", "refund-failed"):
        yield from facts.of("refund.updated", movement.source, {})
    elif movement.kind in ("dispute", "dispute-won"):
        yield from facts.of("charge.dispute.updated", movement.source, {})
    elif movement.kind in ("payout", "payout-failed"):
        yield from facts.of_payout(movement.source)


def held() -> dict[str, int]:
    """By currency, what is available and what will be."""
    found: dict[str, int] = {}
    balance = client.get("balance")
    for one in [*balance["available"], *balance["pending"]]:
        currency = one["currency"].upper()
        found[currency] = found.get(currency, 0) + from_stripe(one["amount"], currency)
    return found


def told_by(event: ProviderEvent) -> Iterator[base.Fact]:
    body = json.loads(event.body)
    return facts.of(event.kind, event.object, body["data"]["object"])
