from typing import Protocol

from pennypress.funding.models import Gift


class BadEvent(ValueError):
    """An event that is not from the provider, too old, or not understood."""


class Provider(Protocol):
    """What moves the money. `start` may call the network and is never inside a transaction."""

    name: str

    def start(self, gift: Gift) -> str:
        """Begin the payment and return the address of the provider's page."""

    def read_event(self, raw: bytes, signature: str) -> dict[str, str]:
        """Check signature and age; returns {"object", "kind"}. Raises BadEvent."""
