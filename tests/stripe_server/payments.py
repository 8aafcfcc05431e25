"""Payment intents, charges, refunds, disputes, payouts: what moves money, and what each move tells."""

from typing import Any

from tests.stripe_server.account import DAY, Account, Object
from tests.stripe_server.parameters import Refused

DISPUTE_FEE = 1500
DEBIT_DAYS = 5
# What a card or an account number does, by its last four digits.
DECLINES = {"0002": "card_declined", "9995": "insufficient_funds", "0341": "card_declined"}
FAILING_DEBIT = "6789"


def make_method(account: Account, last4: str, customer: str | None) -> Object:
    debit = last4 in ("3000", FAILING_DEBIT)
    details = (
        {"sepa_debit": {"last4": last4, "country": "DE", "bank_code": "19043", "fingerprint": "f" + last4}}
        if debit
        else {"card": {"brand": "visa", "last4": last4, "exp_month": 12, "exp_year": 2034, "country": "DE"}}
    )
    return account.make(
        "pm", "payment_method", type="sepa_debit" if debit else "card", customer=customer, livemode=account.livemode,
        billing_details={"email": None, "name": None, "phone": None, "address": None}, metadata={}, **details,
    )  # fmt: skip


def make_intent(account: Account, amount: int, currency: str, **fields: Any) -> Object:
    return account.make(
        "pi", "payment_intent", amount=amount, amount_received=0, amount_capturable=0, currency=currency,
        livemode=account.livemode, status="requires_payment_method", latest_charge=None, last_payment_error=None,
        capture_method="automatic_async", canceled_at=None, cancellation_reason=None,
        **{"metadata": {}, "customer": None, "payment_method": None, "description": None, **fields},
    )  # fmt: skip


def pay(account: Account, intent: Object, method: Object, when_settled: Any = None) -> str:
    """Try to take the money; returns the intent's status. `when_settled(worked)` is called when a debit is decided."""
    last4 = (method.get("card") or method.get("sepa_debit"))["last4"]
    charge = account.make(
        "ch", "charge", amount=intent["amount"], amount_captured=0, amount_refunded=0, balance_transaction=None,
        billing_details=method["billing_details"], captured=False, currency=intent["currency"],
        customer=intent["customer"], description=intent["description"], disputed=False, failure_code=None,
        failure_message=None, livemode=account.livemode, metadata=dict(intent["metadata"]), outcome=None, paid=False,
        payment_intent=intent["id"], payment_method=method["id"], receipt_email=None, refunded=False, status="pending",
        payment_method_details={"type": method["type"], method["type"]: method[method["type"]]},
    )  # fmt: skip
    intent.update(latest_charge=charge["id"], payment_method=method["id"])
    if method["type"] == "sepa_debit":
        intent["status"] = "processing"
        account.tell("payment_intent.processing", intent)
        account.tell("charge.pending", charge)

        def decide() -> None:
            worked = last4 != FAILING_DEBIT
            _take(account, intent, charge) if worked else _decline(account, intent, charge, "debit_not_authorized")
            if when_settled:
                when_settled(worked)

        account.later(account.now + DEBIT_DAYS * DAY, decide)
    elif last4 in DECLINES:
        _decline(account, intent, charge, DECLINES[last4])
    else:
        _take(account, intent, charge)
    return intent["status"]


def _take(account: Account, intent: Object, charge: Object) -> None:
    amount, currency = intent["amount"], intent["currency"]
    charge.update(status="succeeded", paid=True, captured=True, amount_captured=amount)
    intent.update(status="succeeded", amount_received=amount, last_payment_error=None)

    def settle() -> None:
        kind = "payment" if charge["payment_method_details"]["type"] == "sepa_debit" else "charge"
        moved = account.move(
            kind, charge["id"], amount, currency, fee=account.fee_of(amount, currency), category="charge"
        )
        charge["balance_transaction"] = moved["id"]

    if late := account.hidden.get("settles_late"):
        # The fee is known later than the payment, and told by charge.updated.
        def settle_late() -> None:
            settle()
            account.tell("charge.updated", charge, {"balance_transaction": None})

        account.later(account.now + late, settle_late)
    else:
        settle()
    account.tell("charge.succeeded", charge)
    account.tell("payment_intent.succeeded", intent)


def _decline(account: Account, intent: Object, charge: Object, code: str) -> None:
    charge.update(status="failed", failure_code=code, failure_message="Your card was declined.")
    error = {"type": "card_error", "code": code, "decline_code": code, "message": "Your card was declined."}
    intent.update(status="requires_payment_method", last_payment_error=error, payment_method=None)
    account.tell("charge.failed", charge)
    account.tell("payment_intent.payment_failed", intent)


def refund(account: Account, params: dict[str, Any], amount: int | None) -> Object:
    if params.get("payment_intent"):
        charge = account.find(account.find(params["payment_intent"], "payment_intent")["latest_charge"], "charge")
    else:
        charge = account.find(params.get("charge"), "charge")
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = left if amount is None else amount
    if not charge["paid"]:
        raise Refused(400, f"Charge {charge['id']} has not been paid.")
    if charge["refunded"] or left == 0:
        raise Refused(400, f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount < 1:
        raise Refused(400, "This value must be greater than or equal to 1.", param="amount")
    if amount > left:
        raise Refused(
            400, f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount"
        )
    if charge["disputed"] and not account.hidden.get(f"won:{charge['id']}"):
        raise Refused(
            400, f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    moved = account.move("refund", "", -amount, charge["currency"])
    made = account.make(
        "re", "refund", amount=amount, balance_transaction=moved["id"], charge=charge["id"], currency=charge["currency"],
        metadata=params.get("metadata") or {}, payment_intent=charge["payment_intent"], reason=params.get("reason"),
        status="succeeded", failure_balance_transaction=None, receipt_number=None,
    )  # fmt: skip
    moved["source"] = made["id"]
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    account.tell("refund.created", made)
    account.tell("charge.refunded", charge)
    return made


def fail_refund(account: Account, made: Object) -> Object:
    """The bank of the giver sends the refund back."""
    charge = account.find(made["charge"], "charge")
    back = account.move("refund_failure", made["id"], made["amount"], made["currency"])
    made.update(status="failed", failure_reason="lost_or_stolen_card", failure_balance_transaction=back["id"])
    charge["amount_refunded"] -= made["amount"]
    charge["refunded"] = False
    account.tell("refund.failed", made)
    account.tell("charge.refund.updated", made)
    return made


def dispute(account: Account, charge: Object, amount: int | None = None) -> Object:
    amount = amount or charge["amount"]
    moved = account.move("adjustment", "", -amount, charge["currency"], fee=DISPUTE_FEE, category="dispute")
    made = account.make(
        "dp", "dispute", amount=amount, balance_transactions=[moved], charge=charge["id"], currency=charge["currency"],
        evidence={}, evidence_details={"due_by": account.now + 14 * DAY, "has_evidence": False, "past_due": False,
                                       "submission_count": 0},
        is_charge_refundable=False, livemode=account.livemode, metadata={}, payment_intent=charge["payment_intent"],
        reason="fraudulent", status="needs_response",
    )  # fmt: skip
    moved["source"] = made["id"]
    charge["disputed"] = True
    account.tell("charge.dispute.created", made)
    account.tell("charge.dispute.funds_withdrawn", made)
    return made


def close_dispute(account: Account, made: Object, *, won: bool) -> Object:
    made["status"] = "won" if won else "lost"
    if won:
        back = account.move("adjustment", made["id"], made["amount"], made["currency"], category="dispute_reversal")
        made["balance_transactions"] = [*made["balance_transactions"], back]
        account.hidden[f"won:{made['charge']}"] = True
        account.tell("charge.dispute.funds_reinstated", made)
    account.tell("charge.dispute.closed", made)
    return made


def pay_out(account: Account) -> Object | None:
    """Send to the bank all that has not been sent."""
    open_moves = [
        one for one in account.all("balance_transaction") if "payout" not in account.hidden.get(one["id"], {})
    ]
    total = sum(one["net"] for one in open_moves)
    if total <= 0:
        return None
    made = account.make(
        "po", "payout", amount=total, arrival_date=account.now + 2 * DAY, automatic=True, currency=account.settles_in,
        description="STRIPE PAYOUT", destination="ba_1", failure_balance_transaction=None, failure_code=None,
        failure_message=None, livemode=account.livemode, metadata={}, method="standard", original_payout=None,
        reconciliation_status="completed", reversed_by=None, source_type="card", statement_descriptor=None,
        status="in_transit", type="bank_account",
    )  # fmt: skip
    moved = account.move("payout", made["id"], -total, account.settles_in)
    made["balance_transaction"] = moved["id"]
    for one in [*open_moves, moved]:
        account.hidden.setdefault(one["id"], {})["payout"] = made["id"]
    account.tell("payout.created", made)

    def arrive() -> None:
        if made["status"] == "in_transit":
            made["status"] = "paid"
            account.tell("payout.paid", made)

    account.later(made["arrival_date"], arrive)
    return made


def fail_payout(account: Account, made: Object) -> Object:
    back = account.move("payout_failure", made["id"], made["amount"], made["currency"])
    made.update(status="failed", failure_code="account_closed", failure_balance_transaction=back["id"])
    account.tell("payout.failed", made)
    return made
