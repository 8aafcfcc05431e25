"""A provider that takes no money: its page offers to succeed, decline or delay. For the demo and for tests."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from pennypress.funding.addresses import FAKE_CARD, FAKE_PAYMENT, signed
from pennypress.funding.models import Gift, Pledge, ProviderCall, ProviderEvent
from pennypress.funding.providers.base import (
    Answer,
    Arrival,
    BadEvent,
    Captured,
    Declined,
    Fact,
    Movement,
    NotPaid,
    Refunded,
    Whose,
)
from pennypress.funding.providers.fake import standing

# An event older than this is somebody's recording of it.
MAX_AGE_SECONDS = 300
KINDS = {"captured", "declined"}


class FakeProvider:
    name = "fake"
    signature_header = "Pennypress-Signature"
    page_origin = ""
    has_balance = False
    can_change = frozenset(
        {
            ProviderCall.Verb.AMOUNT, ProviderCall.Verb.DAY, ProviderCall.Verb.INTERVAL, ProviderCall.Verb.PAUSE,
            ProviderCall.Verb.RESUME, ProviderCall.Verb.ASK_FOR_CARD, ProviderCall.Verb.END,
        }
    )  # fmt: skip

    @property
    def label(self) -> str:
        return _("Test payment (no money moves)")

    def read_event(self, raw: bytes, signature: str) -> Arrival | None:
        stamp, _dot, given = signature.partition(".")
        if not stamp.isascii() or not stamp.isdecimal() or abs(time.time() - int(stamp)) > MAX_AGE_SECONDS:
            raise BadEvent("The event is too old or carries no time.")
        if not hmac.compare_digest(given.encode(), sign(raw, int(stamp)).partition(".")[2].encode()):
            raise BadEvent("The signature is not the provider's.")
        event = json.loads(raw)
        if event.get("kind") not in KINDS or not event.get("object"):
            raise BadEvent("The event is of no kind we know.")
        about, kind = str(event["object"]), str(event["kind"])
        return Arrival(f"{about}:{kind}", about, kind, datetime.fromtimestamp(event["happened_at"], UTC))

    def facts(self, event: ProviderEvent) -> Iterable[Fact]:
        whose = Whose(gift=_number(event.object))
        gift = (
            Gift.objects.select_related("pledge").filter(pk=whose.gift, provider=self.name).first()
            if whose.gift
            else None
        )
        if event.kind == "declined" or gift is None:
            return [NotPaid(whose)]
        # Its body says no amount: it captures what was begun.
        found: list[Fact] = [Captured(whose, f"fake_{gift.id.hex}", gift.amount, gift.currency, event.happened_at)]
        if gift.pledge:
            found.append(standing.after_payment(gift.pledge, event.happened_at))
        return found

    def look(self, gift: Gift) -> Iterable[Fact]:
        return []

    def look_at_pledge(self, pledge: Pledge) -> Iterable[Fact]:
        return [standing.as_it_is(pledge)]

    def carry_out(self, call: ProviderCall) -> Answer:
        """It has no other side to call: what is wished for is so, and whoever asked books it."""
        if call.verb == ProviderCall.Verb.CHECKOUT and call.gift:
            return Answer(str(call.gift.id), reverse("funding:fake_page", args=[signed(call.gift.id, FAKE_PAYMENT)]))
        if call.verb == ProviderCall.Verb.REFUND and call.gift:
            made = Refunded(call.gift.payment, f"fake_{call.id.hex}", call.wish["amount"], call.asked_at, None)
            return Answer(made.refund, facts=(made,))
        if call.verb == ProviderCall.Verb.END:
            return Answer(str(call.pledge_id))
        if call.verb == ProviderCall.Verb.ASK_FOR_CARD and call.pledge:
            return Answer(str(call.id), reverse("funding:fake_card", args=[signed(call.pledge.id, FAKE_CARD)]))
        if call.verb in {*self.can_change, ProviderCall.Verb.USE_CARD} and call.pledge:
            return Answer(standing.reference(call.pledge), facts=(standing.after_wish(call.pledge, call),))
        raise Declined(_("The test payment cannot do this."))

    def find(self, call: ProviderCall) -> Answer | None:
        return None

    def movements(self, since: datetime, until: datetime) -> Iterable[Movement]:
        return []

    def facts_of(self, movement: Movement) -> Iterable[Fact]:
        return []

    def balance(self) -> dict[str, int]:
        return {}

    def problems(self) -> list[str]:
        return []


def _number(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def sign(raw: bytes, stamp: int) -> str:
    """`<unix time>.<hex of HMAC-SHA256 over time and body>`, as payment providers do."""
    key = hmac.digest(settings.SECRET_KEY.encode(), b"funding.fake.events", "sha256")
    return f"{stamp}.{hmac.new(key, str(stamp).encode() + b'.' + raw, hashlib.sha256).hexdigest()}"


def make_event(gift_id: str, kind: str) -> tuple[bytes, str]:
    """A signed event as the provider would send it: body and signature."""
    raw = json.dumps({"object": gift_id, "kind": kind, "happened_at": int(time.time())}).encode()
    return raw, sign(raw, int(time.time()))
