"""Signed links that a mail carries. Whoever holds one may do what it names, until it has grown old."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.urls import reverse

from pennypress.notifications.rules import CONFIRM_LIFE, MINE_LIFE, STOP_LIFE

# A digest of more subscriptions than this offers to end all of them.
MAX_NAMED = 8


@dataclass(frozen=True)
class Purpose:
    """What a link is for, and how long it works."""

    name: str
    life: timedelta

    @property
    def signer(self) -> TimestampSigner:
        return TimestampSigner(salt=f"notifications.{self.name}")


CONFIRM = Purpose("confirm", CONFIRM_LIFE)
STOP = Purpose("stop", STOP_LIFE)
MINE = Purpose("mine", MINE_LIFE)


@dataclass(frozen=True)
class Opened:
    """What a link says: its ids, and whether its time is over."""

    ids: list[UUID]
    is_old: bool


class Forged(Exception):
    """Not a link of ours."""


def link(purpose: Purpose, ids: Iterable[UUID]) -> str:
    """The whole address of a link for these ids."""
    return settings.BASE_URL + reverse(f"notifications:{purpose.name}", args=[token(purpose, ids)])


def token(purpose: Purpose, ids: Iterable[UUID]) -> str:
    words = (base64.urlsafe_b64encode(each.bytes).decode().rstrip("=") for each in ids)
    return purpose.signer.sign(".".join(words))


def opened(purpose: Purpose, signed: str) -> Opened:
    """Raises Forged unless we signed it for this purpose."""
    try:
        words, is_old = purpose.signer.unsign(signed, max_age=purpose.life), False
    except SignatureExpired:
        words, is_old = purpose.signer.unsign(signed), True
    except BadSignature:
        raise Forged from None
    return Opened([UUID(bytes=base64.urlsafe_b64decode(word + "==")) for word in words.split(".")], is_old)


def address_key(email: str) -> str:
    """A keyed hash that stands for an address where something is counted for it."""
    key = hmac.digest(settings.SECRET_KEY.encode(), b"address-key", "sha256")
    return "mail:" + hashlib.blake2b(email.encode(), key=key, digest_size=16).hexdigest()
