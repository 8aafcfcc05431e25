"""What the demo tells its readers about giving: two wordings at the end of every article, thanks, and a comparison that is over."""

import random
from datetime import timedelta

from django.utils import timezone

from pennypress.funding.actions import write_appeal
from pennypress.funding.models import Appeal, Gift, Place, Segment, Wording

PLAIN = {
    "title": "Somebody has to sit in the gallery",
    "text": "The council meets on Tuesdays until late. We are there because some four hundred readers pay for it, each as much as they like.",
    "button": "",
}
DIRECT = {
    "title": "This article cost about 240 euros",
    "text": "Two days of work, a train ticket and a lawyer's glance. No advertiser paid for it. Will you carry a part of the next one?",
    "button": "",
}
THANKS = {
    "title": "You paid for this",
    "text": "You have given to the Courier: what you have just read is there because of you. Thank you.",
    "button": "",
}
SHORT = {
    "title": "Four a week",
    "text": "You have read four of our articles this month. Readers like you keep us going.",
    "button": "",
}
LONG = {
    "title": "Who pays for the Courier?",
    "text": "You do, if you like. Nobody else does, and nobody else is asked.",
    "button": "",
}


def appeal(chance: random.Random) -> None:
    write_appeal(
        appeal=Appeal(), wordings={"a": PLAIN, "b": DIRECT}, place=Place.END, segment=Segment.ALL, begins_on=None, ends_on=None
    )  # fmt: skip
    write_appeal(
        appeal=Appeal(), wordings={"a": THANKS}, place=Place.END, segment=Segment.SUPPORTER, begins_on=None, ends_on=None
    )  # fmt: skip
    compare(chance)


def compare(chance: random.Random) -> None:
    """One that ran in the text for six weeks and has ended."""
    today = timezone.localdate()
    over = write_appeal(
        appeal=Appeal(), wordings={"a": SHORT, "b": LONG}, place=Place.TEXT, segment=Segment.REGULAR,
        begins_on=today - timedelta(days=70), ends_on=today - timedelta(days=28),
    )  # fmt: skip
    wordings = list(over.wordings.all())
    for wording, shown in zip(wordings, (4_180, 4_212), strict=True):
        Wording.objects.filter(pk=wording.pk).update(shown=shown)
    gifts = Gift.objects.filter(
        captured_at__gte=timezone.now() - timedelta(days=70), captured_at__lt=timezone.now() - timedelta(days=28)
    ).exclude(origin=None)  # fmt: skip
    for gift in gifts.select_related("origin").order_by("id"):
        if gift.origin and chance.random() < 0.7:
            gift.origin.wording = wordings[chance.random() < 0.6]
            gift.origin.save(update_fields=["wording"])
