from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.tasks import task
from django.utils import timezone

from pennypress.funding.actions import await_confirmation, carry_out, receive_event, settle
from pennypress.funding.addresses import pledge_address, thanks_address
from pennypress.funding.models import Gift, Pledge, ProviderCall
from pennypress.funding.providers.base import CardReady
from pennypress.funding.providers.fake import standing
from pennypress.funding.providers.fake.provider import FakeProvider, make_event
from pennypress.funding.providers.fake.renewals import renew
from pennypress.jobs.actions import enqueue_once
from pennypress.lib.ids import uuid7

# Long enough to see the waiting state, short enough to stay for.
DELAY = timedelta(seconds=20)


def pay(request: HttpRequest, gift: Gift) -> HttpResponse:
    """The page that stands in for a payment page; its buttons send the events a provider would send."""
    answer = request.POST.get("answer")
    if answer in ("captured", "declined", "delay") and await_confirmation(gift_id=gift.id):
        if answer in ("captured", "declined"):
            send_event(str(gift.id), answer)
        else:
            enqueue_once(
                send_event_later, key=f"fake-delay:{gift.id}", run_after=timezone.now() + DELAY, args=(str(gift.id),)
            )
    if request.method == "POST":
        return redirect(thanks_address(gift.id))
    return render(request, "funding/fake_page.html", {"gift": gift})


def change_card(request: HttpRequest, pledge: Pledge) -> HttpResponse:
    """The page on which another card is left. Its buttons are the cards, and one that lets the next payment fall due."""
    answer = request.POST.get("answer")
    if answer in standing.CARDS:
        settle(provider=FakeProvider.name, facts=[CardReady(pledge.id, f"{answer}:{uuid7().hex}")])
        for call in pledge.calls.filter(verb=ProviderCall.Verb.USE_CARD, state=ProviderCall.State.ASKED):
            carry_out(call_id=call.id)
    elif answer == "take" and pledge.active:
        settle(provider=FakeProvider.name, facts=[standing.due_now(pledge)])
    if request.method == "POST":
        pledge.refresh_from_db()
        if pledge.active and not pledge.paused and pledge.next_at and pledge.next_at <= timezone.now():
            renew(pledge)
        return redirect(pledge_address(pledge.id))
    return render(request, "funding/fake_card.html", {"pledge": pledge})


def send_event(gift_id: str, kind: str) -> None:
    raw, signature = make_event(gift_id, kind)
    receive_event(provider=FakeProvider(), raw=raw, signature=signature)


@task()
def send_event_later(gift_id: str) -> None:
    send_event(gift_id, "captured")
