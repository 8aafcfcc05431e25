"""Events on their way to the endpoints: signed, at least once, tried again; and all that can go wrong on the way."""

import hashlib
import hmac
import json
import random
import threading
import time
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tests.stripe_server.account import Account, Object

# Stripe tries for three days with growing pauses; here the same in seconds of the wall's clock.
PAUSES = (0.1, 0.3, 1.0, 3.0, 9.0)
FAULTS = ("duplicate", "reorder", "delay", "drop", "bad_signature", "old_version")


class Webhooks:
    def __init__(self, account: Account) -> None:
        self.account = account
        self.held = False  # then nothing leaves until a test says which, and in which order
        self.waiting: list[tuple[float, Object, Object, int]] = []
        self.log: list[dict[str, Any]] = []
        self.wake = threading.Condition()
        account.heard.append(self.hear)
        threading.Thread(target=self._run, daemon=True).start()

    def hear(self, event: Object) -> None:
        if self.held:
            return
        for endpoint in self.account.all("webhook_endpoint"):
            if "*" in endpoint["enabled_events"] or event["type"] in endpoint["enabled_events"]:
                self._plan(event, endpoint)

    def deliver(self, event: Object) -> None:
        """Send an event again, or for the first time, whatever was held."""
        for endpoint in self.account.all("webhook_endpoint"):
            self._plan(event, endpoint, faults=False)

    def idle(self) -> bool:
        with self.wake:
            return not self.waiting

    def _plan(self, event: Object, endpoint: Object, *, faults: bool = True) -> None:
        when = time.monotonic()
        fault = self._fault(event) if faults else None
        if fault == "drop":
            self.log.append({"event": event["id"], "type": event["type"], "fault": "drop"})
            return
        if fault == "reorder":
            when += random.uniform(0, 0.5)  # noqa: S311
        if fault == "delay":
            when += 1.0
        with self.wake:
            self.waiting.append((when, {**event, "_fault": fault}, endpoint, 0))
            if fault == "duplicate":
                self.waiting.append((when + 0.05, {**event, "_fault": None}, endpoint, 0))
            self.wake.notify()

    def _fault(self, event: Object) -> str | None:
        for fault in self.account.faults:
            if fault["kind"] in FAULTS and fault["left"] and fault.get("type", event["type"]) == event["type"]:
                fault["left"] -= 1
                return str(fault["kind"])
        return None

    def _run(self) -> None:
        while True:
            with self.wake:
                self.waiting.sort(key=lambda one: one[0])
                if not self.waiting or self.waiting[0][0] > time.monotonic():
                    self.wake.wait(0.05)
                    continue
                _when, event, endpoint, tries = self.waiting[0]
            status = self._send(event, endpoint)
            with self.wake:
                self.waiting.pop(0)
                if not 200 <= status < 300 and tries < len(PAUSES):
                    self.waiting.append(
                        (time.monotonic() + PAUSES[tries], {**event, "_fault": None}, endpoint, tries + 1)
                    )

    def _send(self, event: Object, endpoint: Object) -> int:
        fault = event["_fault"]
        told = {k: v for k, v in event.items() if k != "_fault"}
        # Whoever listens at an address has the wall's clock, whatever the account's says.
        body, header = signed(self.account, told, endpoint, fault, stamp=int(time.time()))
        request = Request(
            endpoint["url"], data=body, headers={"Stripe-Signature": header, "Content-Type": "application/json"}
        )  # noqa: S310
        try:
            with urlopen(request, timeout=10) as answer:  # noqa: S310
                status = answer.status
        except HTTPError as error:
            status = error.code
        except (URLError, OSError):
            status = 0
        self.log.append({"event": event["id"], "type": event["type"], "fault": fault, "status": status})
        return status


def signed(
    account: Account, event: Object, endpoint: Object, fault: str | None = None, stamp: int | None = None
) -> tuple[bytes, str]:
    """Body and header; without a stamp the time is the account's, as a test in one process shares its clock."""
    if fault == "old_version":
        event = as_of_old(event)
    body = json.dumps(event, indent=2).encode()
    stamp = account.now if stamp is None else stamp
    secret = "whsec_wrong" if fault == "bad_signature" else account.hidden[endpoint["id"]]["secret"]
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return body, f"t={stamp},v1={digest}"


def as_of_old(event: Object) -> Object:
    """The shapes of 2024: an invoice named its subscription and its payment itself, and had no parent."""
    about = dict(event["data"]["object"])
    if about["object"] == "invoice":
        parent = about.pop("parent", None) or {}
        about["subscription"] = (parent.get("subscription_details") or {}).get("subscription")
        about["paid"] = about["status"] == "paid"
        about["charge"] = about["payment_intent"] = None
    about["a_field_nobody_knows"] = {"nested": [1, 2, 3]}
    return {**event, "api_version": "2024-06-20", "data": {"object": about}}
