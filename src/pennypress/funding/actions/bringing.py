"""Gifts that were captured elsewhere or before, brought in as one archive."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from pennypress.funding import booking, ledger, matching, numbering
from pennypress.funding.models import EntryKind, Gift, GiftState, MatchingOffer


def bring_gifts(gifts: Sequence[tuple[Gift, booking.Settled]]) -> None:
    """Bring in single gifts with their dates and fees: the rows `capture` would have written, in a fraction of its time.

    The gifts are unsaved, have their `captured_at`, belong to no pledge, and are numbered in the order in which they come.
    Nobody is mailed. Raises IntegrityError where one is there already, and nothing is brought in then.
    """
    with transaction.atomic():
        for gift, settled in gifts:
            if gift.pledge_id or gift.captured_at is None:
                raise ValueError(f"{gift.key} is no single gift that was captured.")
            gift.state = GiftState.CAPTURED
            gift.settled_amount, gift.settled_currency, gift.fee = settled.amount, settled.currency, settled.fee
        Gift.objects.bulk_create([gift for gift, _settled in gifts])
        entries = ledger.post_all([_fact(gift, settled) for gift, settled in gifts])
        numbering.number_all((entry, gift) for entry, (gift, _settled) in zip(entries, gifts, strict=True))
        offers = list(MatchingOffer.objects.values_list("currency", "begins_at", "ends_at"))
        for entry, (gift, _settled) in zip(entries, gifts, strict=True):
            moment = entry.happened_at
            if any(gift.currency == currency and begins <= moment < ends for currency, begins, ends in offers):
                matching.match(gift=gift, month=entry.month, happened_at=moment)


def _fact(gift: Gift, settled: booking.Settled) -> ledger.Fact:
    assert gift.captured_at is not None
    return ledger.Fact(
        booking.capture_key(gift), EntryKind.GIFT, gift.captured_at, str(_("Gift")),
        booking.lines_of_capture(gift, settled), gift,
    )  # fmt: skip
