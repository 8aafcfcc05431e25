from datetime import UTC, datetime

import pytest
import time_machine

from pennypress.funding.models import Gift
from pennypress.funding.providers.stripe.events import KINDS
from tests.stripe_server.driver import KEY, StripeServer

START = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def stripe_process():
    server = StripeServer()
    yield server
    server.stop()


class Account:
    """The stand-in with its clock and the site's in step, and events brought in by the test itself."""

    def __init__(self, server, clock, client):
        self.server, self.clock, self.client, self.seen = server, clock, client, 0

    def pull(self, lever, **wish):
        return self.server.pull(lever, **wish)

    def pass_time(self, *, days):
        self.move_to(int(datetime.now(UTC).timestamp()) + int(days * 86_400))

    def move_to(self, moment):
        self.pull("clock", to=moment)
        self.clock.move_to(datetime.fromtimestamp(moment, UTC))

    def new_events(self):
        found = self.pull("events", since=self.seen)["events"]
        self.seen += len(found)
        return [event for event in found if event["type"] in KINDS]

    def bring(self, event):
        return self.client.post(
            "/payments/events/stripe/", event["body"], content_type="application/json",
            headers={"Stripe-Signature": event["header"]},
        )  # fmt: skip

    def bring_all(self, work_off=None):
        for event in self.new_events():
            assert self.bring(event).status_code == 200
        if work_off:
            work_off()

    def give(self, *, often="once", amount="5", card="4242", key="k", email="a@example.org"):
        """A reader gives on the giving screen and presses the button of the payment page."""
        form = {"often": often, "own": amount, "email": email, "key": key, "way": "stripe"}
        answer = self.client.post("/support/", form)
        assert answer.status_code == 302, answer.content.decode()
        session = answer.url.rpartition("/")[2]
        self.pull("pay", session=session, card=card)
        return Gift.objects.get(pk=self.pull("all", kind="checkout.session")["data"][0]["client_reference_id"])


@pytest.fixture
def stripe(stripe_process, settings, client, newsroom):
    settings.PENNYPRESS_STRIPE_SECRET_KEY = KEY
    settings.PENNYPRESS_STRIPE_API_BASE = stripe_process.url
    stripe_process.pull("reset", start=int(START.timestamp()))
    stripe_process.pull("hold", held=True)
    secret = register(stripe_process)
    settings.PENNYPRESS_STRIPE_WEBHOOK_SECRETS = [secret]
    with time_machine.travel(START, tick=False) as clock:
        yield Account(stripe_process, clock, client)


def register(server, url="http://testserver/payments/events/stripe/"):
    """The endpoint, as a newsroom sets it up with Stripe; returns its secret."""
    import stripe as library

    client = library.StripeClient(KEY, base_addresses={"api": server.url})
    endpoint = client.v1.webhook_endpoints.create(
        {"url": url, "enabled_events": list(KINDS), "api_version": "2026-10-28.endive"}
    )
    return endpoint.secret
