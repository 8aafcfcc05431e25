"""Signed words of corrections: the link by which a reader says whether they are named, and the place in the list."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer, TimestampSigner

from pennypress.publishing.models import Correction

# A reader may come back to a mail after a holiday; after a season they ask the newsroom.
GOOD_FOR = timedelta(days=90)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def sign(correction: Correction) -> str:
    return _choice().sign(correction.pk.hex)


def correction_of(token: str) -> UUID:
    """The correction a link is about. Raises BadSignature for one that is not ours or too old."""
    return UUID(_choice().unsign(token, max_age=GOOD_FOR))


def cursor(correction: Correction) -> str:
    """The place right after this correction."""
    return _place().sign_object([(correction.made_at - _EPOCH) // timedelta(microseconds=1), correction.pk.hex])


def cursor_place(text: str) -> tuple[datetime, UUID]:
    """Raises BadSignature."""
    moment, number = _place().unsign_object(text)
    return _EPOCH + timedelta(microseconds=moment), UUID(number)


def is_cursor(text: str) -> bool:
    try:
        _place().unsign(text)
    except BadSignature:
        return False
    return True


def _choice() -> TimestampSigner:
    return TimestampSigner(salt="publishing.credit")


def _place() -> Signer:
    return Signer(salt="publishing.corrections")
