"""The editor's funding desk in Wagtail's admin: the month's figure and the entries behind it, tiers, gifts by hand."""

from datetime import date, datetime, time
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pennypress.funding.actions import (
    cancel_pledge,
    change_tier,
    remove_tier,
    second_looks,
)
from pennypress.funding.attacks import rush
from pennypress.funding.desk_bank import by
from pennypress.funding.desk_door import managing_money
from pennypress.funding.desk_payments import payments_at_the_desk
from pennypress.funding.forms import GiftFilterForm, OfflineGiftForm, TierForm
from pennypress.funding.models import Cancellation, Gift, Pledge, Tier
from pennypress.funding.providers.registry import providers
from pennypress.funding.queries import current_meter, entries_of, entries_of_gift, fees_on_top, gifts, plan
from pennypress.funding.reports import months
from pennypress.lib.ids import uuid7
from pennypress.newsroom.queries import current_newsroom

ENTRIES_PER_PAGE = 50
# Months on the first screen; all of them are a press away.
MONTHS_SHOWN = 6


@managing_money
def desk(request: HttpRequest) -> HttpResponse:
    meter, fees = current_meter(), fees_on_top()
    context = {
        "meter": meter,
        "entries": Paginator(entries_of(meter.month), ENTRIES_PER_PAGE).get_page(request.GET.get("p")),
        "months": months()[:MONTHS_SHOWN],
        "tiers": Tier.objects.all(),
        **payments_at_the_desk(),
        "plan": plan(),
        "fees": [(way, fees.get(way.name)) for way in providers()],
        "rush": rush(),
        "page_title": _("Funding"),
    }
    return render(request, "funding/desk.html", context)


@managing_money
def month_entries(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """The entries behind a month's figure, or those of one gift."""
    try:
        first_day = date(year, month, 1)
    except ValueError:
        raise Http404 from None
    entries = Paginator(entries_of(first_day), ENTRIES_PER_PAGE).get_page(request.GET.get("p"))
    title = date_format(first_day, "F Y")
    return render(request, "funding/desk_entries.html", {"entries": entries, "page_title": title})


@managing_money
def gift_entries(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """All that the books say of one gift."""
    gift = get_object_or_404(Gift, pk=gift_id)
    entries = Paginator(entries_of_gift(gift), ENTRIES_PER_PAGE).get_page(request.GET.get("p"))
    return render(request, "funding/desk_entries.html", {"entries": entries, "gift": gift, "page_title": _("Gift")})


@managing_money
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


@managing_money
def gift_list(request: HttpRequest) -> HttpResponse:
    form = GiftFilterForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    page, following = gifts(state=asked.get("state", ""), month=asked.get("month"), before=asked.get("before"))
    query = request.GET.copy()
    query["before"] = str(following)
    context = {"gifts": page, "form": form, "older": query.urlencode() if following else "", "page_title": _("Gifts")}
    return render(request, "funding/desk_gifts.html", context)


@managing_money
@require_POST
def end_pledge(request: HttpRequest, pledge_id: UUID) -> HttpResponse:
    get_object_or_404(Pledge, pk=pledge_id)
    cancel_pledge(pledge_id=pledge_id, by=Cancellation.By.EDITOR)
    messages.success(request, _("The monthly gift was ended, and its giver is told."))
    return redirect("funding_gifts")


@managing_money
def offline_gift(request: HttpRequest) -> HttpResponse:
    form = OfflineGiftForm(request.POST or None, currency=current_newsroom().currency, initial={"key": uuid7().hex})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        # Noon keeps the day the same whatever the clock does around it.
        moment = timezone.make_aware(datetime.combine(given["date"], time(12)))
        key = f"by-hand:{given['key']}"
        names = ("amount", "account", "note", "email", "receipt")
        wish = {name: given[name] for name in names} | {"key": key, "happened_at": moment.isoformat()}
        asked = second_looks.do_or_ask(
            deed=second_looks.GIFT_BY_HAND, wish=wish, amount=given["amount"], currency=form.currency, key=key,
            by=by(request),
        )  # fmt: skip
        messages.success(request, _("A second person has to confirm it.") if asked else _("The gift was booked."))
        return redirect("funding_desk")
    return render(request, "funding/desk_form.html", {"form": form, "page_title": _("A gift by hand")})
