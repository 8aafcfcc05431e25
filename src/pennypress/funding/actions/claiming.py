"""An account has what its confirmed addresses have given; an address that is only claimed brings nothing."""

from typing import Any

from pennypress.funding.actions.giving import supporter_until
from pennypress.readers.actions import note_support


def claim_support(*, email: str) -> None:
    """Let the account with this confirmed address be a supporter for as long as its gifts say. Safe to repeat."""
    until = supporter_until(email)
    if until is not None:
        # Whether the address is confirmed is asked there again.
        note_support(email=email, until=until)


def when_confirmed(sender: Any, email_address: Any, **kwargs: Any) -> None:
    claim_support(email=email_address.email)
