"""What the rows of a bank statement probably are, for an editor to confirm. A proposal books nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from pennypress.funding.models import Gift, GiftState, Pledge, Promise, StatementRow
from pennypress.funding.providers.bank_transfer.references import references_in, shown
from pennypress.lib.money import format_money

# A transfer comes back within weeks; a debit at the latest after thirteen months.
COMES_BACK_WITHIN = timedelta(days=400)
# Without a code, so many gifts of the same amount are too many to guess among.
MOST_GUESSES = 3


@dataclass(frozen=True)
class Proposal:
    """`gift` is what came, or what came back; `pledge` has its next gift in it. `sure` where a code says so and the amount fits."""

    why: str
    gift: Gift | None = None
    pledge: Pledge | None = None
    sure: bool = False

    @property
    def email(self) -> str:
        """Who is thought to have given it."""
        return next((found.email for found in (self.gift, self.pledge) if found), "")


def propose(rows: Sequence[StatementRow]) -> dict[UUID, list[Proposal]]:
    """Proposals for each row, the likeliest first. Three queries, however many rows."""
    codes = {row.id: list(references_in(row.purpose)) for row in rows}
    wanted = {code for found in codes.values() for code in found}
    promises = {
        promise.reference: promise
        for promise in Promise.objects.filter(reference__in=wanted).select_related("gift", "pledge__cancellation")
    }
    amounts = {abs(row.amount) for row in rows}
    promised = list(
        Gift.objects.filter(
            provider="bank", state__in=(GiftState.INTENDED, GiftState.PROMISED), amount__in=amounts
        ).order_by("created_at")
    )
    captured = list(
        Gift.objects.filter(provider__in=("bank",), state=GiftState.CAPTURED, amount__in=amounts)
        .filter(amount=F("amount"))
        .order_by("-captured_at")[:500]
        if any(row.amount < 0 for row in rows)
        else []
    )
    return {
        row.id: _incoming(row, [promises[code] for code in codes[row.id] if code in promises], promised)
        if row.amount > 0
        else _outgoing(row, [promises[code] for code in codes[row.id] if code in promises], captured)
        for row in rows
    }


def _incoming(row: StatementRow, promises: list[Promise], promised: list[Gift]) -> list[Proposal]:
    found = [proposal for promise in promises if (proposal := _promised(row, promise))]
    if found:
        return found
    same = [gift for gift in promised if (gift.amount, gift.currency) == (row.amount, row.currency)]
    return [Proposal(_("The amount fits; there is no code in the purpose."), gift=gift) for gift in same[:MOST_GUESSES]]


def _promised(row: StatementRow, promise: Promise) -> Proposal | None:
    code = shown(promise.reference)
    expected = promise.gift or promise.pledge
    assert expected is not None  # the database holds that it is one of them
    if expected.currency != row.currency or (promise.gift and promise.gift.state == GiftState.CAPTURED):
        return None
    if expected.amount == row.amount:
        why = _("The code %(code)s and the amount fit.") % {"code": code}
    else:
        why = _("The code %(code)s fits; %(promised)s was promised.") % {
            "code": code,
            "promised": format_money(expected.amount, expected.currency),
        }
    return Proposal(why, gift=promise.gift, pledge=promise.pledge, sure=expected.amount == row.amount)


def _outgoing(row: StatementRow, promises: list[Promise], captured: list[Gift]) -> list[Proposal]:
    fits = [
        gift
        for gift in captured
        if gift.left >= -row.amount
        and gift.currency == row.currency
        and gift.captured_at
        and timedelta() <= row.booked_on - gift.captured_at.date() <= COMES_BACK_WITHIN
    ]
    coded = {promise.gift_id for promise in promises if promise.gift_id}
    pledged = {promise.pledge_id for promise in promises if promise.pledge_id}
    named = [gift for gift in fits if gift.id in coded or (gift.pledge_id and gift.pledge_id in pledged)]
    if named:
        return [Proposal(_("The payment with this code came back."), gift=gift, sure=True) for gift in named[:1]]
    if not row.returned:
        return []
    return [
        Proposal(_("The bank says a payment came back; this gift had its amount."), gift=g) for g in fits[:MOST_GUESSES]
    ]
