"""The pages of a supporter without an account. Looking changes nothing: mail scanners look, too."""

from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, SignatureExpired
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from pennypress.delivery.limits import TooMany, spend
from pennypress.delivery.networks import network_key
from pennypress.funding import actions, addresses, rules
from pennypress.funding.actions.managing import open_card_page
from pennypress.funding.models import Cancellation, Gift, Pledge
from pennypress.funding.policy import leads_to_payment_pages
from pennypress.funding.providers.base import Declined, Unreachable
from pennypress.funding.rules import Refused
from pennypress.funding.supporter_forms import ChangeForm, SupporterLinkForm
from pennypress.funding.supporters import Change, giving_of, pledges_of, standings_of
from pennypress.lib.ids import uuid7

SENTENCES = {
    Change.AMOUNT: gettext_lazy("The amount is changed, from the next payment on."),
    Change.PAUSE: gettext_lazy("Your gift is paused. Nothing is taken until you resume it."),
    Change.RESUME: gettext_lazy("Your gift goes on. What was not taken meanwhile is not made up for."),
    Change.SKIP: gettext_lazy("The next payment is left out."),
    "waits": gettext_lazy(
        "The payment provider does not answer just now. Your wish is written down, and is carried out as soon as it does."
    ),
}


@never_cache
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """The same answer for every address, whether it has given or not."""
    form, said, status = SupporterLinkForm(request.POST or None), "", 200
    if request.method == "POST" and form.is_valid():
        try:
            spend((rules.LINKS_PER_NETWORK, network_key(request)))
            actions.mail_supporter_link(email=form.cleaned_data["email"])
            said = _("If this address has given here, a link to its gifts is in its mail now. It works for a day.")
        except TooMany:
            said = _("Several such links were asked for today. Please look for them in the mail, or try again later.")
            status = 429
    elif form.errors:
        status = 422
    return render(request, "funding/ask_for_supporter_link.html", {"form": form, "said": said}, status=status)


@never_cache
@leads_to_payment_pages
def mine(request: HttpRequest, signed: str) -> HttpResponse:
    """All gifts of one address, by the link that was mailed to it."""
    try:
        witness = addresses.opened_supporter_address(signed)
    except SignatureExpired:
        return render(
            request, "funding/ask_for_supporter_link.html", {"form": SupporterLinkForm(), "old": True}, status=410
        )
    except (BadSignature, ValueError):
        raise Http404 from None
    email = get_object_or_404(Gift.objects.exclude(email=""), pk=witness).email
    pledges = pledges_of(email)

    def show(said: dict[str, Any], status: int) -> HttpResponse:
        giving = giving_of(email, _number(request.GET.get("before", "")))
        context = {"giving": giving, "standings": giving.standings, "email": email, "key": uuid7().hex, **said}
        return render(request, "funding/supporter.html", context, status=status)

    if request.method == "POST":
        return _answer(request, get_object_or_404(pledges, pk=_number(request.POST.get("pledge", ""))), show)
    return show({"said": SENTENCES.get(request.GET.get("done", ""), "")}, 200)


@never_cache
@leads_to_payment_pages
def pledge(request: HttpRequest, signed: str) -> HttpResponse:
    """One regular gift, by the link in its receipts: it lasts, and shows nothing else of its giver."""
    found = get_object_or_404(Pledge, pk=addresses.unsigned(signed, addresses.PLEDGE))

    def show(said: dict[str, Any], status: int) -> HttpResponse:
        standings = standings_of(Pledge.objects.filter(pk=found.pk))
        context = {"standings": standings, "pledge": standings[0].pledge, "key": uuid7().hex, **said}
        return render(request, "funding/pledge.html", context, status=status)

    if request.method == "POST":
        return _answer(request, found, show)
    return show({"said": SENTENCES.get(request.GET.get("done", ""), "")}, 200)


def _answer(request: HttpRequest, pledge: Pledge, show: Any) -> HttpResponse:
    """Do what the pressed button says: the page again, another page of the provider's, or the sentence why not."""
    spend((rules.CHANGES_PER_NETWORK, network_key(request)))
    form = ChangeForm(request.POST, currency=pledge.currency)
    if not form.is_valid():
        return show({"error": form.first_error, "about": pledge.id, "typed": request.POST.get("amount", "")}, 422)
    wish = form.cleaned_data
    try:
        if wish["do"] == "end":
            actions.cancel_pledge(pledge_id=pledge.id, by=Cancellation.By.SUPPORTER, reason=wish["reason"])
            return redirect(request.path)
        if wish["do"] == "card":
            return redirect(open_card_page(pledge_id=pledge.id))
        actions.change_pledge(
            pledge_id=pledge.id, change=Change(wish["do"]), key=wish["key"], amount=wish["minor"]
        )  # fmt: skip
    except (Refused, Declined) as no:
        return show({"error": str(no), "about": pledge.id}, 422)
    except Unreachable:
        if wish["do"] == "card":
            sentence = _("The payment provider cannot be reached just now. Please try again in a few minutes.")
            return show({"error": sentence, "about": pledge.id}, 503)
        return redirect(f"{request.path}?done=waits")
    return redirect(f"{request.path}?done={wish['do']}")


def _number(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
