"""The editor's appeals: written, ended, and compared by what they earned."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pennypress.funding.actions import change_appeal_pause, end_appeal, write_appeal
from pennypress.funding.appeal_forms import AppealForm, PauseForm
from pennypress.funding.appeals import appeals_for_desk, running, was_shown
from pennypress.funding.comparing import Yield, better, yield_of
from pennypress.funding.desk_door import managing_money
from pennypress.funding.models import FEE_ACCOUNTS, INCOME_ACCOUNTS, Appeal, EntryKind, Line, Wording
from pennypress.funding.queries import plan
from pennypress.funding.rules import Refused
from pennypress.newsroom.queries import current_newsroom

APPEALS_PER_PAGE = 20


@dataclass(frozen=True)
class Compared:
    appeal: Appeal
    runs: bool
    wordings: list[tuple[Wording, Yield]]

    @property
    def winner(self) -> Wording | None:
        if len(self.wordings) < 2:
            return None
        found = better(self.wordings[0][1], self.wordings[1][1])
        return self.wordings[found - 1][0] if found else None


def compared(appeals: list[Appeal]) -> list[Compared]:
    """Two queries, however many appeals."""
    currency, amounts = current_newsroom().currency, defaultdict(list)
    net = (
        Line.objects.filter(
            entry__gift__origin__wording__appeal__in=appeals, currency=currency,
            account__in=(*INCOME_ACCOUNTS, *FEE_ACCOUNTS),
        )
        .exclude(entry__kind=EntryKind.MATCH)
        .values_list("entry__gift__origin__wording", "entry__gift__origin")
        .annotate(net=-Sum("amount"))
        .order_by()
    )  # fmt: skip
    for wording, _origin, amount in net:
        amounts[wording].append(amount)
    shown_now = set(running().filter(pk__in=[appeal.pk for appeal in appeals]).values_list("pk", flat=True))
    return [
        Compared(
            appeal, appeal.pk in shown_now,
            [
                (wording, yield_of(wording.shown + getattr(wording, "pending", 0), amounts[wording.pk]))
                for wording in appeal.wordings.all()
            ],
        )
        for appeal in appeals
    ]  # fmt: skip


@managing_money
def appeal_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(appeals_for_desk(), APPEALS_PER_PAGE).get_page(request.GET.get("p"))
    context = {
        "page": page, "appeals": compared(list(page)), "currency": current_newsroom().currency,
        "pause": plan().appeal_pause, "today": timezone.localdate(), "page_title": _("Appeals"),
    }  # fmt: skip
    return render(request, "funding/desk_appeals.html", context)


@managing_money
def edit_appeal(request: HttpRequest, appeal_id: UUID | None = None) -> HttpResponse:
    appeal = get_object_or_404(Appeal, pk=appeal_id) if appeal_id else Appeal()
    stands_still = bool(appeal_id) and was_shown(appeal)
    form = AppealForm(request.POST or None, appeal=appeal, is_new=not appeal_id, stands_still=stands_still)
    if request.method == "POST" and form.is_valid():
        try:
            write_appeal(appeal=appeal, wordings={} if stands_still else form.wordings, **form.fields_of_appeal)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The appeal was saved."))
            return redirect("funding_appeals")
    return render(request, "funding/desk_form.html", {"form": form, "page_title": _("Appeal")})


@managing_money
@require_POST
def stop_appeal(request: HttpRequest, appeal_id: UUID) -> HttpResponse:
    end_appeal(appeal=get_object_or_404(Appeal, pk=appeal_id), on=timezone.localdate() - timedelta(days=1))
    messages.success(request, _("The appeal is shown no more."))
    return redirect("funding_appeals")


@managing_money
def edit_pause(request: HttpRequest) -> HttpResponse:
    form = PauseForm(request.POST or None, initial={"days": plan().appeal_pause})
    if request.method == "POST" and form.is_valid():
        change_appeal_pause(days=form.cleaned_data["days"])
        messages.success(request, _("Saved."))
        return redirect("funding_appeals")
    return render(request, "funding/desk_form.html", {"form": form, "page_title": _("How often readers are asked")})
