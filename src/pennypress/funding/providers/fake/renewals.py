from pennypress.funding.actions import await_confirmation, due_pledges, intend_renewal, receive_event
from pennypress.funding.providers.fake.provider import FakeProvider, make_event


def renew_pledges() -> int:
    """Charge every pledge of the fake provider that has given nothing this month yet; returns how many.

    What the provider does by its own clock: it takes the money and sends its event, which then goes the way of all
    events. The gift's key holds pledge and month, so however often this runs each month is charged once.
    """
    renewed = 0
    for pledge in due_pledges(FakeProvider.name):
        gift = intend_renewal(pledge=pledge)
        if gift is not None:
            await_confirmation(gift_id=gift.id)
            raw, signature = make_event(str(gift.id), "captured")
            receive_event(provider=FakeProvider(), raw=raw, signature=signature)
            renewed += 1
    return renewed
