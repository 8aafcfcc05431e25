"""A transfer to the newsroom's own bank account: promised here, and captured when the bank's statement says that it came."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypress.funding.addresses import transfer_address
from pennypress.funding.models import BankAccount, Gift, Pledge, ProviderCall, ProviderEvent
from pennypress.funding.providers.base import (
    Answer,
    Arrival,
    BadEvent,
    Declined,
    Fact,
    Movement,
    Promised,
    Whose,
)


class BankTransferProvider:
    """Nobody is called and no event comes: an editor brings statements in, and confirms what they propose."""

    name: ClassVar[str] = "bank"
    label: Any = gettext_lazy("Bank transfer")
    signature_header: ClassVar[str] = "Pennypress-Signature"
    page_origin = ""
    has_balance = False
    can_change = frozenset({ProviderCall.Verb.END})

    def read_event(self, raw: bytes, signature: str) -> Arrival | None:
        raise BadEvent("A bank sends no events.")

    def facts(self, event: ProviderEvent) -> Iterable[Fact]:
        return []

    def look(self, gift: Gift) -> Iterable[Fact]:
        return []

    def look_at_pledge(self, pledge: Pledge) -> Iterable[Fact]:
        return []

    def carry_out(self, call: ProviderCall) -> Answer:
        if call.verb == ProviderCall.Verb.CHECKOUT and call.gift:
            return Answer(str(call.gift.id), transfer_address(call.gift.id), (Promised(Whose(gift=call.gift.id)),))
        if call.verb == ProviderCall.Verb.END:
            return Answer(str(call.pledge_id))
        if call.verb == ProviderCall.Verb.REFUND:
            raise Declined(
                _("Please transfer it back at your bank; the row of the next statement takes it out of the books.")
            )
        raise Declined(_("A bank transfer is the supporter's own: it can be changed at their bank only."))

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


def bank_account() -> BankAccount | None:
    """Where transfers go, or None while the newsroom offers none."""
    return BankAccount.objects.first()
