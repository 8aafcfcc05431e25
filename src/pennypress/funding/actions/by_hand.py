import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.funding import booking, rules
from pennypress.funding.actions.giving import post_receipt
from pennypress.funding.models import (
    AccountName,
    Gift,
)
from pennypress.newsroom.queries import current_newsroom


def record_offline_gift(
    *, amount: int, account: str, happened_at: datetime, note: str, key: str, email: str = "", receipt: bool = False
) -> Gift:
    """Book a gift that came by hand, in cash or at the bank, and mail a receipt if asked.

    The same key is booked once. Raises rules.Refused.
    """
    currency = current_newsroom().currency
    rules.check_amount_by_hand(amount)
    # As on the giving screen: the same form with other answers is another gift.
    key = f"{key}:{hashlib.blake2b(f'{amount} {account} {happened_at} {note} {email}'.encode(), digest_size=16).hexdigest()}"
    if happened_at > timezone.now() + timedelta(days=1):
        raise rules.Refused(_("A gift cannot be booked before it has come."))
    if account not in (AccountName.CASH, AccountName.BANK):
        raise rules.Refused(_("A gift by hand goes to the cash box or the bank."))
    with transaction.atomic():
        gift, created = Gift.objects.get_or_create(
            key=key,
            defaults={
                "amount": amount, "currency": currency, "provider": account, "account": account, "email": email,
            },
        )  # fmt: skip
        if created:
            booking.book_capture(gift=gift, amount=amount, happened_at=happened_at, note=note or str(_("Gift by hand")))
            if receipt and email:
                post_receipt(gift, happened_at)
            gift.refresh_from_db()
    return gift
