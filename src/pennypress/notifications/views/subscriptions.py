from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from pennypress.lib import webpush
from pennypress.notifications import actions, links, queries, rules
from pennypress.notifications.actions import pushing
from pennypress.notifications.models import Frequency, Recipient
from pennypress.notifications.sources import Topic, offers_to
from pennypress.readers.identity import ensure_identity
from pennypress.readers.models import User


@login_required
@never_cache
def own(request: HttpRequest) -> HttpResponse:
    """A member's subscriptions, all of them, and what else they may be told of."""
    assert isinstance(request.user, User)
    recipient = actions.member_recipient(request.user)
    if recipient is None:
        return render(request, "notifications/unverified.html", {"page_title": _("Your subscriptions")})
    offered = [topic for topic in offers_to(request.user) if not _has(recipient, topic)]
    if request.method == "POST":
        wanted = next((topic for topic in offered if topic.kind == request.POST.get("offer")), None)
        if wanted is not None:
            actions.subscribe(topic=wanted, identity=ensure_identity(request), frequency=Frequency.HOURLY)
        else:
            change(request, recipient)
        return redirect("notifications:subscriptions")
    frequencies = list(Frequency.choices)
    return render(request, "notifications/subscriptions.html", context(recipient, frequencies, offered))


@never_cache
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The subscriptions of whoever holds the mailed link."""
    try:
        opened = links.opened(links.MINE, token)
    except links.Forged:
        raise Http404 from None
    recipient = Recipient.objects.filter(pk=opened.ids[0]).first()
    if recipient is None or opened.is_old:
        return redirect("notifications:ask_for_link")
    if request.method == "POST":
        change(request, recipient)
        return redirect(request.path)
    frequencies = [choice for choice in Frequency.choices if choice[0] != Frequency.SITE]
    return render(request, "notifications/subscriptions.html", context(recipient, frequencies, []))


def _has(recipient: Recipient, topic: Topic) -> bool:
    return recipient.subscriptions.filter(kind=topic.kind, subject=topic.subject).exclude(confirmed_at=None).exists()


def context(recipient: Recipient, frequencies: list[Any], offered: list[Topic]) -> dict[str, object]:
    return {
        "recipient": recipient,
        "groups": queries.groups_of(recipient),
        "frequencies": frequencies,
        "offered": offered,
        "push_key": _push_key() if recipient.user_id else "",
        "page_title": _("Your subscriptions"),
    }


def _push_key() -> str:
    """The key that browsers need; without one there is no push on this site."""
    try:
        return webpush.public_key(pushing.key())
    except FileNotFoundError:
        return ""


def change(request: HttpRequest, recipient: Recipient) -> None:
    """What one of the page's buttons asks for."""
    deed = request.POST.get("deed", "")
    try:
        if deed == "frequency":
            actions.set_frequency(
                recipient=recipient, kind=request.POST.get("kind", ""), frequency=request.POST.get("frequency", "")
            )
            messages.success(request, _("Saved."))
        elif deed == "end":
            _end_one(recipient, request.POST.get("subscription", ""))
            messages.success(request, _("Ended."))
        elif deed == "end-all":
            actions.end_all(recipient=recipient)
            messages.success(request, _("Everything has ended. No more mail comes from here."))
        elif deed == "pause":
            actions.pause(recipient=recipient)
            messages.success(request, _("Paused: nothing is sent until you say so."))
        elif deed == "resume":
            actions.resume(recipient=recipient)
            messages.success(request, _("You will be told again from now on."))
    except rules.Refused as error:
        messages.error(request, error.sentence)


def _end_one(recipient: Recipient, number: str) -> None:
    try:
        subscription_id = UUID(number)
    except ValueError:
        return
    own_one = recipient.subscriptions.filter(pk=subscription_id).values_list("pk", flat=True)
    actions.end(subscriptions=list(own_one))
