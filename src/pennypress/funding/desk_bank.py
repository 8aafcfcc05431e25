"""The bank's desk in Wagtail's admin: statements, what their rows are, and what a second person has to confirm."""

import hashlib
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pennypress.funding.actions import change_second_person_limit, second_looks, transfers
from pennypress.funding.bank_forms import BankAccountForm, ColumnsForm, SecondPersonForm, StatementForm
from pennypress.funding.bank_queries import decided_rows, open_rows, second_looks_waiting
from pennypress.funding.desk_door import managing_money
from pennypress.funding.models import Gift, Pledge, RowState, SecondLook, StatementDraft, StatementRow, TableColumns
from pennypress.funding.providers.bank_transfer.provider import bank_account
from pennypress.funding.providers.bank_transfer.statements.camt import read_camt
from pennypress.funding.providers.bank_transfer.statements.rows import BadStatement, Row
from pennypress.funding.providers.bank_transfer.statements.table import Columns, guess, open_table, read_table
from pennypress.funding.rules import Refused
from pennypress.newsroom.queries import current_newsroom
from pennypress.readers.models import User

# Lines of a table that are shown while its columns are named.
SHOWN_LINES = 5


def by(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the permission has asked
    return request.user


@managing_money
def bank(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("show", RowState.OPEN)
    before = request.GET.get("before", "")
    if state in (RowState.BOOKED, RowState.ASIDE):
        page = decided_rows(RowState(state), before)
    else:
        state, page = RowState.OPEN, open_rows(before)
    context = {
        "page": page,
        "state": state,
        "states": RowState.choices,
        "sure": sum(bool(item.proposals and item.proposals[0].sure) for item in page.items),
        "looks": second_looks_waiting(),
        "account": bank_account(),
        "form": StatementForm(),
        "page_title": _("Bank"),
    }
    return render(request, "funding/bank_desk.html", context)


@managing_money
def account(request: HttpRequest) -> HttpResponse:
    form = BankAccountForm(request.POST or None, instance=bank_account())
    if request.method == "POST" and form.is_valid():
        transfers.change_bank_account(**form.cleaned_data)
        messages.success(request, _("The account was saved. Supporters can now give by bank transfer."))
        return redirect("funding_bank")
    return render(request, "funding/desk_form.html", {"form": form, "page_title": _("Bank account")})


@managing_money
def limit(request: HttpRequest) -> HttpResponse:
    form = SecondPersonForm(request.POST or None, currency=current_newsroom().currency, above=second_looks.limit())
    if request.method == "POST" and form.is_valid():
        change_second_person_limit(above=form.cleaned_data["above"])
        messages.success(request, _("The limit was saved."))
        return redirect("funding_bank")
    return render(request, "funding/desk_form.html", {"form": form, "page_title": _("A second person")})


@managing_money
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """A statement comes in: camt.053 at once, a table of a known bank at once, of another one after its columns are named."""
    form = StatementForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("funding_bank")
    file = form.cleaned_data["file"]
    data = file.read()
    try:
        if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
            return take_in(request, file.name, read_camt(data))
        table = open_table(data)
        known = TableColumns.objects.filter(pk=transfers.signature_of(table)).first()
        if known:
            columns = Columns(**known.columns)
            return take_in(request, file.name, read_table(table, columns, currency=current_newsroom().currency))
    except BadStatement as error:
        messages.error(request, _("Nothing was brought in. %(why)s") % {"why": error})
        return redirect("funding_bank")
    draft = StatementDraft.objects.create(file_name=file.name[:120], data=data)
    return redirect("funding_bank_columns", draft.id)


@managing_money
def columns(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Somebody names the columns, looking at the first lines; they are remembered for this bank's next table."""
    draft = get_object_or_404(StatementDraft, pk=draft_id)
    table = open_table(bytes(draft.data))
    form = ColumnsForm(request.POST or None, table=table, columns=guess(table))
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_table(table, form.columns, currency=current_newsroom().currency)
        except BadStatement as error:
            form.add_error(None, str(error))
        else:
            transfers.keep_columns(table=table, columns=form.columns)
            answer = take_in(request, draft.file_name, rows)
            draft.delete()
            return answer
    context = {"form": form, "table": table, "lines": table.lines[:SHOWN_LINES], "page_title": _("Columns")}
    return render(request, "funding/bank_columns.html", context)


def take_in(request: HttpRequest, file_name: str, rows: list[Row]) -> HttpResponse:
    statement = transfers.bring_in_statement(file_name=file_name, rows=rows, by=by(request))
    new = ngettext("%(n)d new row.", "%(n)d new rows.", statement.new_rows) % {"n": statement.new_rows}
    known = ngettext("%(n)d was here already.", "%(n)d were here already.", statement.known_rows)
    messages.success(request, f"{new} {known % {'n': statement.known_rows} if statement.known_rows else ''}")
    return redirect("funding_bank")


@managing_money
@require_POST
def book(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """The editor says what the money is: a promised gift, a pledge's next one, or a gift of its own."""
    row = get_object_or_404(StatementRow, pk=row_id)
    try:
        asked = book_one(
            row, request, gift_id=request.POST.get("gift", ""), pledge_id=request.POST.get("pledge", ""),
            email=request.POST.get("email", "")[:254],
        )  # fmt: skip
    except (Refused, ValueError, Gift.DoesNotExist, Pledge.DoesNotExist) as error:
        messages.error(request, str(error) if isinstance(error, Refused) else _("This gift is not there."))
    else:
        messages.success(request, _("A second person has to confirm it.") if asked else _("The gift was booked."))
    return redirect("funding_bank")


def book_one(
    row: StatementRow, request: HttpRequest, *, gift_id: str = "", pledge_id: str = "", email: str = ""
) -> SecondLook | None:
    wish = {"row_id": str(row.id), "gift_id": gift_id, "pledge_id": pledge_id, "email": email}
    return second_looks.do_or_ask(
        deed=second_looks.TRANSFER, wish=wish, amount=row.amount, currency=row.currency,
        key=f"row:{row.key}:{gift_id}{pledge_id}", by=by(request),
    )  # fmt: skip


@managing_money
@require_POST
def book_sure(request: HttpRequest) -> HttpResponse:
    """All rows of the first page whose code and amount fit."""
    booked = asked = 0
    for item in open_rows("").items:
        first = item.proposals[0] if item.proposals else None
        if first is None or not first.sure:
            continue
        try:
            if item.row.amount < 0 and first.gift:
                transfers.book_return(row_id=item.row.id, by=by(request), gift_id=first.gift.id)
            else:
                gift, pledge = (str(found.id) if found else "" for found in (first.gift, first.pledge))
                asked += bool(book_one(item.row, request, gift_id=gift, pledge_id=pledge))
            booked += 1
        except Refused as error:
            messages.error(request, f"{item.row.name} {item.row.purpose}: {error}")
    if booked - asked:
        number = booked - asked
        messages.success(request, ngettext("%(n)d row was booked.", "%(n)d rows were booked.", number) % {"n": number})
    if asked:
        messages.warning(
            request,
            ngettext("%(n)d row waits for a second person.", "%(n)d rows wait for a second person.", asked)
            % {"n": asked},
        )
    return redirect("funding_bank")


@managing_money
@require_POST
def came_back(request: HttpRequest, row_id: UUID) -> HttpResponse:
    return decide(
        request, _("The return was booked."),
        lambda: transfers.book_return(row_id=row_id, by=by(request), gift_id=UUID(request.POST.get("gift", ""))),
    )  # fmt: skip


@managing_money
@require_POST
def set_aside(request: HttpRequest, row_id: UUID) -> HttpResponse:
    note = request.POST.get("note", "")
    return decide(
        request, _("The row was set aside."), lambda: transfers.set_row_aside(row_id=row_id, by=by(request), note=note)
    )


@managing_money
@require_POST
def take_up_again(request: HttpRequest, row_id: UUID) -> HttpResponse:
    return decide(request, _("The row is to be decided again."), lambda: transfers.take_row_up_again(row_id=row_id))


@managing_money
@require_POST
def unbook(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """A row was booked as the wrong thing; above the limit a second person has to agree."""
    row, why = get_object_or_404(StatementRow, pk=row_id), request.POST.get("why", "").strip()[:200]
    digest = hashlib.blake2b(why.encode(), digest_size=8).hexdigest()
    try:
        asked = second_looks.do_or_ask(
            deed=second_looks.UNBOOK, wish={"row_id": str(row.id), "why": why}, amount=abs(row.amount),
            currency=row.currency, key=f"unbook:{row.key}:{row.gift_id}:{digest}", by=by(request),
        )  # fmt: skip
    except Refused as error:
        messages.error(request, str(error))
    else:
        done = _("It is taken back, and the row is to be decided again.")
        messages.success(request, _("A second person has to confirm it.") if asked else done)
    return redirect("funding_bank")


@managing_money
@require_POST
def confirm_look(request: HttpRequest, look_id: UUID) -> HttpResponse:
    return decide(request, _("It was booked."), lambda: second_looks.confirm(look_id=look_id, by=by(request)))


@managing_money
@require_POST
def refuse_look(request: HttpRequest, look_id: UUID) -> HttpResponse:
    return decide(
        request, _("It was refused; nothing was booked."), lambda: second_looks.refuse(look_id=look_id, by=by(request))
    )


def decide(request: HttpRequest, done: str, deed: Any) -> HttpResponse:
    try:
        deed()
    except Refused as error:
        messages.error(request, str(error))
    except (ValueError, Gift.DoesNotExist, StatementRow.DoesNotExist, SecondLook.DoesNotExist):
        messages.error(request, _("This is not there any more."))
    else:
        messages.success(request, done)
    return redirect("funding_bank")
