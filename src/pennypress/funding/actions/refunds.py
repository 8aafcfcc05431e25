from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from pennypress.funding.actions.asking import ask
from pennypress.funding.models import Gift, GiftState, ProviderCall
from pennypress.funding.queries import being_refunded
from pennypress.funding.rules import Refused
from pennypress.lib.money import format_money


def ask_refund(*, gift_id: UUID, amount: int, key: str, asked_by: str) -> ProviderCall:
    """Write down that some or all of a gift is to be given back; `carry_out` then does it.

    Never more than is left of the gift, refunds under way included. The same key is one refund. Raises Refused.
    """
    with transaction.atomic():
        gift = Gift.objects.select_for_update(of=("self",)).get(pk=gift_id)
        if asked := ProviderCall.objects.filter(key=f"refund:{gift.id}:{key}").first():
            return asked
        if gift.state != GiftState.CAPTURED or not gift.payment:
            raise Refused(_("Only a gift that was paid through a payment provider can be refunded here."))
        left = gift.left - being_refunded(gift)
        if not 0 < amount <= left:
            raise Refused(
                _("A refund of %(refund)s is not possible: %(left)s is left of this gift.")
                % {"refund": format_money(amount, gift.currency), "left": format_money(left, gift.currency)}
            )
        return ask(
            provider=gift.provider, verb=ProviderCall.Verb.REFUND, gift=gift, key=f"refund:{gift.id}:{key}",
            wish={"amount": amount}, asked_by=asked_by,
        )  # fmt: skip
