"""The funding desk's other screens: how the meter counts, expenses, matching, the books to take away."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pennypress.funding import exports, journal
from pennypress.funding.actions import (
    change_counting,
    change_expense,
    offer_matching,
    receive_matching,
    record_expense,
    remove_expense,
    settle_rest,
    stop_matching,
)
from pennypress.funding.desk_door import managing_money
from pennypress.funding.forms import CountingForm, ExpenseForm, OfferForm, ReceiveForm
from pennypress.funding.models import Expense, MatchingOffer
from pennypress.funding.queries import plan
from pennypress.funding.rules import Refused
from pennypress.lib.ids import uuid7
from pennypress.lib.money import plain_amount
from pennypress.newsroom.actions import entered
from pennypress.newsroom.models import Newsroom
from pennypress.newsroom.queries import current_newsroom

ROWS_PER_PAGE = 50
# Categories offered while one types.
CATEGORIES_OFFERED = 30


@managing_money
def edit_counting(request: HttpRequest) -> HttpResponse:
    form = CountingForm(request.POST or None, plan=plan())
    if request.method == "POST" and form.is_valid():
        change_counting(**form.cleaned_data)
        messages.success(request, _("The meter counts like this from now on."))
        return redirect("funding_desk")
    return render(request, "funding/desk_form.html", {"form": form, "page_title": _("How the meter counts")})


@managing_money
def expense_list(request: HttpRequest) -> HttpResponse:
    found = Expense.objects.order_by("-month", "category", "-amount", "id")
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("p"))
    return render(request, "funding/desk_expenses.html", {"expenses": page, "page_title": _("Expenses")})


@managing_money
def add_expense(request: HttpRequest) -> HttpResponse:
    initial = {"month": timezone.localdate(), "key": uuid7()}
    form = ExpenseForm(request.POST or None, currency=current_newsroom().currency, initial=initial)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        record_expense(number=fields.pop("key"), by=request.user, **fields)
        messages.success(request, _("The expense was saved; the month's page shows it."))
        return redirect("funding_expenses")
    return _expense_form(request, form, can_delete=False)


@managing_money
def edit_expense(request: HttpRequest, expense_id: UUID) -> HttpResponse:
    expense = get_object_or_404(Expense, pk=expense_id)
    if request.method == "POST" and "delete" in request.POST:
        remove_expense(expense=expense)
        messages.success(request, _("The expense was removed."))
        return redirect("funding_expenses")
    initial = {
        "month": expense.month, "category": expense.category, "note": expense.note, "key": expense.pk,
        "amount": plain_amount(expense.amount, expense.currency),
    }  # fmt: skip
    form = ExpenseForm(request.POST or None, currency=expense.currency, initial=initial)
    if request.method == "POST" and form.is_valid():
        fields = {name: value for name, value in form.cleaned_data.items() if name != "key"}
        change_expense(expense=expense, by=request.user, **fields)
        messages.success(request, _("The expense was saved; the month's page shows it."))
        return redirect("funding_expenses")
    return _expense_form(request, form, can_delete=True)


def _expense_form(request: HttpRequest, form: ExpenseForm, *, can_delete: bool) -> HttpResponse:
    categories = Expense.objects.order_by("category").values_list("category", flat=True).distinct()
    context = {
        "form": form,
        "page_title": _("Expense"),
        "can_delete": can_delete,
        "categories": categories[:CATEGORIES_OFFERED],
    }
    return render(request, "funding/desk_form.html", context)


@managing_money
def offer_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(MatchingOffer.objects.order_by("-ends_at", "id"), ROWS_PER_PAGE).get_page(request.GET.get("p"))
    currency, now = current_newsroom().currency, timezone.now()
    context = {
        "offers": page,
        "now": now,
        "receive": ReceiveForm(currency=currency, auto_id=False),
        "page_title": _("Matching gifts"),
    }
    return render(request, "funding/desk_matching.html", context)


@managing_money
def add_offer(request: HttpRequest) -> HttpResponse:
    initial = {"begins_at": timezone.localtime().replace(second=0, microsecond=0), "key": uuid7()}
    form = OfferForm(request.POST or None, currency=current_newsroom().currency, initial=initial)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        try:
            offer_matching(number=fields.pop("key"), cap=fields.pop("amount"), **fields)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The offer was saved; the meter shows it while it runs."))
            return redirect("funding_matching")
    return render(request, "funding/desk_form.html", {"form": form, "page_title": _("A matching gift")})


@managing_money
@require_POST
def act_on_offer(request: HttpRequest, offer_id: UUID, deed: str) -> HttpResponse:
    """Stop an offer, note that its money has come, or settle what is left over."""
    offer = get_object_or_404(MatchingOffer, pk=offer_id)
    try:
        if deed == "stop":
            stop_matching(offer=offer)
        elif deed in ("keep", "give-back"):
            settle_rest(offer=offer, keep=deed == "keep")
        elif deed == "receive":
            form = ReceiveForm(request.POST, currency=offer.currency)
            if not form.is_valid():
                raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
            receive_matching(offer=offer, **form.cleaned_data)
        else:
            raise Http404
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Done; the books have it."))
    return redirect("funding_matching")


@managing_money
def books(request: HttpRequest, ending: str) -> HttpResponse | StreamingHttpResponse:
    """All entries with their keys and notes, sent while they are read."""
    formats = {ending: name for name, ending in journal.ENDINGS.items()}
    if ending not in formats:
        raise Http404
    return StreamingHttpResponse(
        _all_books(formats[ending], current_newsroom()),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="books.{ending}"'},
    )


def _all_books(format: str, newsroom: Newsroom) -> Iterator[str]:
    # What is sent is read after the request's own block has ended.
    with entered(newsroom):
        yield from journal.FORMATS[format](exports.booked(), exports.chart(), title=newsroom.name)
