"""Stripe's events at the door: signature, age, mode, and what they are about. No network, and none of Stripe's library."""

import hashlib
import hmac
import json
import logging
import time
from datetime import UTC, datetime

from django.conf import settings
from django.utils.translation import gettext as _

from pennypress.funding.providers.base import Arrival, BadEvent
from pennypress.funding.providers.stripe.client import API_VERSION

logger = logging.getLogger(__name__)

# Stripe's own tolerance: an event older than this is somebody's recording of it.
MAX_AGE_SECONDS = 300
LONGEST_BODY = 500_000
# What the endpoint has to be told of (docs/funding.md); anything else is answered and forgotten.
KINDS = (
    "charge.succeeded",
    "charge.updated",
    "charge.refunded",
    "charge.refund.updated",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "invoice.paid",
    "invoice.payment_failed",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.source.expiring",
    "customer.source.updated",
    "payment_method.updated",
    "payment_method.automatically_updated",
    "payout.created",
    "payout.paid",
    "payout.failed",
)


def read_event(raw: bytes, signature: str) -> Arrival | None:
    """Raises BadEvent for one that is forged, too old or no event at all."""
    check_signature(raw, signature)
    try:
        event = json.loads(raw)
        number, kind, created = str(event["id"] or ""), str(event["type"]), int(event["created"])
        about, live = event["data"]["object"], bool(event["livemode"])
    except (ValueError, KeyError, TypeError):
        raise BadEvent("The event is none of Stripe's.") from None
    if event.get("object") != "event" or not number or len(number) > 200:
        raise BadEvent("The event has no number.")
    if kind not in KINDS:
        logger.info("Stripe told of %s, which nobody needs here.", kind[:60])
        return None
    if event.get("api_version") != API_VERSION:
        logger.info("Stripe's event has the shape of version %s; the object is read again.", event.get("api_version"))
    named = about.get("id") if isinstance(about, dict) else None
    aside = ""
    if live != is_live():
        aside = _("This event is of Stripe's test mode, and this site takes real payments: nothing was booked.")
        if live:
            aside = _("This event is of a real payment, and this site is in Stripe's test mode: nothing was booked.")
    elif not isinstance(named, str) or not named:
        named, aside = "", _("The event names no object, so there is nothing to book.")
    return Arrival(number, str(named or "")[:200], kind, datetime.fromtimestamp(created, UTC), aside)


def is_live() -> bool:
    return "_live_" in settings.PENNYPRESS_STRIPE_SECRET_KEY


def check_signature(raw: bytes, header: str) -> None:
    """`t=<unix time>,v1=<hex>,…`: HMAC-SHA256 over time, dot and body, under one of the endpoint's secrets.

    Several secrets, separated by commas, let one be rolled without a gap. Raises BadEvent.
    """
    if len(raw) > LONGEST_BODY:
        raise BadEvent("The event is too large.")
    parts = [part.partition("=") for part in header.split(",")]
    stamps = [value for name, _sign, value in parts if name.strip() == "t"]
    given = [value.encode() for name, _sign, value in parts if name.strip() == "v1"]
    if len(stamps) != 1 or not stamps[0].isascii() or not stamps[0].isdecimal() or len(stamps[0]) > 12:
        raise BadEvent("The event carries no time.")
    if abs(time.time() - int(stamps[0])) > MAX_AGE_SECONDS:
        raise BadEvent("The event is too old.")
    message = stamps[0].encode() + b"." + raw
    for secret in settings.PENNYPRESS_STRIPE_WEBHOOK_SECRETS:
        right = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().encode()
        if any(hmac.compare_digest(right, one) for one in given):
            return
    raise BadEvent("The signature is not Stripe's.")
