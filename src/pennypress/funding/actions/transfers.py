"""Transfers: what supporters promise, what statements bring, and what an editor makes of each row."""

import hashlib
from dataclasses import asdict
from datetime import datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.funding import booking, ledger, rules
from pennypress.funding.actions.giving import capture, follow_return
from pennypress.funding.addresses import mailed_transfer_address
from pennypress.funding.cover import share_of
from pennypress.funding.mistakes import occasion_of
from pennypress.funding.models import (
    AccountName,
    BankAccount,
    Gift,
    GiftState,
    Pledge,
    Promise,
    RowState,
    Statement,
    StatementDraft,
    StatementRow,
    TableColumns,
)
from pennypress.funding.providers.bank_transfer.references import new_reference, shown
from pennypress.funding.providers.bank_transfer.statements.rows import Row
from pennypress.funding.providers.bank_transfer.statements.table import Columns, Table
from pennypress.lib.money import format_money
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications.actions import post_mail
from pennypress.readers.models import User

# Whoever was called away comes back within a day; the file is still on their own machine.
DRAFT_WAITS = timedelta(days=1)


def change_bank_account(*, holder: str, iban: str, bic: str, bank: str) -> BankAccount:
    """Save where transfers go; from then on they are offered."""
    fields = {"holder": holder, "iban": iban, "bic": bic, "bank": bank}
    return BankAccount.objects.update_or_create(number=1, defaults=fields)[0]


def promise_transfer(*, gift: Gift) -> Promise:
    """Give the transfer its code and mail how to make it; promised again, it is the same promise. Runs in the caller's transaction.

    It counts as promised only when its giver has said so from the mail (`confirm_promise`): a stranger with a form could
    promise any sum. For a regular gift the code is the pledge's, since the supporter's bank writes one purpose into all transfers of an order.
    """
    known = Promise.objects.filter(pledge=gift.pledge) if gift.pledge_id else Promise.objects.filter(gift=gift)
    if promise := known.first():
        return promise
    promise = _new_promise(gift)
    account, newsroom = BankAccount.objects.get(), current_newsroom()
    post_mail(
        to=gift.email,
        subject=_("Your transfer to %(name)s") % {"name": newsroom.name},
        template="funding/mail/transfer",
        context={
            "newsroom": newsroom,
            "account": account,
            "amount": format_money(gift.amount, gift.currency),
            "reference": shown(promise.reference),
            "interval": gift.pledge.interval if gift.pledge else "",
            "address": settings.BASE_URL + mailed_transfer_address(gift.id),
        },
        key=f"transfer:{promise.id}",
    )
    return promise


def confirm_promise(*, gift_id: UUID) -> None:
    """The giver has said, by the link in their mail, that the transfer will come: the meter shows it as promised."""
    with transaction.atomic():
        if Gift.objects.filter(pk=gift_id, state=GiftState.INTENDED).update(state=GiftState.PROMISED):
            changed(ledger.METER)


def _new_promise(gift: Gift) -> Promise:
    owner = {"pledge": gift.pledge} if gift.pledge_id else {"gift": gift}
    while True:
        try:
            with transaction.atomic():
                return Promise.objects.create(reference=new_reference(), **owner)
        except IntegrityError:
            # One code in twenty thousand million is taken; a promise that another request has just made is found.
            if promise := Promise.objects.filter(**owner).first():
                return promise


def keep_columns(*, table: Table, columns: Columns) -> None:
    """Remember which column is which in this bank's tables."""
    TableColumns.objects.update_or_create(signature=signature_of(table), defaults={"columns": asdict(columns)})


def signature_of(table: Table) -> str:
    return hashlib.blake2b(table.signature.encode(), digest_size=16).hexdigest()


def forget_statement_drafts() -> int:
    """Delete tables that waited longer than DRAFT_WAITS for their columns to be named; returns how many."""
    return StatementDraft.objects.filter(brought_at__lt=timezone.now() - DRAFT_WAITS).delete()[0]


def bring_in_statement(*, file_name: str, rows: list[Row], by: User | None) -> Statement:
    """Keep the rows that no earlier statement has brought. Books nothing: that is for somebody to confirm."""
    with transaction.atomic():
        known = set(StatementRow.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
        new = [row for row in rows if row.key not in known]
        statement = Statement.objects.create(
            file_name=file_name[:120], brought_by=by, new_rows=len(new), known_rows=len(rows) - len(new)
        )
        StatementRow.objects.bulk_create(
            StatementRow(
                key=row.key, statement=statement, booked_on=row.booked_on, amount=row.amount, currency=row.currency,
                name=row.name[:140], purpose=row.purpose, returned=row.returned,
            )
            for row in new
        )  # fmt: skip
    return statement


def book_row(
    *, row_id: UUID, by: User, gift_id: UUID | None = None, pledge_id: UUID | None = None, email: str = ""
) -> Gift:
    """Money that came in is this promised gift, the next one of this pledge, or, with neither, a gift nobody had promised.

    What came counts, also where another amount was promised. A receipt goes to whoever left an address. Raises Refused.
    """
    with transaction.atomic():
        row = _open_row(row_id)
        if row.amount <= 0:
            raise rules.Refused(_("This money went out; only money that came in can be a gift."))
        if row.currency != current_newsroom().currency:
            raise rules.Refused(_("This row is in another currency than the newsroom's."))
        gift = _gift_of(row, gift_id, pledge_id, email)
        if gift.amount != row.amount:
            gift.promised = gift.amount
        gift.covered = share_of(row.amount, covered=gift.covered, of=gift.amount)
        gift.amount, gift.account, gift.payment = row.amount, AccountName.BANK, row.key
        gift.save(update_fields=["amount", "covered", "promised", "account", "payment"])
        capture(gift=gift, captured_at=_moment_of(row), note=str(_("Bank transfer")))
        _decide(row, RowState.BOOKED, by=by, gift=gift)
    return gift


def _gift_of(row: StatementRow, gift_id: UUID | None, pledge_id: UUID | None, email: str) -> Gift:
    held = Gift.objects.select_for_update(of=("self",))
    if gift_id:
        gift = held.get(pk=gift_id, provider="bank")
        if gift.state not in (GiftState.INTENDED, GiftState.PROMISED):
            raise rules.Refused(_("This gift is in the books already."))
        return gift
    fields = {"amount": row.amount, "currency": row.currency, "provider": "bank", "email": email}
    if pledge_id:
        pledge = Pledge.objects.select_for_update().get(pk=pledge_id, provider="bank")
        # The first transfer of the pledge is the gift that was begun with it.
        begun = held.filter(pledge=pledge, state__in=(GiftState.INTENDED, GiftState.PROMISED)).order_by("created_at")
        fields |= {"pledge": pledge, "email": pledge.email}
        return begun.first() or Gift.objects.create(key=f"transfer:{row.key}", **fields)
    return Gift.objects.create(key=f"transfer:{row.key}", **fields)


def book_return(*, row_id: UUID, by: User, gift_id: UUID) -> Gift:
    """Money that went out is this gift coming back, whole or in part. Raises Refused where it is more than is left of it."""
    with transaction.atomic():
        row = _open_row(row_id)
        gift = Gift.objects.select_for_update(of=("self",)).get(pk=gift_id)
        if row.amount >= 0 or row.currency != gift.currency:
            raise rules.Refused(_("This row is not money of that gift that went out."))
        key = occasion_of(gift, f"row:{row.key}")
        if -row.amount == gift.left:
            entry = booking.book_bounce(gift=gift, key=key, happened_at=_moment_of(row))
        else:
            entry = booking.book_refund(gift=gift, key=key, amount=-row.amount, happened_at=_moment_of(row))
        follow_return(entry, gift)
        _decide(row, RowState.BOOKED, by=by, gift=gift)
        gift.refresh_from_db()
    return gift


def set_row_aside(*, row_id: UUID, by: User, note: str = "") -> None:
    """The row is no business of the books of gifts: rent, a refund of a shop, an account fee."""
    with transaction.atomic():
        _decide(_open_row(row_id), RowState.ASIDE, by=by, note=note)


def take_row_up_again(*, row_id: UUID) -> None:
    """A row that was set aside is to be decided again. One that is booked stays so."""
    StatementRow.objects.filter(pk=row_id, state=RowState.ASIDE).update(
        state=RowState.OPEN, decided_by=None, decided_at=None, note=""
    )


def _open_row(row_id: UUID) -> StatementRow:
    row = StatementRow.objects.select_for_update(of=("self",)).get(pk=row_id)
    if row.state != RowState.OPEN:
        raise rules.Refused(_("Somebody has decided this row meanwhile."))
    return row


def _decide(row: StatementRow, state: RowState, *, by: User, gift: Gift | None = None, note: str = "") -> None:
    row.state, row.gift, row.note, row.decided_by, row.decided_at = state, gift, note[:200], by, timezone.now()
    row.save(update_fields=["state", "gift", "note", "decided_by", "decided_at"])


def _moment_of(row: StatementRow) -> datetime:
    # Noon keeps the day the same whatever the clock does around it.
    return timezone.make_aware(datetime.combine(row.booked_on, time(12)))
