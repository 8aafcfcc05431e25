from django.utils import timezone

from pennypress.funding.actions import await_confirmation, due_pledges, intend_renewal, receive_event, settle
from pennypress.funding.models import Pledge
from pennypress.funding.providers.fake import standing
from pennypress.funding.providers.fake.provider import FakeProvider, make_event


def renew_pledges() -> int:
    """Charge every pledge of the fake provider whose day has come; returns how many.

    What the provider does by its own clock: it takes the money and sends its event, which then goes the way of all
    events. The gift's key holds pledge and day, so however often this runs each payment is taken once.
    """
    end_pauses()
    return sum(renew(pledge) for pledge in due_pledges(FakeProvider.name))


def renew(pledge: Pledge) -> bool:
    """Take what is due now. A card that fails brings nothing, and is said to fail."""
    if standing.card_of(pledge) == standing.FAILING:
        if not pledge.failing_since:
            settle(provider=FakeProvider.name, facts=[standing.failed(pledge)])
        return False
    gift = intend_renewal(pledge=pledge)
    if gift is None:
        return False
    await_confirmation(gift_id=gift.id)
    raw, signature = make_event(str(gift.id), "captured")
    receive_event(provider=FakeProvider(), raw=raw, signature=signature)
    return True


def end_pauses() -> None:
    """Pauses whose time is over end by the provider's clock, too."""
    for pledge in Pledge.objects.filter(
        provider=FakeProvider.name, active=True, paused=True, resumes_at__lte=timezone.now()
    ):
        settle(provider=FakeProvider.name, facts=[standing.resumed(pledge)])
