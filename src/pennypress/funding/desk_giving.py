"""The funding desk's side of the giving screen: what it suggests, and which fees readers may pay on top."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pennypress.funding.actions import change_fee_cover, change_plan
from pennypress.funding.desk_door import managing_money
from pennypress.funding.forms import FeeCoverForm, PlanForm
from pennypress.funding.models import FeeCover
from pennypress.funding.providers.registry import provider_named
from pennypress.funding.queries import plan
from pennypress.newsroom.queries import current_newsroom


@managing_money
def edit_plan(request: HttpRequest) -> HttpResponse:
    form = PlanForm(request.POST or None, currency=current_newsroom().currency, plan=plan())
    if request.method == "POST" and form.is_valid():
        change_plan(**form.cleaned_data)
        messages.success(request, _("The suggested amounts were saved."))
        return redirect("funding_desk")
    return render(request, "funding/desk_form.html", {"form": form, "page_title": _("Suggested amounts")})


@managing_money
def edit_fee_cover(request: HttpRequest, provider: str) -> HttpResponse:
    """What a provider takes of each payment; readers may pay it on top."""
    way, currency = provider_named(provider), current_newsroom().currency
    cover = FeeCover.objects.filter(provider=provider, currency=currency).first()
    form = FeeCoverForm(request.POST or None, currency=currency, cover=cover)
    if request.method == "POST" and form.is_valid():
        change_fee_cover(provider=provider, basis_points=form.cleaned_data["share"], fixed=form.cleaned_data["fixed"])
        messages.success(request, _("The fee was saved."))
        return redirect("funding_desk")
    title = _("Fee on top: %(way)s, in %(currency)s") % {"way": way.label, "currency": currency}
    return render(request, "funding/desk_form.html", {"form": form, "page_title": title})
