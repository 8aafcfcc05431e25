"""The switch for when somebody tries stolen cards on the giving screen."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pennypress.funding.actions import begin_attack, end_attack
from pennypress.funding.attacks import last_attacks, rush
from pennypress.funding.desk_bank import by
from pennypress.funding.desk_door import managing_money
from pennypress.funding.forms import AttackForm
from pennypress.funding.rules import Refused
from pennypress.newsroom.queries import current_newsroom


@managing_money
def attacks(request: HttpRequest) -> HttpResponse:
    """Say that the giving screen is under attack, see whether it is, and what was said before."""
    form = AttackForm(request.POST or None, currency=current_newsroom().currency)
    if request.method == "POST" and form.is_valid():
        wish = form.cleaned_data
        try:
            begin_attack(
                why=wish["why"], lasts=timedelta(hours=wish["hours"]), smallest=wish["smallest"], by=by(request)
            )
        except Refused as no:
            form.add_error("smallest", str(no))
        else:
            messages.success(request, _("The giving screen is guarded now. It ends by itself."))
            return redirect("funding_attacks")
    context = {"form": form, "rush": rush(), "attacks": last_attacks(), "page_title": _("Stolen cards")}
    context["currency"] = current_newsroom().currency
    return render(request, "funding/desk_attacks.html", context)


@managing_money
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    end_attack(by=by(request))
    messages.success(request, _("Giving is as on other days again."))
    return redirect("funding_attacks")
