"""Where the links in our mails lead: pages with a button. To open one changes nothing, for mail scanners open them all."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from pennypress.delivery.limits import TooMany, spend
from pennypress.delivery.networks import network_key
from pennypress.notifications import actions, links, queries, rules
from pennypress.notifications.forms import LinkForm
from pennypress.notifications.models import Recipient, Subscription
from pennypress.readers.identity import ensure_identity


@never_cache
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm what was asked for, or never be asked again."""
    opened = _opened(links.CONFIRM, token)
    asked = Subscription.objects.filter(pk=opened.ids[0]).select_related("recipient").first()
    deed = request.POST.get("deed", "")
    if asked is None:
        return _say(request, _("This is over"), _("There is nothing to confirm here any more."), status=410)
    if opened.is_old:
        return _old(request, asked, deed)
    waiting = queries.waiting_of(asked.recipient)
    if asked.confirmed_at and not waiting:
        return _say(request, _("Confirmed"), _("This is confirmed: you will be told."), asked)
    if request.method != "POST":
        context = {"asked": asked, "waiting": waiting, "page_title": _("Do you want to be told?")}
        return render(request, "notifications/confirm.html", context)
    if deed == "refuse":
        actions.refuse(recipient=asked.recipient)
        return _say(request, _("Noted"), _("This address will not be asked again, whoever types it in."))
    chosen = {each.pk for each in waiting if str(each.pk) in request.POST.getlist("chosen")}
    if not chosen:
        return _say(request, _("Nothing chosen"), _("Nothing was chosen, so nothing has begun."), asked, status=422)
    actions.confirm(recipient=asked.recipient, chosen=chosen, browser=ensure_identity(request))
    return _say(request, _("Confirmed"), _("This is confirmed: you will be told."), asked)


def _old(request: HttpRequest, asked: Subscription, deed: str) -> HttpResponse:
    if request.method == "POST" and deed == "renew":
        actions.ask_again(subscription_id=asked.pk)
        sentence = _("Please look into your mail for a new link. One address gets at most one such mail a day.")
        return _say(request, _("A new link"), sentence)
    sentence = _(
        "This link worked for %(n)s days and is over, so nothing was confirmed. A new one can be mailed to you."
    )
    return _say(
        request, _("This link is too old"), sentence % {"n": rules.CONFIRM_LIFE.days}, renew=True, status=410
    )  # fmt: skip


@never_cache
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """End what a mail was sent for: by the button of the page, or by the mail program itself (RFC 8058)."""
    opened = _opened(links.STOP, token)
    recipient = Recipient.objects.filter(pk=opened.ids[0]).first()
    named, deed = opened.ids[1:], request.POST.get("deed", "")
    if recipient is None:
        return _say(request, _("Ended already"), _("There is nothing to end any more; no mail comes from here."))
    if request.method == "POST" and deed in ("link", "renew"):
        return _mail_link(request, recipient.email)
    if opened.is_old:
        sentence = _("This link worked for a year and is over, so nothing has ended. A new one can be mailed to you.")
        return _say(request, _("This link is too old"), sentence, renew=True, status=410)
    if request.method == "POST":
        _end(recipient, named)
        sentence = _("Done: no more mail comes because of this.")
        return _say(request, _("Ended"), sentence, others=bool(queries.groups_of(recipient)))
    ending = list(recipient.subscriptions.filter(pk__in=named)) if named else []
    if named and not ending:
        return _say(request, _("Ended already"), _("This has ended already; no more mail comes because of it."))
    context = {"ending": ending, "page_title": _("No more of this?")}
    return render(request, "notifications/stop.html", context)


# Mail providers send the one-click request from their own machines, without cookies; the signed link is the right to it.
stop.takes_foreign_requests = True  # type: ignore[attr-defined]


def _end(recipient: Recipient, named: list[UUID]) -> None:
    if named:
        actions.end(subscriptions=named)
    else:
        actions.end_all(recipient=recipient)


@never_cache
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """A guest asks for a link to all their subscriptions."""
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _mail_link(request, form.cleaned_data["email"])
    context = {"form": form, "page_title": _("Your subscriptions")}
    return render(request, "notifications/ask_for_link.html", context, status=422 if form.errors else 200)


def _mail_link(request: HttpRequest, email: str) -> HttpResponse:
    try:
        spend((rules.SUBSCRIBE_PER_NETWORK, network_key(request)))
        actions.mail_link(email=email)
    except TooMany:
        sentence = _("This address has been mailed several such links today. Please look for them, or try tomorrow.")
        return _say(request, _("Too many links"), sentence, status=429)
    sentence = _("If this address has subscriptions here, a link to them is in its mail now. It works for a day.")
    return _say(request, _("Please look into your mail"), sentence)


def _opened(purpose: links.Purpose, token: str) -> links.Opened:
    try:
        return links.opened(purpose, token)
    except links.Forged:
        raise Http404 from None


def _say(
    request: HttpRequest,
    title: str,
    sentence: str,
    about: Subscription | None = None,
    *,
    renew: bool = False,
    others: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {"page_title": title, "sentence": sentence, "about": about, "renew": renew, "others": others}
    return render(request, "notifications/said.html", context, status=status)
