"""Whether the stand-in is like Stripe: judged by the types and the client of Stripe's own library, which is made from its
description of the interface (version 2026-10-28.endive)."""

import importlib
import typing

import pytest
import stripe as library

from pennypress.funding.providers.stripe.client import API_VERSION
from tests.stripe_server.account import VERSION
from tests.stripe_server.driver import KEY
from tests.stripe_server.parameters import TREES

# Each route with the library's type of its parameters.
TYPES = {
    "POST /v1/checkout/sessions": "checkout.SessionCreateParams",
    "GET /v1/checkout/sessions": "checkout.SessionListParams",
    "POST /v1/checkout/sessions/{id}/expire": "checkout.SessionExpireParams",
    "GET /v1/payment_intents": "PaymentIntentListParams",
    "GET /v1/charges": "ChargeListParams",
    "GET /v1/customers": "CustomerListParams",
    "POST /v1/customers": "CustomerCreateParams",
    "POST /v1/products": "ProductCreateParams",
    "POST /v1/prices": "PriceCreateParams",
    "GET /v1/subscriptions": "SubscriptionListParams",
    "POST /v1/subscriptions/{id}": "SubscriptionUpdateParams",
    "DELETE /v1/subscriptions/{id}": "SubscriptionCancelParams",
    "GET /v1/invoices": "InvoiceListParams",
    "POST /v1/invoices/{id}/pay": "InvoicePayParams",
    "GET /v1/invoice_payments": "InvoicePaymentListParams",
    "POST /v1/refunds": "RefundCreateParams",
    "GET /v1/refunds": "RefundListParams",
    "GET /v1/disputes": "DisputeListParams",
    "GET /v1/balance_transactions": "BalanceTransactionListParams",
    "GET /v1/payouts": "PayoutListParams",
    "GET /v1/events": "EventListParams",
    "GET /v1/balance": "BalanceRetrieveParams",
    "POST /v1/webhook_endpoints": "WebhookEndpointCreateParams",
    "GET /v1/webhook_endpoints": "WebhookEndpointListParams",
    "DELETE /v1/webhook_endpoints/{id}": "WebhookEndpointDeleteParams",
}


def test_both_speak_the_version_of_the_library():
    from stripe._api_version import _ApiVersion

    assert API_VERSION == VERSION == _ApiVersion.CURRENT


@pytest.mark.parametrize("route", TREES)
def test_every_parameter_it_takes_is_one_of_stripes(route):
    place, _dot, name = TYPES[route].rpartition(".")
    module = importlib.import_module("stripe.params" + (f".{place}" if place else ""))
    holds(TREES[route], getattr(module, name))


def holds(tree, kind):
    """Every name of the tree stands in the library's type, at every depth."""
    if isinstance(tree, list):
        return holds(tree[0], kind)
    if not isinstance(tree, dict) or "*" in tree or not tree:
        return None
    known = {}
    for one in typed_dicts(kind):
        known |= one.__annotations__
    module = importlib.import_module(typed_dicts(kind)[0].__module__)
    for name, below in tree.items():
        assert name in known, (kind, name)
        if isinstance(below, dict | list) and below != {"*": None} and below != [None]:
            holds(below, resolve(known[name], module))
    return None


def typed_dicts(kind):
    found = [kind] if hasattr(kind, "__required_keys__") else []
    for inner in typing.get_args(kind):
        found += typed_dicts(inner)
    return found


def resolve(kind, module):
    if isinstance(kind, str):
        kind = typing.ForwardRef(kind)
    if isinstance(kind, typing.ForwardRef):
        return resolve(eval(kind.__forward_arg__, {**vars(typing), **vars(module)}), module)  # noqa: S307
    if args := typing.get_args(kind):
        inner = tuple(resolve(one, module) for one in args if not isinstance(one, str) or one in vars(module))
        return typing.Union[inner] if inner else kind  # noqa: UP007
    return kind


CLASSES = {
    "checkout.session": "checkout.Session", "payment_intent": "PaymentIntent", "charge": "Charge", "customer": "Customer",
    "product": "Product", "price": "Price", "subscription": "Subscription", "subscription_item": "SubscriptionItem",
    "invoice": "Invoice", "invoice_payment": "InvoicePayment", "payment_method": "PaymentMethod",
    "setup_intent": "SetupIntent", "refund": "Refund", "dispute": "Dispute", "payout": "Payout", "event": "Event",
    "balance_transaction": "BalanceTransaction", "webhook_endpoint": "WebhookEndpoint",
}  # fmt: skip


@pytest.fixture
def api(stripe_process):
    stripe_process.pull("reset", start=1_770_000_000)
    return library.StripeClient(KEY, base_addresses={"api": stripe_process.url}, max_network_retries=0)


def session(api, mode="subscription", **fields):
    price = {"currency": "eur", "product_data": {"name": "Gift"}, "unit_amount": 500}
    if mode == "subscription":
        price["recurring"] = {"interval": "month"}
    lines = [] if mode == "setup" else [{"quantity": 1, "price_data": price}]
    wish = {"mode": mode, "success_url": "http://x/{CHECKOUT_SESSION_ID}", **({"line_items": lines} if lines else {})}
    return api.v1.checkout.sessions.create({**wish, **fields})


def a_full_life(api, server):
    server.pull("pay", session=session(api).id)
    server.pull("pay", session=session(api, "payment").id)
    charge = server.all("charge")[0]["id"]
    api.v1.refunds.create({"charge": charge, "amount": 100})
    server.pull("fail_refund", refund=server.all("refund")[0]["id"])
    subscription = server.all("subscription")[0]
    setup = session(api, "setup", currency="eur", customer=subscription["customer"])
    server.pull("pay", session=setup.id)
    server.pull("pay_out")
    server.pull("card", subscription=subscription["id"], last4="0002")
    server.pull("clock", by=86_400 * 40)
    dispute = server.pull("dispute", charge=charge)
    server.pull("close_dispute", dispute=dispute["id"], won=True)
    api.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/x", "enabled_events": ["*"]})


@pytest.mark.parametrize("kind", CLASSES)
def test_its_objects_have_no_field_that_stripes_do_not_have(api, stripe_process, kind):
    a_full_life(api, stripe_process)
    made = stripe_process.all(kind)
    assert made
    place, _dot, name = CLASSES[kind].rpartition(".")
    known = getattr(getattr(library, place) if place else library, name).__annotations__
    for one in made:
        assert set(one) <= set(known), set(one) - set(known)
    if kind == "invoice":  # gone since "basil"
        assert not {"payment_intent", "charge", "paid", "subscription"} & set(made[0])


def test_unknown_parameters_are_refused(api):
    for wrong in ({"foo": 1}, {"payment_intent_data": {"foo": 1}}, {"metadata": "x"}, {"line_items": {"a": 1}}):
        with pytest.raises(library.InvalidRequestError) as error:
            session(api, "payment", **wrong)
        assert error.value.param


def test_a_key_means_one_call_with_one_set_of_values(api):
    def make(key, email):
        wish = {"email": email}
        return api.v1.customers.create(wish, {"idempotency_key": key})

    first = make("k", "a@example.org")
    again = make("k", "a@example.org")
    assert first.id == again.id and again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(library.IdempotencyError):
        make("k", "b@example.org")
    assert make("l", "b@example.org").id != first.id


def test_the_first_answer_is_kept_errors_included_and_pruned_after_a_day(api, stripe_process):
    stripe_process.pull("fault", kind="500_after")
    for _try in range(2):
        with pytest.raises(library.APIError):
            api.v1.customers.create({"email": "a@example.org"}, {"idempotency_key": "k"})
    assert len(stripe_process.all("customer")) == 1
    stripe_process.pull("clock", by=90_000)
    assert api.v1.customers.create({"email": "a@example.org"}, {"idempotency_key": "k"})
    assert len(stripe_process.all("customer")) == 2


def test_a_refusal_of_values_is_not_kept(api):
    with pytest.raises(library.InvalidRequestError):
        api.v1.refunds.create({"charge": "ch_none"}, {"idempotency_key": "k"})
    assert api.v1.customers.create({"email": "a@example.org"}, {"idempotency_key": "k"})


def test_too_fast_is_refused_before_anything_is_done(api, stripe_process):
    stripe_process.pull("fault", kind="429")
    with pytest.raises(library.RateLimitError):
        api.v1.customers.create({"email": "a@example.org"})
    assert stripe_process.all("customer") == []


def test_keys_and_versions_are_looked_at(stripe_process):
    def read(key, **fields):
        client = library.StripeClient(key, base_addresses={"api": stripe_process.url}, max_network_retries=0, **fields)
        return client.v1.customers.list()

    for key in ("sk_live_abc", "pk_test_abc", "x"):
        with pytest.raises(library.AuthenticationError):
            read(key)
    with pytest.raises(library.InvalidRequestError):
        read(KEY, stripe_version="2018-01-01")


def test_events_are_signed_so_that_stripes_library_accepts_them(api, stripe_process):
    made = api.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/x", "enabled_events": ["*"]})
    stripe_process.pull("hold", held=True)
    api.v1.customers.create({"email": "a@example.org"})
    session(api, "payment")
    stripe_process.pull("pay", session=stripe_process.all("checkout.session")[0]["id"])
    for event in stripe_process.pull("events")["events"]:
        read = library.Webhook.construct_event(event["body"], event["header"], made.secret, tolerance=10**9)
        assert read.id == event["id"]


def test_months_keep_their_day(api, stripe_process):
    stripe_process.pull("reset", start=1_769_860_800)  # 31 January 2026
    stripe_process.pull("pay", session=session(api).id)
    days = []
    for _month in range(4):
        item = stripe_process.all("subscription")[0]["items"]["data"][0]
        days.append(__import__("datetime").datetime.fromtimestamp(item["current_period_end"]).strftime("%m-%d"))
        stripe_process.pull("clock", to=item["current_period_end"])
    assert days == ["02-28", "03-31", "04-30", "05-31"]


@pytest.mark.parametrize(
    "invented", [{"foo": None}, {"line_items": [{"foo": None}]}, {"line_items": [{"price_data": {"foo": None}}]}]
)
def test_what_is_invented_is_found_out(invented):
    from stripe.params.checkout import SessionCreateParams

    with pytest.raises(AssertionError):
        holds(invented, SessionCreateParams)
