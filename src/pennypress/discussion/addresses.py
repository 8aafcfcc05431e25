"""Addresses that only those get who may use them: a removal's for its author, a sanction's for the sanctioned."""

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from pennypress.discussion.models import Removal, Sanction


def appeal_address(removal: Removal) -> str:
    return reverse("discussion:appeal", args=[_signer("appeal").sign(removal.pk.hex)])


def sanction_address(sanction: Sanction) -> str:
    return reverse("discussion:sanction", args=[_signer("sanction").sign(sanction.pk.hex)])


def whole(address: str) -> str:
    """The address as it stands in a mail."""
    return settings.BASE_URL + address


def removal_of(signed: str) -> UUID:
    """Raises ValueError for what is not signed by us."""
    return _unsigned(signed, "appeal")


def sanction_of(signed: str) -> UUID:
    """Raises ValueError for what is not signed by us."""
    return _unsigned(signed, "sanction")


def _unsigned(signed: str, purpose: str) -> UUID:
    try:
        return UUID(_signer(purpose).unsign(signed))
    except BadSignature as error:
        raise ValueError("not signed by us") from error


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"discussion.{purpose}")
