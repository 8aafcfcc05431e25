"""Somebody who has given monthly for half a year and whose card fails just now; and two who have ended, saying why."""

from datetime import datetime, timedelta

from django.utils import timezone

from pennypress.funding import booking
from pennypress.funding.actions import capture
from pennypress.funding.booking import Settled
from pennypress.funding.models import Cancellation, Gift, Lapse, Pledge, ProviderCall

# Ask for the link at /support/mine/ with it.
MARTA = "marta@pennypress.example"
# Months ago; the payment of this one could not be taken at first.
GIVEN, LATE = range(6, 0, -1), 3
ENDED = (
    ("otto", 500, 52, "I have moved away, and read the paper of the other shore now. Keep going."),
    ("lina", 1500, 17, "A baby! We will be back when we sleep again."),
)


def remember(now: datetime) -> None:
    fields = {"currency": "EUR", "provider": "fake"}
    marta = Pledge.objects.create(
        email=MARTA, amount=1200, **fields, active=True, reference="fake_marta", created_at=now - timedelta(days=182),
        next_at=now - timedelta(days=2), failing_since=now - timedelta(days=2),
        card_expires_on=timezone.localdate(now).replace(day=1) - timedelta(days=1),
    )  # fmt: skip
    for back in GIVEN:
        moment = now - timedelta(days=back * 30 + 1)
        gift = _take(marta, f"demo:marta:{back}", moment)
        if back == LATE:
            lapse = {"began_at": moment - timedelta(days=4), "ended_at": moment}
            Lapse.objects.create(pledge=marta, gift=gift, **lapse)
    booking.book_refund(gift=gift, key="demo:marta", amount=200, happened_at=now - timedelta(days=20))
    Lapse.objects.create(pledge=marta, began_at=now - timedelta(days=2))
    ProviderCall.objects.create(
        key="demo:marta", provider="fake", verb=ProviderCall.Verb.USE_CARD, pledge=marta, wish={"method": "failing:demo"},
        state=ProviderCall.State.DONE, settled_at=now - timedelta(days=40),
    )  # fmt: skip
    for name, amount, back, reason in ENDED:
        moment = now - timedelta(days=back)
        pledge = Pledge.objects.create(
            email=f"{name}@pennypress.example", amount=amount, **fields, reference=f"fake_{name}",
            created_at=moment - timedelta(days=60),
        )  # fmt: skip
        _take(pledge, f"demo:{name}", moment - timedelta(days=10))
        Cancellation.objects.create(
            pledge=pledge, by=Cancellation.By.SUPPORTER, cancelled_at=moment, reason=reason
        )  # fmt: skip
    Pledge.objects.filter(email__in=[f"{one[0]}@pennypress.example" for one in ENDED]).update(active=False)


def _take(pledge: Pledge, key: str, moment: datetime) -> Gift:
    gift = Gift.objects.create(
        key=key, email=pledge.email, amount=pledge.amount, currency="EUR", provider="fake", pledge=pledge,
        created_at=moment, payment=f"fake_{key}",
    )  # fmt: skip
    capture(gift=gift, captured_at=moment, receipt=False, settled=Settled(gift.amount, "EUR", 42))
    return gift
