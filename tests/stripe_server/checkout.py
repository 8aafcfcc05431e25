"""Checkout sessions and what the buttons of their hosted page do."""

from typing import Any

from tests.stripe_server import payments, subscriptions
from tests.stripe_server.account import DAY, Account, Object
from tests.stripe_server.parameters import Refused, need, whole


def open_session(account: Account, params: dict[str, Any], base: str) -> Object:
    mode = need(params, "mode")
    need(params, "success_url")
    if mode not in ("payment", "subscription", "setup"):
        raise Refused(400, f"Invalid mode: {mode}", param="mode")
    if params.get("customer") and params.get("customer_email"):
        raise Refused(400, "You may only specify one of these parameters: customer, customer_email.")
    price = None
    if mode != "setup":
        lines = need(params, "line_items")
        price = subscriptions.make_price(account, need(lines[0], "price_data"))
        if (mode == "subscription") != bool(price["recurring"]):
            raise Refused(400, f"The price's type does not fit `{mode}` mode.", param="line_items")
        if mode == "subscription" and params.get("payment_intent_data"):
            raise Refused(400, "You can not pass `payment_intent_data` in `subscription` mode.")
        if mode == "payment" and params.get("subscription_data"):
            raise Refused(400, "You can not pass `subscription_data` in `payment` mode.")
    elif not params.get("currency") and not params.get("allowed_payment_method_types"):
        raise Refused(400, "You must provide `currency` in `setup` mode.", param="currency")
    customer = params.get("customer")
    if customer:
        account.find(customer, "customer")
    number = account.number("cs_live" if account.livemode else "cs_test")
    amount = price["unit_amount"] if price else None
    session = account.make(
        "cs", "checkout.session", id=number, amount_subtotal=amount, amount_total=amount,
        cancel_url=params.get("cancel_url"), client_reference_id=params.get("client_reference_id"),
        currency=price["currency"] if price else params.get("currency"), customer=customer, customer_details=None,
        customer_email=params.get("customer_email"), expires_at=whole(params, "expires_at", account.now + DAY),
        invoice=None, livemode=account.livemode, locale=params.get("locale"), metadata=params.get("metadata") or {},
        mode=mode, payment_intent=None, payment_status="unpaid" if price else "no_payment_required", setup_intent=None,
        status="open", submit_type=params.get("submit_type"), subscription=None, success_url=params["success_url"],
        ui_mode="hosted", url=f"{base}/c/pay/{number}",
        allowed_payment_method_types=params.get("allowed_payment_method_types"),
    )  # fmt: skip
    account.hidden[number] = {"price": price, "params": params}
    account.later(session["expires_at"], lambda: expire(account, session))
    return session


def expire(account: Account, session: Object) -> Object:
    if session["status"] == "open":
        session.update(status="expired", url=None)
        account.tell("checkout.session.expired", session)
    return session


def answer(account: Account, session: Object, last4: str) -> str:
    """The button was pressed: an address to go to, or "" where the page stays because the card was declined."""
    if session["status"] != "open":
        return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    hidden = account.hidden[session["id"]]
    params, price = hidden["params"], hidden["price"]
    worked = {"payment": _pay_once, "subscription": _subscribe, "setup": _set_up}[session["mode"]](
        account, session, params, price, last4
    )
    if not worked:
        return ""
    account.tell("checkout.session.completed", session)
    return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])


def _pay_once(account: Account, session: Object, params: Any, price: Any, last4: str) -> bool:
    data = params.get("payment_intent_data") or {}
    hidden = account.hidden[session["id"]]
    intent = hidden.get("intent") or payments.make_intent(
        account, price["unit_amount"], price["currency"], metadata=dict(data.get("metadata") or {}),
        description=data.get("description"),
    )  # fmt: skip
    if "intent" not in hidden:
        account.tell("payment_intent.created", intent)
    hidden["intent"] = intent
    status = payments.pay(
        account, intent, payments.make_method(account, last4, None), lambda worked: _late(account, session, worked)
    )
    if status == "requires_payment_method":
        return False
    session.update(status="complete", url=None, payment_intent=intent["id"])
    session["payment_status"] = "paid" if status == "succeeded" else "unpaid"
    return True


def _late(account: Account, session: Object, worked: bool) -> None:
    session["payment_status"] = "paid" if worked else "unpaid"
    account.tell(f"checkout.session.async_payment_{'succeeded' if worked else 'failed'}", session)


def _subscribe(account: Account, session: Object, params: Any, price: Any, last4: str) -> bool:
    if last4 in payments.DECLINES and last4 != "0341":
        return False
    email = params.get("customer_email")
    customer = account.objects.get(session["customer"] or "") or account.make(
        "cus", "customer", email=email, livemode=account.livemode, metadata={}, name=None, description=None, balance=0,
    )  # fmt: skip
    account.tell("customer.created", customer)
    method = payments.make_method(account, last4, customer["id"])
    data = params.get("subscription_data") or {}
    if last4 == "0341":
        # Works now, fails from the next month on.
        method["card"]["last4"] = "4242"
        account.later(account.now + DAY, lambda: method["card"].update(last4="0341"))
    subscription, invoice = subscriptions.subscribe(account, customer, price, method, data.get("metadata") or {})
    paid = invoice["status"] == "paid"
    session.update(status="complete", url=None, customer=customer["id"], subscription=subscription["id"])
    session.update(invoice=invoice["id"], payment_status="paid" if paid else "unpaid")
    return True


def _set_up(account: Account, session: Object, params: Any, price: Any, last4: str) -> bool:
    method = payments.make_method(account, last4, session["customer"])
    data = params.get("setup_intent_data") or {}
    intent = account.make(
        "seti", "setup_intent", customer=session["customer"], livemode=account.livemode, payment_method=method["id"],
        metadata=dict(data.get("metadata") or {}), status="succeeded", usage="off_session", last_setup_error=None,
        description=None,
    )  # fmt: skip
    session.update(status="complete", url=None, setup_intent=intent["id"])
    account.tell("setup_intent.succeeded", intent)
    return True
