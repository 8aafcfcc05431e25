"""An account has what its confirmed addresses have given; an address that is only claimed brings nothing."""

from typing import Any

from django.db.models import F
from django.db.models.functions import Lower

from pennypress.funding.actions.giving import SUPPORTER_FOR
from pennypress.funding.models import Gift, GiftState
from pennypress.readers.actions import note_support


def claim_support(*, email: str) -> None:
    """Let the account with this confirmed address be a supporter for as long as its last gift says. Safe to repeat."""
    gifts = Gift.objects.alias(address=Lower("email")).filter(address=email.lower(), state=GiftState.CAPTURED)
    last = gifts.exclude(returned__gte=F("amount")).order_by("-captured_at").first()
    if last and last.captured_at:
        # Whether the address is confirmed is asked there again.
        note_support(email=email, until=last.captured_at + SUPPORTER_FOR)


def when_confirmed(sender: Any, email_address: Any, **kwargs: Any) -> None:
    claim_support(email=email_address.email)
