from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from pennypress.funding import mistakes, rules
from pennypress.funding.actions.giving import follow_failed_return, follow_return
from pennypress.funding.cover import share_of
from pennypress.funding.models import (
    Entry,
    EntryKind,
    Gift,
    GiftState,
    Honour,
    Mistake,
    Pledge,
    Promise,
    RowState,
    StatementRow,
    WallEntry,
)
from pennypress.readers.models import User


def unbook_row(*, row_id: UUID, by: User, why: str) -> Gift:
    """A row was booked as the wrong thing: an entry undoes it, pointing at the first, and the row is to be decided again.

    A promise that it had wrongly kept is open again, under the same code. Returns the gift that was wrong. Raises Refused.
    """
    if not why.strip():
        raise rules.Refused(_("Please say why, for those who read the books later."))
    with transaction.atomic():
        row = StatementRow.objects.select_for_update(of=("self",)).get(pk=row_id)
        if row.state != RowState.BOOKED or row.gift_id is None:
            raise rules.Refused(_("This row is not booked, or no longer so."))
        gift = Gift.objects.select_for_update(of=("self",)).get(pk=row.gift_id)
        if row.amount > 0:
            if gift.returned or gift.disputed:
                raise rules.Refused(_("Something of this gift was given back; please take that back first."))
            entry = mistakes.undo_gift(gift=gift, why=why)
            follow_return(entry, gift)
            _promise_again(gift, row)
        else:
            entry = mistakes.undo_return(gift=gift, first=_return_of(row), amount=-row.amount, why=why)
        Mistake.objects.create(row=row, gift=gift, entry=entry, why=why[:200], by=by)
        if row.amount < 0:
            follow_failed_return(entry, gift)
        row.state, row.gift, row.note, row.decided_by, row.decided_at = RowState.OPEN, None, "", None, None
        row.save(update_fields=["state", "gift", "note", "decided_by", "decided_at"])
    return gift


def _promise_again(gift: Gift, row: StatementRow) -> None:
    """The mistaken gift gives its key and the row's number free; what was begun before the row came is so again."""
    if gift.pledge_id and not Gift.objects.filter(pledge=gift.pledge_id, state=GiftState.CAPTURED).exists():
        Pledge.objects.filter(pk=gift.pledge_id).update(active=False)
    key, gift.key, gift.payment = gift.key, f"mistaken:{gift.id}", ""
    gift.save(update_fields=["key", "payment"])
    if key == f"transfer:{row.key}":
        return  # it came of the row alone
    promise = Promise.objects.select_for_update().filter(gift=gift).first()
    amount = gift.pledge.amount if gift.pledge else gift.promised or gift.amount
    again = Gift.objects.create(
        key=key, email=gift.email, currency=gift.currency, provider=gift.provider, pledge=gift.pledge,
        amount=amount, covered=share_of(amount, covered=gift.covered, of=gift.amount), created_at=gift.created_at,
        origin=gift.origin, instead_of=gift,
    )  # fmt: skip
    if promise:
        promise.gift = again
        promise.save(update_fields=["gift"])
    for words in (WallEntry, Honour):
        words.objects.filter(gift=gift).update(gift=again)


def _return_of(row: StatementRow) -> Entry:
    """What the row was booked as: a bounce of all that was left, or a part; those of before had other keys."""
    names = Q(key__startswith=f"bounce:{row.gift_id}:row:{row.key}") | Q(
        key__startswith=f"refund:{row.gift_id}:row:{row.key}"
    )
    kinds = Q(kind__in=(EntryKind.BOUNCE, EntryKind.REFUND))
    found = Entry.objects.filter(names | Q(key=f"bounce:{row.gift_id}"), kinds, gift=row.gift_id, corrections=None)
    return found.order_by("-recorded_at")[:1].get()
