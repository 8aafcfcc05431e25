"""Addresses that carry their own right: whoever was given the link may see or do what it is for, and nothing else."""

from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer, TimestampSigner

THANKS, PLEDGE, FAKE_PAYMENT = "funding.thanks", "funding.pledge", "funding.fake"
SUPPORTER, CARD = "funding.supporter", "funding.card"
FAKE_CARD = "funding.fake-card"
SUPPORTER = "funding.supporter"
TRANSFER, TRANSFER_BY_MAIL = "funding.transfer", "funding.transfer-by-mail"


def thanks_address(gift_id: UUID) -> str:
    return f"/support/thanks/{signed(gift_id, THANKS)}/"


def pledge_address(pledge_id: UUID) -> str:
    return f"/support/pledges/{signed(pledge_id, PLEDGE)}/"


def card_address(gift_id: UUID) -> str:
    """The card of a gift in somebody's honour, for whoever is given the link."""
    return f"/support/cards/{signed(gift_id, CARD)}/"


def transfer_address(gift_id: UUID) -> str:
    return f"/support/transfers/{signed(gift_id, TRANSFER)}/"


def mailed_transfer_address(gift_id: UUID) -> str:
    """As transfer_address, for the mail alone: who has it has read what was sent to the giver's address."""
    return f"/support/transfers/mailed/{signed(gift_id, TRANSFER_BY_MAIL)}/"


# A mailbox is read by others, too, and another link is a minute away.
SUPPORTER_LINK_LASTS = timedelta(days=1)


def supporter_address(gift_id: UUID) -> str:
    """All gifts of the address that this gift carries. The gift's number stands for it: addresses end up in logs."""
    return f"/support/mine/{TimestampSigner(salt=SUPPORTER).sign(str(gift_id))}/"


def opened_supporter_address(text: str) -> UUID:
    """The gift's number. Raises SignatureExpired when the link is too old, BadSignature when it is not ours."""
    return UUID(TimestampSigner(salt=SUPPORTER).unsign(text, max_age=SUPPORTER_LINK_LASTS))


def signed(number: UUID, purpose: str) -> str:
    return Signer(salt=purpose).sign(str(number))


def unsigned(text: str, purpose: str) -> UUID | None:
    """The number, or None where the signature is not ours or is for another purpose."""
    try:
        return UUID(Signer(salt=purpose).unsign(text))
    except (BadSignature, ValueError):
        return None
