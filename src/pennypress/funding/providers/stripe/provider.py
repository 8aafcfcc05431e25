"""Stripe: hosted payment pages for cards, wallets and SEPA debit, once and regularly."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from pennypress.funding.models import Gift, Pledge, ProviderCall, ProviderEvent
from pennypress.funding.providers.base import Answer, Arrival, Declined, Fact, Movement, Unreachable
from pennypress.funding.providers.stripe import balance, calls, client, events, facts

PAYMENT_PAGES = "https://checkout.stripe.com"
ENDPOINT = "/payments/events/stripe/"


class StripeProvider:
    name = "stripe"
    signature_header = "Stripe-Signature"
    has_balance = True
    can_change = calls.OF_A_PLEDGE

    @property
    def label(self) -> str:
        return _("Card, wallet or bank debit")

    @property
    def page_origin(self) -> str:
        # The stand-in of the tests shows its own pages.
        base = settings.PENNYPRESS_STRIPE_API_BASE
        return f"{urlsplit(base).scheme}://{urlsplit(base).netloc}" if base else PAYMENT_PAGES

    def read_event(self, raw: bytes, signature: str) -> Arrival | None:
        return events.read_event(raw, signature)

    def facts(self, event: ProviderEvent) -> Iterable[Fact]:
        return balance.told_by(event)

    def look(self, gift: Gift) -> Iterable[Fact]:
        found: list[Fact] = []
        for call in gift.calls.filter(verb=ProviderCall.Verb.CHECKOUT).exclude(number="").order_by("asked_at"):
            found += facts.of_session(call.number)
        return found

    def look_at_pledge(self, pledge: Pledge) -> Iterable[Fact]:
        return facts.of_subscription(pledge.reference)

    def carry_out(self, call: ProviderCall) -> Answer:
        return calls.carry_out(call)

    def find(self, call: ProviderCall) -> Answer | None:
        return calls.find(call)

    def movements(self, since: datetime, until: datetime) -> Iterable[Movement]:
        return balance.movements(since, until)

    def facts_of(self, movement: Movement) -> Iterable[Fact]:
        return balance.facts_of(movement)

    def balance(self) -> dict[str, int]:
        return balance.held()

    def problems(self) -> list[str]:
        found = []
        if not settings.PENNYPRESS_STRIPE_WEBHOOK_SECRETS:
            found.append("PENNYPRESS_STRIPE_WEBHOOK_SECRET is not set, so no event of Stripe's is believed.")
        if not settings.HTTPS and events.is_live():
            found.append("Stripe's key is live, but PENNYPRESS_BASE_URL is not https.")
        try:
            endpoints = list(client.every("webhook_endpoints"))
        except (Unreachable, Declined) as error:
            return [*found, str(error)]
        address = settings.BASE_URL + ENDPOINT
        ours = [one for one in endpoints if one["url"] == address]
        if not ours:
            found.append(f"Stripe has no webhook endpoint for {address}.")
        for endpoint in ours:
            found += _problems_of(endpoint)
        return found


def _problems_of(endpoint: client.Data) -> list[str]:
    found = []
    if endpoint["status"] != "enabled":
        found.append("Stripe has switched the webhook endpoint off.")
    missing = sorted(set(events.KINDS) - set(endpoint["enabled_events"]))
    if missing and "*" not in endpoint["enabled_events"]:
        found.append(f"The webhook endpoint is not told of {', '.join(missing)}.")
    if endpoint.get("api_version") not in (None, client.API_VERSION):
        found.append(f"The webhook endpoint has version {endpoint['api_version']}; {client.API_VERSION} is expected.")
    return found
