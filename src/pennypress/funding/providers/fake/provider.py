"""A provider that takes no money: its page offers to succeed, decline or delay. For the demo and for tests."""

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime

from django.conf import settings
from django.urls import reverse

from pennypress.funding.addresses import FAKE_PAYMENT, signed
from pennypress.funding.models import Gift
from pennypress.funding.providers.base import BadEvent, Fact

# An event older than this is somebody's recording of it.
MAX_AGE_SECONDS = 300
KINDS = {"captured", "declined"}


class FakeProvider:
    name = "fake"

    def start(self, gift: Gift) -> str:
        return reverse("funding:fake_page", args=[signed(gift.id, FAKE_PAYMENT)])

    def read_event(self, raw: bytes, signature: str) -> Fact:
        stamp, _, given = signature.partition(".")
        if not stamp.isascii() or not stamp.isdecimal() or abs(time.time() - int(stamp)) > MAX_AGE_SECONDS:
            raise BadEvent("The event is too old or carries no time.")
        if not hmac.compare_digest(given.encode(), sign(raw, int(stamp)).partition(".")[2].encode()):
            raise BadEvent("The signature is not the provider's.")
        event = json.loads(raw)
        if event.get("kind") not in KINDS or not event.get("object"):
            raise BadEvent("The event is of no kind we know.")
        return Fact(str(event["object"]), str(event["kind"]), datetime.fromtimestamp(event["happened_at"], UTC))


def sign(raw: bytes, stamp: int) -> str:
    """`<unix time>.<hex of HMAC-SHA256 over time and body>`, as payment providers do."""
    key = hmac.digest(settings.SECRET_KEY.encode(), b"funding.fake.events", "sha256")
    return f"{stamp}.{hmac.new(key, str(stamp).encode() + b'.' + raw, hashlib.sha256).hexdigest()}"


def make_event(gift_id: str, kind: str) -> tuple[bytes, str]:
    """A signed event as the provider would send it: body and signature."""
    raw = json.dumps({"object": gift_id, "kind": kind, "happened_at": int(time.time())}).encode()
    return raw, sign(raw, int(time.time()))
