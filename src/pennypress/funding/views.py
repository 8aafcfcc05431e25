import json
import re
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pennypress.delivery.limits import TooMany, spend
from pennypress.delivery.networks import neighbourhood_key, network_key
from pennypress.funding import actions, addresses, rules
from pennypress.funding.giving_forms import AmountForm, GiftForm
from pennypress.funding.models import Gift, GiftState, Honour, Pledge, WallEntry
from pennypress.funding.monthly_offer import offer_after
from pennypress.funding.policy import leads_to_payment_pages
from pennypress.funding.providers.bank_transfer.views import transfer_page
from pennypress.funding.providers.base import BadEvent, Declined, Unreachable
from pennypress.funding.providers.fake.provider import FakeProvider
from pennypress.funding.providers.fake.views import change_card, pay
from pennypress.funding.providers.registry import provider_named, providers
from pennypress.funding.queries import as_it_goes_on, current_meter, fees_on_top, plan
from pennypress.funding.rules import Refused
from pennypress.funding.visits import LONGEST, read_visit
from pennypress.lib.ids import uuid7
from pennypress.lib.money import plain_amount
from pennypress.newsroom.queries import current_newsroom


@leads_to_payment_pages
def support(request: HttpRequest) -> HttpResponse:
    """Giving in one screen. How to pay is asked only where there is a choice."""
    currency, ways = current_newsroom().currency, providers()
    initial = {"key": uuid7().hex, "own": asked_amount(request), "visit": request.GET.get("from", "")[:LONGEST]}
    initial["appeal"] = request.GET.get("appeal", "")[:40]
    fees = fees_on_top()
    form = GiftForm(request.POST or None, currency=currency, ways=ways, fees=fees, initial=initial)
    if not ways:
        return render(request, "funding/support.html", {"closed": True}, status=200)
    status, challenge = 422, ""
    valid = request.method == "POST" and form.is_valid()
    if valid and form.has_shown_the_sum:
        try:
            return _begin(request, form.cleaned_data)
        except actions.ProofNeeded as needed:
            status, challenge = 428, json.dumps(needed.challenge)
        except TooMany as many:
            status = 429
            form.add_error(None, _too_many(many))
        except Refused as no:
            form.add_error("own", str(no))
        except (Declined, Unreachable) as error:
            form.add_error(None, _sentence_of(error))
    look = valid and not form.has_shown_the_sum
    context = {"form": form, "plan": plan(), "currency": currency, "meter": current_meter(), "look": look}
    context["challenge"] = challenge
    # Where it is the only way no choice names it.
    context["only_tests"] = [way.name for way in ways] == [FakeProvider.name]
    return render(request, "funding/support.html", context, status=status if form.errors or challenge else 200)


def _begin(request: HttpRequest, wish: dict[str, Any]) -> HttpResponse:
    """To the provider's page, or, where somebody tries cards just now, to the mailbox that leads there."""
    proof = request.POST.get("proof", "")
    at_once = actions.admit(
        caller=_caller(request, proof), email=wish["email"], form=wish["key"], amount=wish["amount"]
    )
    gift = actions.start_gift(
        email=wish["email"],
        amount=wish["amount"],
        covered=wish["covered"],
        wall=wish["wall"],
        card=wish["card"],
        interval=wish["interval"],
        key=wish["key"],
        provider=wish["way"],
        visit=read_visit(wish["visit"] or "", appeal=wish["appeal"] or ""),
    )
    return _lead_on(request, gift, at_once)


def _begin_monthly(request: HttpRequest, gift: Gift, amount: int) -> HttpResponse:
    """What is offered after a single gift, by the same guard: one card that is good must not open pages for a thousand others.

    Where the giving screen would ask for work, the link comes by mail: to the address that has just had a receipt.
    """
    at_once = actions.admit(caller=_caller(request, "mail"), email=gift.email, form=f"after:{gift.id}", amount=amount)
    return _lead_on(request, actions.start_monthly_after(gift=gift, amount=amount), at_once)


def _caller(request: HttpRequest, proof: str) -> actions.Caller:
    return actions.Caller(network_key(request), neighbourhood_key(request), proof)


def _lead_on(request: HttpRequest, gift: Gift, at_once: bool) -> HttpResponse:
    if at_once:
        return redirect(actions.open_payment(gift_id=gift.id))
    actions.mail_payment_link(gift=gift)
    return render(request, "funding/begun_by_mail.html", {"email": gift.email})


def _too_many(many: TooMany) -> str:
    minutes = -(-many.retry_after // 60)
    return ngettext(
        "Too many gifts were begun from here just now, and nothing was paid. Please try again in %(n)d minute.",
        "Too many gifts were begun from here just now, and nothing was paid. Please try again in %(n)d minutes.",
        minutes,
    ) % {"n": minutes}


@never_cache
def gift_sum(request: HttpRequest) -> HttpResponse:
    """What is charged with the fee on top, for the screen to show while one chooses; nothing where there is none."""
    currency = current_newsroom().currency
    form = AmountForm(request.GET, currency=currency, ways=providers(), fees=fees_on_top())
    form.is_valid()
    return render(request, "funding/_sum.html", {**form.cleaned_data, "currency": currency})


def _sentence_of(error: Declined | Unreachable) -> str:
    """What a reader needs to know; why a provider does not answer is the operator's, and in the log."""
    if isinstance(error, Declined):
        return str(error)
    return _("The payment page cannot be reached just now, and nothing was paid. Please try again in a few minutes.")


def asked_amount(request: HttpRequest) -> str:
    """The amount a link asks for, such as the meter's last stretch to a tier, as the field shows it."""
    asked, currency = request.GET.get("amount", ""), current_newsroom().currency
    if not re.fullmatch("[0-9]{1,11}", asked):
        return ""
    smallest, largest = rules.bounds(currency)
    return plain_amount(int(asked), currency) if smallest <= int(asked) <= largest else ""


@never_cache
@leads_to_payment_pages
def thanks(request: HttpRequest, signed: str) -> HttpResponse:
    """What became of the gift, honestly: received, on its way, or declined. A button leads back to the payment."""
    gift = _signed_gift(signed, addresses.THANKS)
    error = ""
    deed = request.POST.get("do", "")
    if deed == "take-back":
        actions.take_off_the_wall(gift_id=gift.id)
        return redirect(request.path)
    offer = offer_after(gift)
    try:
        if request.method == "POST" and deed == "monthly" and offer:
            return _begin_monthly(request, gift, offer)
        if request.method == "POST" and gift.state == GiftState.INTENDED:
            spend((rules.STARTS_PER_NETWORK, network_key(request)))
            return redirect(actions.open_payment(gift_id=gift.id))
    except Refused as no:
        error = str(no)
    except (Declined, Unreachable) as unpaid:
        error = _sentence_of(unpaid)
    context = {
        "gift": gift,
        # The provider's page says so on its way back; whether it is true, its event says.
        "paid": gift.state == GiftState.WAITING or (gift.state == GiftState.INTENDED and "paid" in request.GET),
        "error": error,
        "offer": offer,
        "entry": WallEntry.objects.filter(gift=gift).first(),
        "card_address": addresses.card_address(gift.id)
        if gift.left and Honour.objects.filter(gift=gift).exists()
        else "",
        "pledge_address": addresses.pledge_address(gift.pledge_id) if gift.pledge_id else "",
    }
    return render(request, "funding/thanks.html", context)


def _signed_gift(signed: str, purpose: str) -> Gift:
    return as_it_goes_on(get_object_or_404(Gift, pk=addresses.unsigned(signed, purpose)))


@require_POST
def events(request: HttpRequest, provider: str) -> HttpResponse:
    """Where providers report; answered only when the event is written down."""
    sender = provider_named(provider)
    try:
        actions.receive_event(
            provider=sender, raw=request.body, signature=request.headers.get(sender.signature_header, "")
        )
    except (BadEvent, ValueError):
        return HttpResponseBadRequest("This event was not accepted.\n", content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


# Providers are no browsers; the signature says who sends.
events.takes_foreign_requests = True  # type: ignore[attr-defined]


@never_cache
def fake_page(request: HttpRequest, signed: str) -> HttpResponse:
    """The fake provider's payment page."""
    provider_named("fake")
    return pay(request, _signed_gift(signed, addresses.FAKE_PAYMENT))


@never_cache
def fake_card(request: HttpRequest, signed: str) -> HttpResponse:
    """The fake provider's page for another card."""
    provider_named("fake")
    return change_card(request, get_object_or_404(Pledge, pk=addresses.unsigned(signed, addresses.FAKE_CARD)))


@never_cache
def mailed_transfer(request: HttpRequest, signed: str) -> HttpResponse:
    """The same, by the link in the mail: only from here can it be promised, with a button."""
    gift = _signed_gift(signed, addresses.TRANSFER_BY_MAIL)
    if request.method == "POST":
        actions.confirm_promise(gift_id=gift.id)
        return redirect(request.path)
    return transfer_page(request, gift, may_promise=gift.state == GiftState.INTENDED)


@never_cache
def transfer(request: HttpRequest, signed: str) -> HttpResponse:
    """How to make a promised transfer."""
    return transfer_page(request, _signed_gift(signed, addresses.TRANSFER))
