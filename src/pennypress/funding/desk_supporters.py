"""The part of the desk about supporters: how regular gifts went, why they ended, and a year's statement for one who asks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.funding import endings
from pennypress.funding.desk_door import managing_money
from pennypress.funding.forms import StatementForm
from pennypress.funding.statement_views import show_statement
from pennypress.funding.statements import statement_of


@managing_money
def supporters(request: HttpRequest) -> HttpResponse:
    """With an address and a year in the query, the statement; where there is none, a sentence."""
    form = StatementForm(request.GET if "email" in request.GET else None)
    if form.is_valid():
        found = statement_of((form.cleaned_data["email"],), form.cleaned_data["year"])
        if found:
            return show_statement(request, found)
        form.add_error("email", _("Nothing came from this address in that year."))
    context = {
        "form": form if form.is_bound else StatementForm(initial={"year": timezone.localdate().year}),
        "months": endings.months(), "reasons": endings.reasons(), "page_title": _("Supporters"),
    }  # fmt: skip
    return render(request, "funding/desk_supporters.html", context, status=422 if form.errors else 200)
