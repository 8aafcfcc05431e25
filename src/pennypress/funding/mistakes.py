"""Entries that should never have been: each is undone by another that points at it, in the month it counted for."""

from django.db import transaction
from django.utils import timezone

from pennypress.funding import ledger, matching, numbering
from pennypress.funding.models import Entry, EntryKind, Gift, GiftState, Mistake, Refund


def undo_gift(*, gift: Gift, why: str) -> Entry:
    """The money was not this gift. It counts nothing from now on, and what doubled it is free again; the row stays as history.

    The caller holds the gift, of which nothing was given back, in its transaction.
    """
    first = Entry.objects.get(gift=gift, kind=EntryKind.GIFT)
    with transaction.atomic():
        entry = _undo(first, EntryKind.MISTAKE, why)
        numbering.number(entry=entry, gift=gift, amount=gift.amount)
        gift.state, gift.returned = GiftState.MISTAKEN, gift.amount
        gift.save(update_fields=["state", "returned"])
        matching.follow(gift=gift, happened_at=timezone.now())
    return entry


def undo_return(*, gift: Gift, first: Entry, amount: int, why: str) -> Entry:
    """The money that went out was not this gift coming back. The caller holds the gift, in its transaction."""
    with transaction.atomic():
        entry = _undo(first, EntryKind.REFUND_FAILED, why)
        numbering.number(entry=entry, gift=gift, amount=amount)
        Refund.objects.filter(gift=gift, key=first.key.removeprefix(f"refund:{gift.id}:")).update(
            failed_at=timezone.now()
        )
        gift.returned -= amount
        gift.save(update_fields=["returned"])
        matching.follow(gift=gift, happened_at=timezone.now())
    return entry


def occasion_of(gift: Gift, name: str) -> str:
    """The name of something that may be booked again after it was taken back: another one each time."""
    times = Mistake.objects.filter(gift=gift).count()
    return f"{name}:{times}" if times else name


def _undo(first: Entry, kind: EntryKind, why: str) -> Entry:
    entry = ledger.post(
        key=f"undone:{first.id}", kind=kind, gift=first.gift, happened_at=timezone.now(), month=first.month,
        note=why[:200], corrects=first,
        lines=[(line.account, line.currency, -line.amount) for line in first.lines.all()],
    )  # fmt: skip
    assert entry is not None  # who holds the row has seen that it is booked
    return entry
