"""The part of the funding desk that has to do with payment providers: events that wait, refunds, comparing with the balance."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pennypress.funding.actions import apply_event, ask_refund, carry_out, reconcile
from pennypress.funding.desk_door import managing_money
from pennypress.funding.forms import RefundForm
from pennypress.funding.models import Gift, ProviderEvent
from pennypress.funding.providers.base import Declined, Unreachable
from pennypress.funding.providers.registry import providers
from pennypress.funding.queries import (
    being_refunded,
    events_set_aside,
    last_reconciliations,
    open_calls,
    stuck_events,
)
from pennypress.funding.rules import Refused
from pennypress.lib.ids import uuid7

# More than these make no difference to what has to be done.
SHOWN = 20


def payments_at_the_desk() -> dict[str, Any]:
    """What the desk shows of the providers; nothing where all is as it should be."""
    return {
        "stuck": stuck_events()[:SHOWN],
        "set_aside": events_set_aside()[:SHOWN],
        "open_calls": open_calls().select_related("gift", "pledge")[:SHOWN],
        "reconciliations": last_reconciliations(),
    }


@managing_money
@require_POST
def retry_event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    get_object_or_404(ProviderEvent, pk=event_id)
    if apply_event(event_id=event_id):
        messages.success(request, _("The event was applied."))
    else:
        messages.error(request, _("The event could still not be applied."))
    return redirect("funding_desk")


@managing_money
def refund(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """Give back some or all of a gift, through the provider it came by."""
    gift = get_object_or_404(Gift, pk=gift_id)
    left = gift.left - being_refunded(gift)
    form = RefundForm(request.POST or None, currency=gift.currency, left=left, initial={"key": uuid7().hex})
    if request.method == "POST" and form.is_valid():
        try:
            call = ask_refund(
                gift_id=gift.pk, amount=form.cleaned_data["amount"], key=form.cleaned_data["key"],
                asked_by=request.user.get_username(),
            )  # fmt: skip
            carry_out(call_id=call.id)
        except (Refused, Declined) as error:
            form.add_error("amount", str(error))
        except Unreachable as error:
            sentence = _("The refund is written down, and is tried again until it is known to be done: %(why)s")
            messages.warning(request, sentence % {"why": error})
            return redirect("funding_gifts")
        else:
            messages.success(request, _("The refund was made."))
            return redirect("funding_gifts")
    context = {"form": form, "page_title": _("Refund"), "button": _("Refund")}
    return render(request, "funding/desk_form.html", context)


@managing_money
@require_POST
def reconcile_now(request: HttpRequest) -> HttpResponse:
    for provider in [one for one in providers() if one.has_balance]:
        try:
            report = reconcile(provider=provider)
        except Unreachable as error:
            messages.error(request, str(error))
        else:
            if report.is_good:
                messages.success(request, _("The books and %(name)s agree.") % {"name": provider.label})
            else:
                messages.warning(request, _("The books and %(name)s do not agree.") % {"name": provider.label})
    return redirect("funding_desk")
