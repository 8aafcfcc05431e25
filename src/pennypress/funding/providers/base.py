from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pennypress.funding.models import Gift


class BadEvent(ValueError):
    """An event that is not from the provider, too old, or not understood."""


@dataclass(frozen=True)
class Fact:
    """What an event tells: of which object, what kind of thing, and when it happened by the provider's clock."""

    object: str
    kind: str
    happened_at: datetime


class Provider(Protocol):
    """What moves the money. `start` may call the network and is never inside a transaction."""

    name: str

    def start(self, gift: Gift) -> str:
        """Begin the payment and return the address of the provider's page."""

    def read_event(self, raw: bytes, signature: str) -> Fact:
        """Check signature and age, and say what the event tells. Raises BadEvent."""
