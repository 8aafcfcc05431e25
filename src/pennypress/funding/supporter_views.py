"""The pages of a supporter without an account. Looking changes nothing: mail scanners look, too."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature, SignatureExpired
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
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
from pennypress.funding.statement_views import show_statement
from pennypress.funding.statements import statement_of
from pennypress.funding.supporter_forms import ChangeForm, SupporterLinkForm
from pennypress.funding.supporters import Change, giving_of, pledges_of, standings_of
from pennypress.lib.ids import uuid7
from pennypress.readers.queries import person_of

SENTENCES = {
    Change.AMOUNT: gettext_lazy("The amount is changed, from the next payment on."),
    Change.DAY: gettext_lazy("The day is changed."),
    Change.INTERVAL: gettext_lazy("How often you give is changed. Nothing was taken for it."),
    Change.LAST: gettext_lazy("The next payment is the last one. After it your gift ends by itself."),
    Change.GO_ON: gettext_lazy("Your gift goes on."),
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
        return _old_link(request)
    except (BadSignature, ValueError):
        raise Http404 from None
    email = get_object_or_404(Gift.objects.exclude(email=""), pk=witness).email
    return _page(request, (email,))


@never_cache
def statement(request: HttpRequest, signed: str, year: int) -> HttpResponse:
    """A year of one address, by the link that was mailed to it."""
    try:
        witness = addresses.opened_supporter_address(signed)
    except SignatureExpired:
        return _old_link(request)
    except (BadSignature, ValueError):
        raise Http404 from None
    email = get_object_or_404(Gift.objects.exclude(email=""), pk=witness).email
    return show_statement(request, statement_of((email,), year), back=reverse("funding:supporter", args=[signed]))


@never_cache
@login_required
@leads_to_payment_pages
def account(request: HttpRequest) -> HttpResponse:
    """What the addresses of an account have given; those alone whose mail its owner has shown to read."""
    return _page(request, _confirmed(request))


@never_cache
@login_required
def account_statement(request: HttpRequest, year: int) -> HttpResponse:
    emails = _confirmed(request)
    return show_statement(request, statement_of(emails, year), back=reverse("funding:account"))


def _confirmed(request: HttpRequest) -> tuple[str, ...]:
    person = person_of(request)
    return person.emails if person else ()


def _old_link(request: HttpRequest) -> HttpResponse:
    context = {"form": SupporterLinkForm(), "old": True}
    return render(request, "funding/ask_for_supporter_link.html", context, status=410)


def _page(request: HttpRequest, emails: tuple[str, ...]) -> HttpResponse:
    """All that these addresses give, with the buttons; each press names its regular gift."""
    pledges = pledges_of(emails)

    def show(said: dict[str, Any], status: int) -> HttpResponse:
        giving = giving_of(emails, _number(request.GET.get("before", "")))
        context = {"giving": giving, "standings": giving.standings, "emails": emails, "key": uuid7().hex, **said}
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
        typed = {"typed": request.POST.get("amount", ""), "asked": request.POST.get("do", "")}
        return show({"error": form.first_error, "about": pledge.id, **typed}, 422)
    wish = form.cleaned_data
    try:
        if wish["do"] == "end":
            actions.cancel_pledge(pledge_id=pledge.id, by=Cancellation.By.SUPPORTER, reason=wish["reason"])
            return redirect(request.path)
        if wish["do"] == "card":
            return redirect(open_card_page(pledge_id=pledge.id))
        actions.change_pledge(
            pledge_id=pledge.id, change=Change(wish["do"]), key=wish["key"], amount=wish["minor"], day=wish["moment"],
            interval=wish["interval"],
        )  # fmt: skip
    except (Refused, Declined) as no:
        return show({"error": str(no), "about": pledge.id, "asked": wish["do"]}, 422)
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
