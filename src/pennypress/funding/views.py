import re

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pennypress.delivery.limits import spend
from pennypress.delivery.networks import network_key
from pennypress.funding import actions, addresses, rules
from pennypress.funding.giving_forms import AmountForm, GiftForm
from pennypress.funding.models import Gift, GiftState
from pennypress.funding.policy import leads_to_payment_pages
from pennypress.funding.providers.bank_transfer.views import transfer_page
from pennypress.funding.providers.base import BadEvent, Declined, Unreachable
from pennypress.funding.providers.fake.views import pay
from pennypress.funding.providers.registry import provider_named, providers
from pennypress.funding.queries import current_meter, fees_on_top, plan
from pennypress.funding.visits import LONGEST, read_visit
from pennypress.lib.ids import uuid7
from pennypress.lib.money import plain_amount
from pennypress.newsroom.queries import current_newsroom


@leads_to_payment_pages
def support(request: HttpRequest) -> HttpResponse:
    """Giving in one screen. How to pay is asked only where there is a choice."""
    currency, ways = current_newsroom().currency, providers()
    initial = {"key": uuid7().hex, "own": asked_amount(request), "visit": request.GET.get("from", "")[:LONGEST]}
    fees = fees_on_top()
    form = GiftForm(request.POST or None, currency=currency, ways=ways, fees=fees, initial=initial)
    if not ways:
        return render(request, "funding/support.html", {"closed": True}, status=200)
    valid = request.method == "POST" and form.is_valid()
    if valid and form.has_shown_the_sum:
        spend((rules.STARTS_PER_NETWORK, network_key(request)))
        gift = actions.start_gift(
            email=form.cleaned_data["email"],
            amount=form.cleaned_data["amount"],
            covered=form.cleaned_data["covered"],
            interval=form.cleaned_data["interval"],
            key=form.cleaned_data["key"],
            provider=form.cleaned_data["way"],
            visit=read_visit(form.cleaned_data["visit"] or ""),
        )
        try:
            return redirect(actions.open_payment(gift_id=gift.id))
        except (Declined, Unreachable) as error:
            form.add_error(None, _sentence_of(error))
    look = valid and not form.has_shown_the_sum
    context = {"form": form, "plan": plan(), "currency": currency, "meter": current_meter(), "look": look}
    return render(request, "funding/support.html", context, status=422 if form.errors else 200)


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
    if request.method == "POST" and gift.state == GiftState.INTENDED:
        spend((rules.STARTS_PER_NETWORK, network_key(request)))
        try:
            return redirect(actions.open_payment(gift_id=gift.id))
        except (Declined, Unreachable) as unpaid:
            error = _sentence_of(unpaid)
    context = {
        "gift": gift,
        # The provider's page says so on its way back; whether it is true, its event says.
        "paid": gift.state == GiftState.WAITING or (gift.state == GiftState.INTENDED and "paid" in request.GET),
        "error": error,
        "pledge_address": addresses.pledge_address(gift.pledge_id) if gift.pledge_id else "",
    }
    return render(request, "funding/thanks.html", context)


def _signed_gift(signed: str, purpose: str) -> Gift:
    return get_object_or_404(Gift, pk=addresses.unsigned(signed, purpose))


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
