"""The editor's funding desk in Wagtail's admin: the month's figure and the entries behind it, tiers, gifts by hand."""

from datetime import datetime, time
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.funding.actions import change_tier, record_offline_gift, remove_tier
from pennypress.funding.forms import OfflineGiftForm, TierForm
from pennypress.funding.models import ProviderEvent, Tier
from pennypress.funding.queries import current_meter, entries_of
from pennypress.lib.ids import uuid7
from pennypress.newsroom.queries import current_newsroom

MANAGE = "funding.manage_funding"
ENTRIES_PER_PAGE = 50


@permission_required(MANAGE, raise_exception=True)
def desk(request: HttpRequest) -> HttpResponse:
    meter = current_meter()
    entries = Paginator(entries_of(meter.month), ENTRIES_PER_PAGE).get_page(request.GET.get("p"))
    context = {
        "meter": meter,
        "entries": entries,
        "tiers": Tier.objects.all(),
        "stuck": ProviderEvent.objects.filter(applied_at=None).exclude(error="")[:20],
        "page_title": _("Funding"),
    }
    return render(request, "funding/desk.html", context)


@permission_required(MANAGE, raise_exception=True)
def edit_tier(request: HttpRequest, tier_id: UUID | None = None) -> HttpResponse:
    tier = get_object_or_404(Tier, pk=tier_id) if tier_id else Tier()
    if request.method == "POST" and "delete" in request.POST and tier_id:
        remove_tier(tier=tier)
        messages.success(request, _("The tier was removed."))
        return redirect("funding_desk")
    form = TierForm(request.POST or None, instance=tier, currency=current_newsroom().currency)
    if request.method == "POST" and form.is_valid():
        change_tier(tier=tier, **form.cleaned_data)
        messages.success(request, _("The tier was saved."))
        return redirect("funding_desk")
    return render(
        request, "funding/desk_form.html", {"form": form, "page_title": _("Tier"), "can_delete": bool(tier_id)}
    )


@permission_required(MANAGE, raise_exception=True)
def offline_gift(request: HttpRequest) -> HttpResponse:
    form = OfflineGiftForm(request.POST or None, currency=current_newsroom().currency, initial={"key": uuid7().hex})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["date"]
        record_offline_gift(
            amount=form.cleaned_data["amount"],
            account=form.cleaned_data["account"],
            # Noon keeps the day the same whatever the clock does around it.
            happened_at=timezone.make_aware(datetime.combine(day, time(12))),
            note=form.cleaned_data["note"],
            key=f"by-hand:{form.cleaned_data['key']}",
        )
        messages.success(request, _("The gift was booked."))
        return redirect("funding_desk")
    return render(request, "funding/desk_form.html", {"form": form, "page_title": _("A gift by hand")})
