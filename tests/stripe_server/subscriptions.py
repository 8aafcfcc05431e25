"""Subscriptions and their invoices, renewed by the account's clock; failed ones are tried again and given up."""

from typing import Any

from tests.stripe_server import payments
from tests.stripe_server.account import DAY, Account, Object, check_amount, month_later
from tests.stripe_server.parameters import Refused, whole

RETRY_AFTER_DAYS = (3, 5, 7)


def make_price(account: Account, params: dict[str, Any]) -> Object:
    currency = params["currency"].lower()
    amount = check_amount(whole(params, "unit_amount"), currency)
    if params.get("product_data"):
        product = make_product(account, params["product_data"])["id"]
    else:
        try:
            product = account.find(params.get("product"), "product")["id"]
        except Refused as refused:
            refused.error["param"] = "line_items[0][price_data][product]"
            raise
    recurring = params.get("recurring")
    if recurring and recurring.get("interval") not in ("month", "year"):
        raise Refused(400, "Invalid interval.", param="recurring[interval]")
    return account.make(
        "price", "price", active=True, billing_scheme="per_unit", currency=currency, livemode=account.livemode,
        metadata={}, product=product, type="recurring" if recurring else "one_time", unit_amount=amount,
        unit_amount_decimal=str(amount), nickname=None, lookup_key=None,
        recurring={"interval": recurring["interval"], "interval_count": 1, "usage_type": "licensed"} if recurring else None,
    )  # fmt: skip


def make_product(account: Account, params: dict[str, Any]) -> Object:
    if params.get("id") in account.objects:
        raise Refused(400, "Product already exists.", code="resource_already_exists", param="id")
    return account.make(
        "prod", "product", id=params.get("id"), active=True, name=params["name"], livemode=account.livemode,
        metadata=params.get("metadata") or {}, description=None,
    )  # fmt: skip


def subscribe(
    account: Account, customer: Object, price: Object, method: Object, metadata: Object
) -> tuple[Object, Object]:
    """A new subscription and its first invoice, paid or open."""
    now = account.now
    number = account.number("sub")
    item = account.make(
        "si", "subscription_item", subscription=number, price=price, quantity=1, metadata={}, discounts=[], tax_rates=[],
        current_period_start=now, current_period_end=_next(price, now, now),
    )  # fmt: skip
    subscription = account.make(
        "sub", "subscription", id=number, billing_cycle_anchor=now, billing_mode={"type": "flexible"}, cancel_at=None,
        cancel_at_period_end=False, canceled_at=None, cancellation_details={"comment": None, "feedback": None, "reason": None},
        collection_method="charge_automatically", currency=price["currency"], customer=customer["id"],
        default_payment_method=method["id"], description=None, discounts=[], ended_at=None,
        items={"object": "list", "data": [item], "has_more": False, "url": f"/v1/subscription_items?subscription={number}"},
        latest_invoice=None, livemode=account.livemode, metadata=dict(metadata), pause_collection=None, schedule=None,
        start_date=now, status="active", trial_end=None, trial_start=None, pending_update=None, test_clock=None,
    )  # fmt: skip
    account.tell("customer.subscription.created", subscription)
    invoice = bill(account, subscription, reason="subscription_create")
    plan_next(account, subscription)
    return subscription, invoice


def item_of(subscription: Object) -> Object:
    return subscription["items"]["data"][0]


def plan_next(account: Account, subscription: Object) -> None:
    end = item_of(subscription)["current_period_end"]
    account.later(end, lambda: renew(account, subscription, end))


def renew(account: Account, subscription: Object, due: int) -> None:
    item = item_of(subscription)
    if subscription["status"] in ("canceled", "incomplete", "incomplete_expired") or item["current_period_end"] != due:
        return  # ended, or planned anew meanwhile
    pause = subscription["pause_collection"]
    if pause and pause.get("resumes_at") and pause["resumes_at"] <= account.now:
        subscription["pause_collection"] = None
    if subscription["status"] == "trialing":
        subscription.update(status="active", billing_cycle_anchor=due)
    item.update(
        current_period_start=due, current_period_end=_next(item["price"], due, subscription["billing_cycle_anchor"])
    )
    account.tell("customer.subscription.updated", subscription)
    bill(account, subscription, reason="subscription_cycle")
    plan_next(account, subscription)


def bill(account: Account, subscription: Object, *, reason: str) -> Object:
    item = item_of(subscription)
    amount, currency = item["price"]["unit_amount"], item["price"]["currency"]
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    invoice = account.make(
        "in", "invoice", amount_due=amount, amount_paid=0, amount_remaining=amount, attempt_count=0, attempted=False,
        auto_advance=True, billing_reason=reason, collection_method="charge_automatically", currency=currency,
        customer=subscription["customer"], livemode=account.livemode, metadata={}, next_payment_attempt=None,
        parent={"type": "subscription_details", "subscription_details": details, "quote_details": None},
        period_start=item["current_period_start"], period_end=item["current_period_end"], status="open", total=amount,
        status_transitions={"finalized_at": account.now, "paid_at": None, "voided_at": None, "marked_uncollectible_at": None},
    )  # fmt: skip
    subscription["latest_invoice"] = invoice["id"]
    account.tell("invoice.created", invoice)
    if subscription["pause_collection"]:
        invoice.update(status="void", auto_advance=False)
        account.tell("invoice.voided", invoice)
        return invoice
    try_invoice(account, invoice)
    return invoice


def try_invoice(account: Account, invoice: Object, method: str | None = None) -> None:
    """One attempt with the subscription's own method. A failed one is tried again later, and given up at the end."""
    subscription = account.find(invoice["parent"]["subscription_details"]["subscription"], "subscription")
    if invoice["status"] != "open":
        return
    invoice["attempt_count"] += 1
    invoice["attempted"] = True
    held = account.hidden.get(invoice["id"])
    intent = held or make_payment(account, invoice)
    account.hidden[invoice["id"]] = intent
    status = payments.pay(
        account, intent, account.find(method or subscription["default_payment_method"], "payment_method"),
        lambda worked: _settle(account, subscription, invoice, worked),
    )  # fmt: skip
    if status != "processing":
        _settle(account, subscription, invoice, status == "succeeded")


def make_payment(account: Account, invoice: Object) -> Object:
    intent = payments.make_intent(account, invoice["amount_due"], invoice["currency"], customer=invoice["customer"])
    account.make(
        "inpay", "invoice_payment", amount_paid=None, amount_requested=invoice["amount_due"], currency=invoice["currency"],
        invoice=invoice["id"], is_default=True, livemode=account.livemode, status="open",
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
        status_transitions={"canceled_at": None, "paid_at": None},
    )  # fmt: skip
    return intent


def _settle(account: Account, subscription: Object, invoice: Object, worked: bool) -> None:
    if worked:
        payment = account.all("invoice_payment", invoice=invoice["id"])[0]
        payment.update(status="paid", amount_paid=invoice["amount_due"])
        invoice.update(status="paid", amount_paid=invoice["amount_due"], amount_remaining=0, next_payment_attempt=None)
        invoice["status_transitions"]["paid_at"] = account.now
        account.tell("invoice.paid", invoice)
        account.tell("invoice.payment_succeeded", invoice)
        if subscription["status"] == "past_due":
            subscription["status"] = "active"
            account.tell("customer.subscription.updated", subscription, {"status": "past_due"})
        return
    tries = invoice["attempt_count"]
    if invoice["billing_reason"] == "subscription_create":
        subscription["status"] = "incomplete"
    elif tries <= len(RETRY_AFTER_DAYS):
        invoice["next_payment_attempt"] = account.now + RETRY_AFTER_DAYS[tries - 1] * DAY
        account.later(invoice["next_payment_attempt"], lambda: try_invoice(account, invoice))
        if subscription["status"] == "active":
            subscription["status"] = "past_due"
            account.tell("customer.subscription.updated", subscription, {"status": "active"})
    account.tell("invoice.payment_failed", invoice)
    if invoice["billing_reason"] != "subscription_create" and tries > len(RETRY_AFTER_DAYS):
        cancel(account, subscription, reason="payment_failed")


def update(account: Account, subscription: Object, params: dict[str, Any]) -> Object:
    if subscription["status"] in ("canceled", "incomplete_expired"):
        raise Refused(404, f"No such subscription: '{subscription['id']}'", code="resource_missing", param="id")
    for change in params.get("items") or []:
        item = item_of(subscription)
        if change.get("id") != item["id"]:
            raise Refused(400, "A subscription has one item here; give its id.", param="items[0][id]")
        if change.get("price_data"):
            before, item["price"] = item["price"], make_price(account, change["price_data"])
            if before["recurring"]["interval"] != item["price"]["recurring"]["interval"] and "trial_end" not in params:
                # Another interval begins anew: it is billed at once, from this day on.
                now = account.now
                item.update(current_period_start=now, current_period_end=_next(item["price"], now, now))
                subscription["billing_cycle_anchor"] = now
                bill(account, subscription, reason="subscription_update")
                plan_next(account, subscription)
    if "default_payment_method" in params:
        method = account.find(params["default_payment_method"], "payment_method")
        if method["customer"] != subscription["customer"]:
            raise Refused(400, "The payment method does not belong to this customer.", param="default_payment_method")
        subscription["default_payment_method"] = method["id"]
    if "pause_collection" in params:
        pause = params["pause_collection"] or None
        subscription["pause_collection"] = (
            {"behavior": pause["behavior"], "resumes_at": whole(pause, "resumes_at")} if pause else None
        )
    if "trial_end" in params:
        moment = whole(params, "trial_end") or 0
        if moment <= account.now:
            raise Refused(400, "Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end")
        subscription.update(status="trialing", trial_start=account.now, trial_end=moment)
        item_of(subscription)["current_period_end"] = moment
        plan_next(account, subscription)
    if "metadata" in params:
        subscription["metadata"].update(params["metadata"] or {})
    if "cancel_at_period_end" in params:
        subscription["cancel_at_period_end"] = params["cancel_at_period_end"] == "true"
    account.tell("customer.subscription.updated", subscription)
    return subscription


def cancel(account: Account, subscription: Object, reason: str = "cancellation_requested") -> Object:
    if subscription["status"] == "canceled":
        raise Refused(404, f"No such subscription: '{subscription['id']}'", code="resource_missing", param="id")
    subscription.update(status="canceled", canceled_at=account.now, ended_at=account.now)
    subscription["cancellation_details"]["reason"] = reason
    account.tell("customer.subscription.deleted", subscription)
    return subscription


def _next(price: Object, moment: int, anchor: int) -> int:
    return month_later(moment, anchor, 12 if price["recurring"]["interval"] == "year" else 1)
