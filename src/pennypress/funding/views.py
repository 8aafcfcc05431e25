from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pennypress.delivery.limits import spend
from pennypress.delivery.networks import network_key
from pennypress.delivery.ready import ready
from pennypress.funding import actions, addresses, rules
from pennypress.funding.forms import GiftForm
from pennypress.funding.meter import Meter
from pennypress.funding.models import Cancellation, Gift, GiftState, Pledge
from pennypress.funding.providers.base import BadEvent
from pennypress.funding.providers.fake.views import pay
from pennypress.funding.providers.registry import provider_named, providers
from pennypress.funding.queries import current_meter, meter_of, months, plan
from pennypress.lib.ids import uuid7
from pennypress.newsroom.queries import current_newsroom


def support(request: HttpRequest) -> HttpResponse:
    """Giving in one screen."""
    currency = current_newsroom().currency
    form = GiftForm(request.POST or None, currency=currency, initial={"key": uuid7().hex})
    if not providers():
        return render(request, "funding/support.html", {"closed": True}, status=200)
    if request.method == "POST" and form.is_valid():
        spend((rules.STARTS_PER_NETWORK, network_key(request)))
        provider = providers()[0]
        gift = actions.start_gift(
            email=form.cleaned_data["email"],
            amount=form.cleaned_data["amount"],
            monthly=form.cleaned_data["often"] == "monthly",
            key=form.cleaned_data["key"],
            provider=provider,
        )
        return redirect(provider.start(gift))
    context = {"form": form, "plan": plan(), "currency": currency, "meter": current_meter()}
    return render(request, "funding/support.html", context, status=422 if form.errors else 200)


@never_cache
def thanks(request: HttpRequest, signed: str) -> HttpResponse:
    """What became of the gift, honestly: received, on its way, or declined."""
    gift = _signed_gift(signed, addresses.THANKS)
    again = provider_named(gift.provider).start(gift) if gift.state == GiftState.INTENDED else ""
    pledge = addresses.pledge_address(gift.pledge_id) if gift.pledge_id else ""
    return render(request, "funding/thanks.html", {"gift": gift, "again": again, "pledge_address": pledge})


@never_cache
def pledge(request: HttpRequest, signed: str) -> HttpResponse:
    """A monthly gift as its giver sees it; a button ends it. Looking changes nothing: mail scanners look too."""
    found = get_object_or_404(
        Pledge.objects.select_related("cancellation"), pk=addresses.unsigned(signed, addresses.PLEDGE)
    )
    if request.method == "POST":
        actions.cancel_pledge(pledge_id=found.id, by=Cancellation.By.SUPPORTER)
        return redirect(request.path)
    return render(request, "funding/pledge.html", {"pledge": found, "ended": hasattr(found, "cancellation")})


def _signed_gift(signed: str, purpose: str) -> Gift:
    return get_object_or_404(Gift, pk=addresses.unsigned(signed, purpose))


@require_POST
def events(request: HttpRequest, provider: str) -> HttpResponse:
    """Where providers report; answered only when the event is written down."""
    try:
        actions.receive_event(
            provider=provider_named(provider),
            raw=request.body,
            signature=request.headers.get("Pennypress-Signature", ""),
        )
    except (BadEvent, ValueError):
        return HttpResponseBadRequest("This event was not accepted.\n", content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


# Providers are no browsers; the signature says who sends.
events.takes_foreign_requests = True  # type: ignore[attr-defined]


@ready()
def month_list(request: HttpRequest) -> HttpResponse:
    return render(request, "funding/months.html", {"months": months(), "currency": current_newsroom().currency})


@ready()
def month_page(request: HttpRequest, year: int, month: int) -> HttpResponse:
    try:
        first_day = date(year, month, 1)
    except (ValueError, OverflowError):
        raise Http404 from None
    if first_day > current_meter().month or not any(row.first_day == first_day for row in months()):
        raise Http404
    return render(request, "funding/month.html", {"meter": meter_of(first_day)})


@ready()
def meter_json(request: HttpRequest) -> JsonResponse:
    """The running month for embedding elsewhere; anybody may read it."""
    response = JsonResponse(_as_json(current_meter()))
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "no-cache"
    return response


def _as_json(meter: Meter) -> dict[str, object]:
    return {
        "month": f"{meter.month:%Y-%m}",
        "currency": meter.currency,
        "raised": meter.raised,
        "committed": meter.committed,
        "promised": meter.promised,
        "tiers": [
            {"amount": mark.amount, "title": mark.title, "pays_for": mark.pays_for, "reached": mark.reached}
            for mark in meter.marks
        ],
    }


@never_cache
def fake_page(request: HttpRequest, signed: str) -> HttpResponse:
    """The fake provider's payment page."""
    provider_named("fake")
    return pay(request, _signed_gift(signed, addresses.FAKE_PAYMENT))
