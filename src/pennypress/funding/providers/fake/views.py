from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.tasks import task
from django.utils import timezone

from pennypress.funding.actions import await_confirmation, receive_event
from pennypress.funding.addresses import thanks_address
from pennypress.funding.models import Gift
from pennypress.funding.providers.fake.provider import FakeProvider, make_event
from pennypress.jobs.actions import enqueue_once

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


def send_event(gift_id: str, kind: str) -> None:
    raw, signature = make_event(gift_id, kind)
    receive_event(provider=FakeProvider(), raw=raw, signature=signature)


@task()
def send_event_later(gift_id: str) -> None:
    send_event(gift_id, "captured")
