"""What people answer to a moderator's decision about them. The signed address says who they are."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from pennypress.delivery.limits import TooMany, spend
from pennypress.delivery.networks import network_key
from pennypress.discussion import actions, addresses, queries, rules
from pennypress.discussion.models import Removal, Sanction
from pennypress.discussion.views.writing import sentence_of


@never_cache
def appeal(request: HttpRequest, signed: str) -> HttpResponse:
    """The removal of one's own comment, its reason, and the one appeal against it with what became of it."""
    removal = _removal(signed)
    sentence, status = "", 200
    if request.method == "POST":
        try:
            spend((rules.APPEALS_PER_NETWORK, network_key(request)))
            actions.appeal(removal_id=removal.pk, text=request.POST.get("text", ""))
            return redirect(request.path)
        except (rules.Refused, TooMany) as error:
            sentence, status = sentence_of(error), 429 if isinstance(error, TooMany) else 422
    made = removal.appeals.first()
    context = {
        "removal": removal,
        "c": removal.comment,
        "page": removal.comment.thread.page,
        "made": made,
        "may_appeal": _may_appeal(removal),
        "text": request.POST.get("text", ""),
        "sentence": sentence,
        "most": rules.MAX_APPEAL,
    }
    return render(request, "discussion/appeal.html", context, status=status)


def _removal(signed: str) -> Removal:
    try:
        return queries.removal_with_comment(addresses.removal_of(signed))
    except (ValueError, Removal.DoesNotExist):
        raise Http404 from None


def _may_appeal(removal: Removal) -> bool:
    try:
        rules.check_appealable(removal, removal.appeals.first())
    except rules.Refused:
        return False
    return True


@never_cache
def sanction(request: HttpRequest, signed: str) -> HttpResponse:
    """A moderator's decision about oneself. A warning is acknowledged by a button, never by looking."""
    found = _sanction(signed)
    if request.method == "POST":
        actions.acknowledge_warning(sanction_id=found.pk)
        return redirect(request.path)
    return render(request, "discussion/sanction.html", {"sanction": found, "address": request.path})


def _sanction(signed: str) -> Sanction:
    try:
        number: UUID = addresses.sanction_of(signed)
        return Sanction.objects.get(pk=number)
    except (ValueError, Sanction.DoesNotExist):
        raise Http404 from None
