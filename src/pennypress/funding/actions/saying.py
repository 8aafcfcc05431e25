"""What givers say with their gifts: on the wall, and on cards to those in whose honour they give."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.limits import TooMany, spend
from pennypress.delivery.ready import changed
from pennypress.funding.addresses import card_address
from pennypress.funding.models import Gift, Honour, WallEntry
from pennypress.funding.months import METER
from pennypress.funding.rules import CARDS_PER_ADDRESS
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications.actions import post_mail
from pennypress.notifications.links import address_key
from pennypress.readers.models import User
from pennypress.readers.signals import words_wait


def say_what_was_given(gift: Gift) -> None:
    """The gift has come: the moderators are told of a name for the wall, and a card is mailed. Runs in the caller's transaction."""
    if WallEntry.objects.filter(gift=gift, state=WallEntry.State.WAITING).exists():
        words_wait.send(sender=WallEntry)
    honour = Honour.objects.filter(gift=gift).exclude(email="").first()
    if honour:
        post_card(honour)


def post_card(honour: Honour) -> None:
    """Mail where the card is. Whoever gets too many of them in a day, gets no more."""
    try:
        spend((CARDS_PER_ADDRESS, address_key(honour.email)))
    except TooMany:
        return
    newsroom = current_newsroom()
    subject = (
        _("A gift in memory of %(name)s") if honour.kind == Honour.Kind.MEMORY else _("A gift in honour of %(name)s")
    )
    post_mail(
        to=honour.email,
        subject=subject % {"name": honour.name},
        template="funding/mail/card",
        context={
            "newsroom": newsroom, "honour": honour, "address": settings.BASE_URL + card_address(honour.gift_id),
        },
        # The words may go on to another gift, when a transfer was booked as the wrong one; they are told once.
        key=f"card:{honour.pk}",
    )  # fmt: skip


def decide_wall_entry(entry_id: UUID, shown: bool, by: User) -> bool:
    """A moderator lets a name appear, or takes it down: at once. Runs in the caller's transaction; False where it is so already."""
    state = WallEntry.State.SHOWN if shown else WallEntry.State.REFUSED
    found = WallEntry.objects.filter(pk=entry_id).exclude(state=state)
    if not found.update(state=state, decided_at=timezone.now(), decided_by=by):
        return False
    changed(METER)
    return True


def take_off_the_wall(*, gift_id: UUID) -> None:
    """The giver takes their name back: it is gone, at once and for good."""
    with transaction.atomic():
        if WallEntry.objects.filter(gift=gift_id).delete()[0]:
            changed(METER)
