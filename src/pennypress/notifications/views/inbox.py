from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pennypress.notifications import actions, queries
from pennypress.notifications.models import Recipient
from pennypress.readers.identity import identity_of


@login_required
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    """What a member was told, newest first."""
    recipient = queries.recipient_of(identity_of(request))
    shown = queries.inbox(recipient, _uuid(request.GET.get("before", ""))) if recipient else queries.InboxPage([], "")
    context = {
        "shown": shown,
        "newest": shown.told[0].notice.pk if shown.told else None,
        "unread": queries.unread_of(identity_of(request)),
        "page_title": _("Your inbox"),
    }
    return render(request, "notifications/inbox.html", context)


@require_POST
@login_required
def read(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark one as read."""
    if recipient := _own(request):
        actions.mark_read(recipient=recipient, notice_id=notice_id)
    return HttpResponse(status=204) if request.headers.get("X-Fragment") else redirect("notifications:inbox")


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read that the page showed or that is older."""
    recipient, newest = _own(request), _uuid(request.POST.get("newest", ""))
    if recipient and newest:
        actions.mark_all_read(recipient=recipient, up_to=newest)
    return redirect("notifications:inbox")


def _own(request: HttpRequest) -> Recipient | None:
    return queries.recipient_of(identity_of(request))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
