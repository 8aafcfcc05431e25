"""The HTTP side: keys, versions, idempotency, faults, routes."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.stripe_server import checkout, lists, pages, payments, subscriptions
from tests.stripe_server.account import DAY, VERSION, Account, Object
from tests.stripe_server.levers import Levers
from tests.stripe_server.parameters import TREES, Refused, check, need, read, whole
from tests.stripe_server.webhooks import Webhooks

# Calls that fail: before anything was done, or after it.
FAULTS = ("429", "500_before", "500_after")
# Kept that long, and then the same key is a new call.
KEEP_ANSWERS = DAY
SINGULAR = {
    "checkout/sessions": "checkout.session", "payment_intents": "payment_intent", "charges": "charge",
    "customers": "customer", "products": "product", "prices": "price", "subscriptions": "subscription",
    "invoices": "invoice", "invoice_payments": "invoice_payment", "payment_methods": "payment_method",
    "setup_intents": "setup_intent", "refunds": "refund", "disputes": "dispute", "payouts": "payout",
    "balance_transactions": "balance_transaction", "events": "event", "webhook_endpoints": "webhook_endpoint",
}  # fmt: skip


class Server:
    def __init__(self, port: int) -> None:
        self.account = Account()
        self.webhooks = Webhooks(self.account)
        self.levers = Levers(self.webhooks)
        self.lock = threading.RLock()
        self.calls: list[dict[str, Any]] = []
        self.http = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self.base = f"http://127.0.0.1:{self.http.server_address[1]}"

    # Calls of the API

    def api(self, method: str, path: str, text: str, headers: Any) -> tuple[int, Any, dict[str, str]]:
        account = self.account
        try:
            self._who(headers)
            key = headers.get("Idempotency-Key") if method == "POST" else None
            if key and (kept := account.answers.get(key)) and kept["at"] > account.now - KEEP_ANSWERS:
                if kept["call"] != (path, text):
                    raise Refused(
                        400, f"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}'.",
                        type="idempotency_error",
                    )  # fmt: skip
                return kept["status"], kept["body"], {"Idempotent-Replayed": "true"}
            self._fault(("429",), 429, "Too many requests hit the API too quickly.", code="rate_limit")
            params = read(text)
            route, number = _route(method, path)
            check(params, TREES.get(route, {"expand": [None]}))
        except Refused as refused:
            return refused.status, {"error": refused.error}, {}
        status, body = self._do(route, number, params)
        # What failed its checks is not kept, as Stripe says; all else is, errors of ours included.
        if key and status != 400 and status != 404:
            account.answers[key] = {"call": (path, text), "status": status, "body": body, "at": account.now}
        return status, body, {}

    def _do(self, route: str, number: str, params: dict[str, Any]) -> tuple[int, Any]:
        try:
            self._fault(("500_before",), 500, "An error occurred on our end.", type="api_error")
            expand = params.pop("expand", [])
            body = lists.expand(self.account, self._answer(route, number, params), expand)
            self._fault(("500_after",), 500, "An error occurred on our end.", type="api_error")
            return 200, body
        except Refused as refused:
            return refused.status, {"error": refused.error}

    def _answer(self, route: str, number: str, params: dict[str, Any]) -> Any:
        account = self.account
        match route:
            case "POST /v1/checkout/sessions":
                return checkout.open_session(account, params, self.base)
            case "POST /v1/checkout/sessions/{id}/expire":
                return checkout.expire(account, account.find(number, "checkout.session"))
            case "POST /v1/customers":
                return account.make(
                    "cus", "customer", email=params.get("email"), livemode=account.livemode, metadata={}
                )
            case "POST /v1/products":
                need(params, "name")
                return subscriptions.make_product(account, params)
            case "POST /v1/prices":
                return subscriptions.make_price(account, params)
            case "POST /v1/subscriptions/{id}":
                return subscriptions.update(account, account.find(number, "subscription"), params)
            case "DELETE /v1/subscriptions/{id}":
                return subscriptions.cancel(account, account.find(number, "subscription"))
            case "POST /v1/invoices/{id}/pay":
                subscriptions.try_invoice(account, account.find(number, "invoice"), params.get("payment_method"))
                return account.find(number, "invoice")
            case "POST /v1/refunds":
                return payments.refund(account, params, whole(params, "amount"))
            case "GET /v1/balance":
                return self._balance()
            case "POST /v1/webhook_endpoints":
                return self._add_endpoint(params)
            case "DELETE /v1/webhook_endpoints/{id}":
                account.objects.pop(account.find(number, "webhook_endpoint")["id"])
                return {"id": number, "object": "webhook_endpoint", "deleted": True}
        kind = SINGULAR[route.removeprefix("GET /v1/").removesuffix("/{id}")]
        if route.endswith("/{id}"):
            return account.find(number, kind) if kind != "event" else lists.find_event(account, number)
        return lists.page(account, kind, params, route.removeprefix("GET "))

    def _balance(self) -> Object:
        total = sum(one["net"] for one in self.account.all("balance_transaction"))
        amount = {"amount": total, "currency": self.account.settles_in, "source_types": {"card": total}}
        return {
            "object": "balance", "livemode": self.account.livemode, "available": [amount],
            "pending": [{**amount, "amount": 0, "source_types": {"card": 0}}],
        }  # fmt: skip

    def _add_endpoint(self, params: dict[str, Any]) -> Object:
        made = self.account.make(
            "we", "webhook_endpoint", url=need(params, "url"), enabled_events=need(params, "enabled_events"),
            api_version=params.get("api_version"), description=params.get("description"), status="enabled",
            livemode=self.account.livemode, metadata={}, application=None,
        )  # fmt: skip
        secret = "whsec_" + made["id"]
        self.account.hidden[made["id"]] = {"secret": secret}
        return {**made, "secret": secret}

    def _who(self, headers: Any) -> None:
        given = (headers.get("Authorization") or "").removeprefix("Bearer ")
        mode = "live" if self.account.livemode else "test"
        if not re.fullmatch(f"(sk|rk)_{mode}_[A-Za-z0-9]+", given):
            raise Refused(401, f"Invalid API Key provided: {given[:8]}…")
        version = headers.get("Stripe-Version") or VERSION
        if version != VERSION:
            raise Refused(400, f"Invalid Stripe API version: {version}")

    def _fault(self, kinds: tuple[str, ...], status: int, message: str, **fields: Any) -> None:
        for fault in self.account.faults:
            if fault["kind"] in kinds and fault["left"]:
                fault["left"] -= 1
                raise Refused(status, message, **fields)


def _route(method: str, path: str) -> tuple[str, str]:
    """The route's name and the id in it."""
    for route in [*TREES, *(f"GET /v1/{plural}{tail}" for plural in SINGULAR for tail in ("", "/{id}"))]:
        verb, template = route.split(" ")
        found = re.fullmatch(template.replace("{id}", "(?P<id>[^/]+)"), path)
        if verb == method and found:
            return route, found.groupdict().get("id", "")
    raise Refused(404, f"Unrecognized request URL ({method}: {path}).")


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *arguments: Any) -> None:
            """Quiet."""

        def do_GET(self) -> None:
            self._any()

        do_POST = do_DELETE = do_GET

        def _any(self) -> None:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            with server.lock:
                if address.path.startswith("/_/"):
                    self._json(200, server.levers.pull(address.path[3:], json.loads(body or "{}")))
                elif address.path.startswith("/c/pay/"):
                    self._checkout(address.path.removeprefix("/c/pay/"), body)
                elif address.path == "/panel":
                    self._panel(body)
                else:
                    text = address.query if self.command == "GET" else body or address.query
                    status, answer, headers = server.api(self.command, address.path, text, self.headers)
                    server.calls.append({"call": f"{self.command} {address.path}", "status": status})
                    self._json(status, answer, headers)

        def _checkout(self, number: str, body: str) -> None:
            session = server.account.objects.get(number)
            if session is None:
                self._html(404, pages.HEAD + "<h1>No such page</h1>")
            elif self.command == "POST":
                to = checkout.answer(server.account, session, parse_qs(body).get("card", ["4242"])[0])
                self._html(303, "", to) if to else self._html(402, pages.checkout(session, declined=True))
            else:
                self._html(200, pages.checkout(session))

        def _panel(self, body: str) -> None:
            wish = parse_qs(body)
            if fault := wish.get("fault"):
                server.levers.pull("fault", {"kind": fault[0]})
            if days := wish.get("days"):
                server.levers.pull("clock", {"by": int(days[0]) * DAY})
            if wish.get("payout"):
                server.levers.pull("pay_out", {})
            self._html(200, pages.panel(server.account))

        def _json(self, status: int, answer: Any, headers: dict[str, str] | None = None) -> None:
            self._send(status, json.dumps(answer).encode(), {"Content-Type": "application/json", **(headers or {})})

        def _html(self, status: int, text: str, to: str = "") -> None:
            self._send(
                status, text.encode(), {"Content-Type": "text/html; charset=utf-8", **({"Location": to} if to else {})}
            )

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Request-Id": "req_1", "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
