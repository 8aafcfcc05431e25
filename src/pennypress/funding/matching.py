"""Matching: a captured gift is doubled as long as an offer lasts, to the last cent and no further.

Each match is an entry of its own. Where the matching money has come already, it moves from what is set aside into income;
where it is only promised it is a memo, and becomes income in the month it comes. All run in the caller's transaction.
"""

from datetime import date, datetime

from django.utils.translation import gettext as _

from pennypress.funding import ledger
from pennypress.funding.models import AccountName, EntryKind, Gift, Match, MatchingOffer


def match(*, gift: Gift, month: date, happened_at: datetime) -> Match | None:
    """Double a gift that was just captured. The caller holds the gift's row; this holds the offer's."""
    running = MatchingOffer.objects.filter(currency=gift.currency, begins_at__lte=happened_at, ends_at__gt=happened_at)
    # Almost always there is none, and one read tells.
    if not running.exists():
        return None
    offer = running.select_for_update().order_by("begins_at", "id").first()
    amount = min(gift.amount - gift.covered, offer.left) if offer else 0
    if offer is None or amount <= 0:
        return None
    made = Match.objects.create(gift=gift, offer=offer, month=month, amount=amount)
    _book(made, offer, amount, happened_at)
    return made


def follow(*, gift: Gift, happened_at: datetime) -> None:
    """A gift was given back in part or whole, or that failed: its match keeps the same share of what it was."""
    made = Match.objects.filter(gift=gift).first()
    if made is None:
        return
    offer = MatchingOffer.objects.select_for_update().get(pk=made.offer_id)
    share = made.amount * (gift.amount - gift.returned) // gift.amount
    change = share - (made.amount - made.undone)
    # What was undone others may have used since.
    change = min(change, offer.left)
    if change:
        made.undone -= change
        made.changes += 1
        made.save(update_fields=["undone", "changes"])
        _book(made, offer, change, happened_at)


def _book(made: Match, offer: MatchingOffer, amount: int, happened_at: datetime) -> None:
    """Book this much more of the match, or less where it is below zero."""
    offer.used += amount
    if offer.received_at and offer.rest_settled_at:
        # Something is left over again, and the editor is asked again.
        offer.rest_settled_at = None
    offer.save(update_fields=["used", "rest_settled_at"])
    if offer.rest_settled_at:
        # Promised, never come, and written off: there is nothing in the books to undo.
        return
    month = made.month
    if offer.received_at:
        debit, credit = AccountName.MATCHING, AccountName.INCOME
        # What was promised first became income in the month it came.
        month = max(month, ledger.month_of(offer.received_at))
    else:
        debit, credit = AccountName.PLEDGES, AccountName.MATCHING
    ledger.post(
        key=f"match:{made.gift_id}:{made.changes}", kind=EntryKind.MATCH, gift=made.gift, happened_at=happened_at,
        month=month, note=_("Doubled by %(name)s") % {"name": offer.name},
        lines=[(debit, offer.currency, amount), (credit, offer.currency, -amount)],
    )  # fmt: skip
