"""Form-encoded parameters as nested values, and which of them each route takes. Anything else is refused, as Stripe does.

The trees hold a small part of what the real routes take: what a caller of ours may need. A test compares them with the
parameter types of Stripe's own library, so that none of them is invented.
"""

import re
from typing import Any
from urllib.parse import parse_qsl

ANY: Any = None  # any scalar
MAP: Any = {"*": ANY}  # any keys, such as metadata
RANGE = {"gt": ANY, "gte": ANY, "lt": ANY, "lte": ANY}
PAGE = {"limit": ANY, "starting_after": ANY, "ending_before": ANY, "expand": [ANY]}
PRICE = {
    "currency": ANY, "product": ANY, "unit_amount": ANY, "recurring": {"interval": ANY, "interval_count": ANY},
    "product_data": {"name": ANY, "metadata": MAP},
}  # fmt: skip
ITEM_PRICE = {key: value for key, value in PRICE.items() if key != "product_data"}

TREES: dict[str, Any] = {
    "POST /v1/checkout/sessions": {
        "mode": ANY, "success_url": ANY, "cancel_url": ANY, "client_reference_id": ANY, "customer": ANY,
        "customer_email": ANY, "currency": ANY, "expires_at": ANY, "locale": ANY, "metadata": MAP, "submit_type": ANY,
        "allowed_payment_method_types": [ANY], "excluded_payment_method_types": [ANY], "expand": [ANY],
        "line_items": [{"price": ANY, "quantity": ANY, "price_data": PRICE}],
        "payment_intent_data": {"metadata": MAP, "description": ANY, "statement_descriptor_suffix": ANY},
        "subscription_data": {"metadata": MAP, "description": ANY, "billing_cycle_anchor": ANY, "trial_end": ANY},
        "setup_intent_data": {"metadata": MAP, "description": ANY},
    },
    "GET /v1/checkout/sessions": {**PAGE, "created": RANGE, "payment_intent": ANY, "subscription": ANY, "status": ANY},
    "POST /v1/checkout/sessions/{id}/expire": {"expand": [ANY]},
    "GET /v1/payment_intents": {**PAGE, "created": RANGE, "customer": ANY},
    "GET /v1/charges": {**PAGE, "created": RANGE, "customer": ANY, "payment_intent": ANY},
    "GET /v1/customers": {**PAGE, "created": RANGE, "email": ANY},
    "POST /v1/customers": {"email": ANY, "name": ANY, "metadata": MAP, "expand": [ANY]},
    "POST /v1/products": {"id": ANY, "name": ANY, "description": ANY, "metadata": MAP, "expand": [ANY]},
    "POST /v1/prices": {**PRICE, "metadata": MAP, "expand": [ANY]},
    "GET /v1/subscriptions": {**PAGE, "created": RANGE, "customer": ANY, "status": ANY},
    "POST /v1/subscriptions/{id}": {
        "items": [{"id": ANY, "price": ANY, "price_data": ITEM_PRICE, "quantity": ANY}], "proration_behavior": ANY,
        "default_payment_method": ANY, "trial_end": ANY, "cancel_at_period_end": ANY, "metadata": MAP, "expand": [ANY],
        "pause_collection": {"behavior": ANY, "resumes_at": ANY},
    },
    "DELETE /v1/subscriptions/{id}": {"invoice_now": ANY, "prorate": ANY, "expand": [ANY]},
    "GET /v1/invoices": {**PAGE, "created": RANGE, "customer": ANY, "subscription": ANY, "status": ANY},
    "POST /v1/invoices/{id}/pay": {"payment_method": ANY, "expand": [ANY]},
    "GET /v1/invoice_payments": {
        **PAGE, "created": RANGE, "invoice": ANY, "status": ANY, "payment": {"type": ANY, "payment_intent": ANY},
    },
    "POST /v1/refunds": {
        "charge": ANY, "payment_intent": ANY, "amount": ANY, "reason": ANY, "metadata": MAP, "expand": [ANY],
    },
    "GET /v1/refunds": {**PAGE, "created": RANGE, "charge": ANY, "payment_intent": ANY},
    "GET /v1/disputes": {**PAGE, "created": RANGE, "charge": ANY, "payment_intent": ANY},
    "GET /v1/balance_transactions": {
        **PAGE, "created": RANGE, "currency": ANY, "payout": ANY, "source": ANY, "type": ANY,
    },
    "GET /v1/payouts": {**PAGE, "created": RANGE, "arrival_date": RANGE, "status": ANY},
    "GET /v1/events": {**PAGE, "created": RANGE, "type": ANY, "types": [ANY], "delivery_success": ANY},
    "GET /v1/balance": {"expand": [ANY]},
    "POST /v1/webhook_endpoints": {
        "url": ANY, "enabled_events": [ANY], "api_version": ANY, "description": ANY, "metadata": MAP, "expand": [ANY],
    },
    "GET /v1/webhook_endpoints": PAGE,
    "DELETE /v1/webhook_endpoints/{id}": {},
}  # fmt: skip


class Refused(Exception):
    """The answer is an error: status and Stripe's error object."""

    def __init__(self, status: int, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"type": "invalid_request_error", "message": message, **fields}


def read(text: str) -> dict[str, Any]:
    """`a[0][b]=c` as {"a": [{"b": "c"}]}."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, *rest = re.findall(r"^[^\[]+|(?<=\[)[^\]]*(?=\])", name)
        place, key = tree, first
        for part in rest:
            place = place.setdefault(key, {})
            if not isinstance(place, dict):
                raise Refused(400, f"Invalid parameter: {name}", param=name)
            key = part or str(len(place))
        place[key] = value
    return {key: _lists(value) for key, value in tree.items()}


def check(params: dict[str, Any], tree: Any, path: str = "") -> None:
    """Raises Refused for a parameter the route does not take."""
    for name, value in params.items():
        shown = f"{path}[{name}]" if path else name
        if name not in tree and "*" not in tree:
            raise Refused(400, f"Received unknown parameter: {shown}", code="parameter_unknown", param=shown)
        below = tree.get(name, tree.get("*"))
        if isinstance(below, list):
            if not isinstance(value, list):
                raise Refused(400, f"Invalid array: {shown}", param=shown)
            for number, item in enumerate(value):
                if isinstance(below[0], dict):
                    check(item, below[0], f"{shown}[{number}]")
        elif isinstance(below, dict) and value != "":
            if not isinstance(value, dict):
                raise Refused(400, f"Invalid object: {shown}", param=shown)
            check(value, below, shown)
        elif below is ANY and isinstance(value, dict | list):
            raise Refused(400, f"Invalid string: {shown}", param=shown)


def whole(params: dict[str, Any], name: str, default: int | None = None) -> int | None:
    """A whole number, exactly; no "5.0"."""
    value = params.get(name)
    if value is None:
        return default
    if not re.fullmatch("-?[0-9]+", value):
        raise Refused(400, f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def need(params: dict[str, Any], name: str) -> Any:
    if params.get(name) in (None, ""):
        raise Refused(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    return params[name]


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(item) for key, item in value.items()}
    if inner and all(key.isdecimal() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
