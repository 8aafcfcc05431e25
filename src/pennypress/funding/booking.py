"""What happens to money, each business fact as one entry under its own key, whatever provider tells of it.

Each function runs in the caller's transaction or its own, holds the gift's row, and returns None where the fact is booked
already. A gift's money is counted in its own currency; a provider that settles in another has the difference in the exchange
account. What is given back counts for the gift's month (see `ledger`).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from pennypress.funding import ledger, matching, numbering
from pennypress.funding.ledger import LineValues
from pennypress.funding.models import (
    INCOME_ACCOUNTS,
    AccountName,
    Dispute,
    Entry,
    EntryKind,
    Gift,
    GiftState,
    Line,
    Refund,
)
from pennypress.funding.rules import Refused
from pennypress.lib.money import format_money
from pennypress.newsroom.queries import current_newsroom


class NotCaptured(Refused):
    """Something is told of a gift that is not in the books yet; the caller may try again when it is."""


@dataclass(frozen=True)
class Settled:
    """What the provider's balance shows of a movement: its size before the fee, the currency of the balance, the fee.

    Both are given as positive numbers, whichever way the money goes; a fee below zero is one that was given back.
    """

    amount: int
    currency: str
    fee: int = 0


class Lines:
    """Lines of an entry in the making; what cancels out is no line."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], int] = defaultdict(int)

    def move(self, amount: int, currency: str, *, debit: str, credit: str) -> None:
        self._sums[debit, currency] += amount
        self._sums[credit, currency] -= amount

    def values(self) -> list[LineValues]:
        return [(account, currency, amount) for (account, currency), amount in self._sums.items() if amount]


def book_capture(
    *, gift: Gift, amount: int, happened_at: datetime, settled: Settled | None = None, note: str = ""
) -> Entry | None:
    """The money is there: income of the gift's month, and what matches it. Marks the gift captured.

    `amount` is what was captured, in the gift's currency; Refused where it is not what was intended. `settled` may be left
    out while the provider does not know yet; `book_settlement` then follows.
    """
    with transaction.atomic():
        gift = _held(gift)
        if amount != gift.amount:
            raise Refused(
                _("%(captured)s was captured of a gift of %(amount)s.")
                % {
                    "captured": format_money(amount, gift.currency),
                    "amount": format_money(gift.amount, gift.currency),
                }
            )
        entry = ledger.post(
            key=capture_key(gift),
            kind=EntryKind.GIFT,
            gift=gift,
            happened_at=happened_at,
            note=(note or str(_("Gift")))[:200],
            lines=lines_of_capture(gift, settled),
        )
        if entry is None:
            return None
        gift.state, gift.captured_at = GiftState.CAPTURED, happened_at
        _keep_settled(gift, settled)
        gift.save(update_fields=["state", "captured_at", "settled_amount", "settled_currency", "fee"])
        numbering.number(entry=entry, gift=gift, amount=amount)
        matching.match(gift=gift, month=entry.month, happened_at=happened_at)
    return entry


def book_settlement(*, gift: Gift, settled: Settled, happened_at: datetime) -> Entry | None:
    """What the provider kept of a captured gift, and the currency it turned it into, where that was not known before."""
    with transaction.atomic():
        gift = _captured(gift)
        if gift.settled_amount is not None:
            return None
        lines = Lines()
        _settle(lines, gift, settled)
        _keep_settled(gift, settled)
        gift.save(update_fields=["settled_amount", "settled_currency", "fee"])
        if not lines.values():
            return None
        return ledger.post(
            key=f"settlement:{gift.id}", kind=EntryKind.SETTLEMENT, gift=gift, happened_at=happened_at,
            month=_month(gift), note=str(_("Settlement")), lines=lines.values(),
        )  # fmt: skip


def book_refund(
    *, gift: Gift, key: str, amount: int, happened_at: datetime, settled: Settled | None = None
) -> Entry | None:
    """Give back some or all of a gift; `key` names the refund among the gift's. Refused beyond what is left of it."""
    with transaction.atomic():
        gift = _captured(gift)
        refund = Refund(gift=gift, key=key, amount=amount, happened_at=happened_at)
        if Refund.objects.filter(gift=gift, key=key).exists():
            return None
        if not 0 < amount <= gift.left:
            raise Refused(
                _("A refund of %(refund)s is not possible: %(left)s is left of this gift.")
                % {
                    "refund": format_money(amount, gift.currency),
                    "left": format_money(gift.left, gift.currency),
                }
            )
        refund.save(force_insert=True)
        return _give_back(
            gift, amount, settled or _in_proportion(gift, amount), key=f"refund:{gift.id}:{key}",
            kind=EntryKind.REFUND, happened_at=happened_at, note=_("Refund"),
        )  # fmt: skip


def book_refund_failed(*, gift: Gift, key: str, happened_at: datetime) -> Entry | None:
    """A refund did not arrive, and its money is back: the same lines the other way round."""
    with transaction.atomic():
        gift = _captured(gift)
        refund = Refund.objects.filter(gift=gift, key=key).first()
        if refund is None:
            raise NotCaptured(_("The refund that failed is not in the books."))
        if refund.failed_at:
            return None
        Refund.objects.filter(pk=refund.pk).update(failed_at=happened_at)
        first = Entry.objects.get(key=f"refund:{gift.id}:{key}")
        entry = ledger.post(
            key=f"refund-failed:{gift.id}:{key}", kind=EntryKind.REFUND_FAILED, gift=gift, happened_at=happened_at,
            month=first.month, note=str(_("Refund that failed")), corrects=first,
            lines=[(line.account, line.currency, -line.amount) for line in first.lines.all()],
        )  # fmt: skip
        gift.returned -= refund.amount
        gift.save(update_fields=["returned"])
        if entry:
            numbering.number(entry=entry, gift=gift, amount=refund.amount)
        matching.follow(gift=gift, happened_at=happened_at)
    return entry


def book_dispute_opened(
    *, gift: Gift, key: str, amount: int, happened_at: datetime, settled: Settled | None = None
) -> Entry | None:
    """The supporter's bank holds the money back; `settled.fee` is what the dispute costs. Income stays until it is lost."""
    with transaction.atomic():
        gift = _captured(gift)
        if Dispute.objects.filter(gift=gift, key=key).exists():
            return None
        held = settled or _in_proportion(gift, amount)
        reserved = min(amount, gift.left)
        Dispute.objects.create(
            gift=gift, key=key, amount=amount, reserved=reserved, held_amount=held.amount,
            held_currency=held.currency, opened_at=happened_at,
        )  # fmt: skip
        gift.disputed += reserved
        gift.save(update_fields=["disputed"])
        lines = Lines()
        lines.move(held.amount, held.currency, debit=AccountName.DISPUTED, credit=gift.account)
        lines.move(held.fee, held.currency, debit=AccountName.DISPUTE_FEES, credit=gift.account)
        return ledger.post(
            key=f"dispute:{gift.id}:{key}", kind=EntryKind.DISPUTE, gift=gift, happened_at=happened_at,
            month=_month(gift), note=str(_("Dispute opened")), lines=lines.values(),
        )  # fmt: skip


def book_dispute_won(*, gift: Gift, key: str, happened_at: datetime, fee_returned: int = 0) -> Entry | None:
    """The bank gives the money back, and the fee where it says so."""
    with transaction.atomic():
        gift = _captured(gift)
        dispute = _end_dispute(gift, key, Dispute.Outcome.WON, happened_at)
        if dispute is None:
            return None
        lines = Lines()
        lines.move(dispute.held_amount, dispute.held_currency, debit=gift.account, credit=AccountName.DISPUTED)
        lines.move(fee_returned, dispute.held_currency, debit=gift.account, credit=AccountName.DISPUTE_FEES)
        return ledger.post(
            key=f"dispute-won:{gift.id}:{key}", kind=EntryKind.DISPUTE_WON, gift=gift, happened_at=happened_at,
            month=_month(gift), note=str(_("Dispute won")), lines=lines.values(),
        )  # fmt: skip


def book_dispute_lost(*, gift: Gift, key: str, happened_at: datetime) -> Entry | None:
    """The money is gone: the gift's month has it no longer. What the bank took beyond the gift is a cost."""
    with transaction.atomic():
        gift = _captured(gift)
        dispute = _end_dispute(gift, key, Dispute.Outcome.LOST, happened_at)
        if dispute is None:
            return None
        of_gift = dispute.held_amount * dispute.reserved // dispute.amount
        beyond = Lines()
        beyond.move(
            dispute.held_amount - of_gift, dispute.held_currency,
            debit=AccountName.DISPUTE_FEES, credit=AccountName.DISPUTED,
        )  # fmt: skip
        return _give_back(
            gift, dispute.reserved, Settled(of_gift, dispute.held_currency), lines=beyond,
            out_of=AccountName.DISPUTED, key=f"dispute-lost:{gift.id}:{key}", kind=EntryKind.DISPUTE_LOST,
            happened_at=happened_at, note=_("Dispute lost"),
        )  # fmt: skip


def book_bounce(*, gift: Gift, happened_at: datetime, settled: Settled | None = None, key: str = "") -> Entry | None:
    """A payment that had come is taken back whole: a debit returned, a transfer recalled, a cheque without cover."""
    key = f"bounce:{gift.id}:{key}" if key else f"bounce:{gift.id}"
    with transaction.atomic():
        gift = _captured(gift)
        if Entry.objects.filter(key=key).exists():
            return None
        if not gift.left:
            raise Refused(_("Nothing is left of this gift."))
        return _give_back(
            gift, gift.left, settled or _in_proportion(gift, gift.left), key=key,
            kind=EntryKind.BOUNCE, happened_at=happened_at, note=_("Payment that bounced"),
        )  # fmt: skip


def book_payout(*, key: str, amount: int, currency: str, happened_at: datetime) -> Entry | None:
    """The provider has sent money to the bank; it is on its way."""
    return _move(
        f"payout:{key}", amount, currency, AccountName.IN_TRANSIT, AccountName.PROVIDER, happened_at, _("Payout")
    )


def book_payout_arrived(*, key: str, amount: int, currency: str, happened_at: datetime) -> Entry | None:
    """The payout is on the bank account."""
    note = _("Payout arrived")
    return _move(f"payout-arrived:{key}", amount, currency, AccountName.BANK, AccountName.IN_TRANSIT, happened_at, note)


def book_payout_failed(*, key: str, amount: int, currency: str, happened_at: datetime) -> Entry | None:
    """The bank did not take the payout, or sent it back after it had come; the provider has the money again."""
    arrived = Entry.objects.filter(key=f"payout-arrived:{key}").exists()
    out_of, note = AccountName.BANK if arrived else AccountName.IN_TRANSIT, _("Payout that failed")
    return _move(f"payout-failed:{key}", amount, currency, AccountName.PROVIDER, out_of, happened_at, note)


def book_provider_fee(*, key: str, amount: int, currency: str, happened_at: datetime) -> Entry | None:
    """A fee of the provider that belongs to no gift, by the month it was taken in; less than zero for one given back."""
    note = _("Provider's fee")
    return _move(f"fee:{key}", amount, currency, AccountName.FEES, AccountName.PROVIDER, happened_at, note)


def _move(
    key: str, amount: int, currency: str, debit: AccountName, credit: AccountName, happened_at: datetime, note: str
) -> Entry | None:
    lines = Lines()
    lines.move(amount, currency, debit=debit, credit=credit)
    return ledger.post(key=key, kind=EntryKind.PAYOUT, happened_at=happened_at, note=note, lines=lines.values())


def _held(gift: Gift) -> Gift:
    """The gift as it is now, held until the transaction ends."""
    return Gift.objects.select_for_update(of=("self",)).get(pk=gift.pk)


def _captured(gift: Gift) -> Gift:
    gift = _held(gift)
    if gift.state != GiftState.CAPTURED:
        raise NotCaptured(_("This gift has not been captured."))
    return gift


def lines_of_capture(gift: Gift, settled: Settled | None) -> list[LineValues]:
    lines = Lines()
    _receive(lines, gift)
    if settled:
        _settle(lines, gift, settled)
    return lines.values()


def capture_key(gift: Gift) -> str:
    return f"gift:{gift.id}"


def _month(gift: Gift) -> date:
    """The month the gift was counted for, even if the newsroom has moved to another time zone since."""
    return Entry.objects.values_list("month", flat=True).get(key=capture_key(gift))


def _keep_settled(gift: Gift, settled: Settled | None) -> None:
    if settled:
        gift.settled_amount, gift.settled_currency, gift.fee = settled.amount, settled.currency, settled.fee


def _receive(lines: Lines, gift: Gift) -> None:
    lines.move(gift.amount - gift.covered, gift.currency, debit=gift.account, credit=AccountName.INCOME)
    lines.move(gift.covered, gift.currency, debit=gift.account, credit=AccountName.COVERED)


def _settle(lines: Lines, gift: Gift, settled: Settled) -> None:
    if _becomes_ours(gift, settled.currency):
        # A gift in foreign money is worth what was made of it: its income moves to our currency.
        covered = settled.amount * gift.covered // gift.amount
        lines.move(gift.amount - gift.covered, gift.currency, debit=AccountName.INCOME, credit=gift.account)
        lines.move(gift.covered, gift.currency, debit=AccountName.COVERED, credit=gift.account)
        lines.move(settled.amount - covered, settled.currency, debit=gift.account, credit=AccountName.INCOME)
        lines.move(covered, settled.currency, debit=gift.account, credit=AccountName.COVERED)
    else:
        # Of one currency these two cancel out, but for what the provider has rounded.
        lines.move(gift.amount, gift.currency, debit=AccountName.EXCHANGE, credit=gift.account)
        lines.move(settled.amount, settled.currency, debit=gift.account, credit=AccountName.EXCHANGE)
    lines.move(settled.fee, settled.currency, debit=AccountName.FEES, credit=gift.account)


def _becomes_ours(gift: Gift, settled_currency: str) -> bool:
    ours = current_newsroom().currency
    return gift.currency != ours and settled_currency == ours


def _in_proportion(gift: Gift, amount: int) -> Settled:
    """What leaves the provider's balance for this much of the gift, where the provider does not say."""
    if gift.settled_amount is None:
        return Settled(amount, gift.currency)
    return Settled(gift.settled_amount * amount // gift.amount, gift.settled_currency)


def _give_back(
    gift: Gift, amount: int, out: Settled, *, key: str, kind: EntryKind, happened_at: datetime, note: str,
    out_of: str = "", lines: Lines | None = None,
) -> Entry | None:  # fmt: skip
    """Take this much of the gift out of income, and `out` out of the balance; what they differ by is exchange."""
    out_of, lines = out_of or gift.account, lines or Lines()
    gift.returned += amount
    ours = gift.settled_currency if _becomes_ours(gift, gift.settled_currency) else gift.currency
    income, covered = _goes_back(gift, ours)
    lines.move(income, ours, debit=AccountName.INCOME, credit=AccountName.EXCHANGE)
    lines.move(covered, ours, debit=AccountName.COVERED, credit=AccountName.EXCHANGE)
    lines.move(out.amount, out.currency, debit=AccountName.EXCHANGE, credit=out_of)
    lines.move(out.fee, out.currency, debit=AccountName.FEES, credit=gift.account)
    entry = ledger.post(
        key=key, kind=kind, gift=gift, happened_at=happened_at, month=_month(gift), note=note, lines=lines.values()
    )
    gift.save(update_fields=["returned"])
    if entry and amount:
        numbering.number(entry=entry, gift=gift, amount=amount)
    matching.follow(gift=gift, happened_at=happened_at)
    return entry


def _goes_back(gift: Gift, currency: str) -> tuple[int, int]:
    """How much of income and of covered fees goes, so that exactly the share of what is kept stays.

    Told from what is booked, so that no rounding adds up: when all is returned, nothing stays.
    """
    booked = {account: 0 for account in INCOME_ACCOUNTS}
    of_gift = Line.objects.filter(entry__gift=gift, currency=currency, account__in=INCOME_ACCOUNTS)
    for account, total in (
        of_gift.exclude(entry__kind=EntryKind.MATCH).values_list("account").annotate(total=Sum("amount"))
    ):
        booked[AccountName(account)] = -total
    value = gift.amount if currency == gift.currency else gift.settled_amount or 0
    covered_value = value * gift.covered // gift.amount
    stays = value * (gift.amount - gift.returned) // gift.amount
    covered_stays = covered_value * (gift.amount - gift.returned) // gift.amount
    return (
        booked[AccountName.INCOME] - (stays - covered_stays),
        booked[AccountName.COVERED] - covered_stays,
    )


def _end_dispute(gift: Gift, key: str, outcome: Dispute.Outcome, happened_at: datetime) -> Dispute | None:
    """Mark the dispute ended; None where it was before. What it held of the gift is free again."""
    dispute = Dispute.objects.filter(gift=gift, key=key).first()
    if dispute is None:
        raise NotCaptured(_("This dispute is not in the books."))
    if dispute.outcome != Dispute.Outcome.OPEN:
        return None
    Dispute.objects.filter(pk=dispute.pk).update(outcome=outcome, ended_at=happened_at)
    gift.disputed -= dispute.reserved
    gift.save(update_fields=["disputed"])
    return dispute
