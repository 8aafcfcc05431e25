"""What a test or a person at the panel may do to the account: time, faults, disputes, failing cards, payouts."""

from typing import Any

from tests.stripe_server import payments, subscriptions
from tests.stripe_server.webhooks import Webhooks, signed

Answer = dict[str, Any]


class Levers:
    def __init__(self, webhooks: Webhooks) -> None:
        self.webhooks, self.account = webhooks, webhooks.account

    def pull(self, name: str, wish: Answer) -> Answer:
        lever = getattr(self, f"lever_{name}", None)
        if lever is None:
            raise KeyError(name)
        return lever(**wish)

    def lever_reset(self, **wish: Any) -> Answer:
        self.account.reset(**wish)
        self.webhooks.held = False
        self.webhooks.log.clear()
        return {}

    def lever_clock(self, *, to: int | None = None, by: int = 0) -> Answer:
        self.account.move_to(to if to is not None else self.account.now + by)
        return {"now": self.account.now}

    def lever_hold(self, *, held: bool) -> Answer:
        """Hold events back; `events` then gives them signed, and the test delivers them as it likes."""
        self.webhooks.held = held
        return {}

    def lever_events(self, *, since: int = 0) -> Answer:
        endpoint = self.account.all("webhook_endpoint")[0]
        found = []
        for event in self.account.events[since:]:
            body, header = signed(self.account, event, endpoint)
            found.append({"id": event["id"], "type": event["type"], "body": body.decode(), "header": header})
        return {"events": found}

    def lever_deliver(self, *, event: str) -> Answer:
        self.webhooks.deliver(next(one for one in self.account.events if one["id"] == event))
        return {}

    def lever_idle(self) -> Answer:
        return {"idle": self.webhooks.idle(), "log": self.webhooks.log}

    def lever_fault(self, *, kind: str, times: int = 1, **only: Any) -> Answer:
        """A fault for the next so many events (webhooks.FAULTS) or calls (server.FAULTS)."""
        if kind == "clear":
            self.account.faults.clear()
        else:
            self.account.faults.append({"kind": kind, "left": times, **only})
        return {}

    def lever_settle_late(self, *, seconds: int) -> Answer:
        self.account.hidden["settles_late"] = seconds
        return {}

    def lever_pay(self, *, session: str, card: str = "4242") -> Answer:
        """Press the button of a hosted page."""
        from tests.stripe_server.checkout import answer

        return {"to": answer(self.account, self.account.find(session, "checkout.session"), card)}

    def lever_card(self, *, subscription: str, last4: str) -> Answer:
        """The card of a subscription begins to fail, or works again."""
        method = self.account.find(
            self.account.find(subscription, "subscription")["default_payment_method"], "payment_method"
        )
        method[method["type"]]["last4"] = last4
        return {}

    def lever_expire(self, *, subscription: str, month: int, year: int, tell: bool = True) -> Answer:
        """The card is good until that month's end; the network tells Stripe so where a bank sent a new one."""
        method = self.account.find(
            self.account.find(subscription, "subscription")["default_payment_method"], "payment_method"
        )
        method["card"].update(exp_month=month, exp_year=year)
        if tell:
            self.account.tell("payment_method.automatically_updated", method)
        return {}

    def lever_dispute(self, *, charge: str, amount: int | None = None) -> Answer:
        return payments.dispute(self.account, self.account.find(charge, "charge"), amount)

    def lever_close_dispute(self, *, dispute: str, won: bool) -> Answer:
        return payments.close_dispute(self.account, self.account.find(dispute, "dispute"), won=won)

    def lever_refund(self, *, charge: str, amount: int) -> Answer:
        """As somebody does it in the dashboard."""
        return payments.refund(self.account, {"charge": charge}, amount)

    def lever_fail_refund(self, *, refund: str) -> Answer:
        return payments.fail_refund(self.account, self.account.find(refund, "refund"))

    def lever_pay_out(self) -> Answer:
        return payments.pay_out(self.account) or {}

    def lever_fail_payout(self, *, payout: str) -> Answer:
        return payments.fail_payout(self.account, self.account.find(payout, "payout"))

    def lever_cancel(self, *, subscription: str) -> Answer:
        return subscriptions.cancel(self.account, self.account.find(subscription, "subscription"))

    def lever_all(self, *, kind: str) -> Answer:
        events = list(reversed(self.account.events))
        return {"data": events if kind == "event" else self.account.all(kind)}
