"""Letters to supporters whose regular gift could not be taken: two for each failure, and none is a threat."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.funding.addresses import pledge_address
from pennypress.funding.models import Gift, Lapse, Pledge
from pennypress.funding.rules import BEFORE_A_CARD_EXPIRES
from pennypress.lib.money import format_money
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications.actions import post_mail

# Stripe tries for two weeks unless told otherwise; some days are left to find another card.
LAST_CHANCE_AFTER = timedelta(days=9)
# What has been failing for longer, and was not ended, is tried on by a provider of other habits: "soon" would be untrue.
LAST_CHANCE_UNTIL = timedelta(days=14)
# A payment that ends a lapse and the word that it has ended come one after the other.
TOLD_TOGETHER = timedelta(days=1)


def tell_failure(pledge: Pledge) -> None:
    """Say once per failure that the gift could not be taken, with the link to another card. In the caller's transaction."""
    _write(pledge, "first", last=False)


def tell_last_chances() -> None:
    """Write once more, some days before the provider gives up. Safe to repeat."""
    now = timezone.now()
    failing = Pledge.objects.filter(
        active=True, paused=False, failing_since__lte=now - LAST_CHANCE_AFTER, failing_since__gt=now - LAST_CHANCE_UNTIL
    )
    for pledge in failing:
        _write(pledge, "last", last=True)


def tell_expiring_cards() -> None:
    """Write before the card of a regular gift is no longer good, once for each card. Safe to repeat."""
    today = timezone.localdate()
    found = Pledge.objects.filter(
        active=True, paused=False, failing_since=None, card_expires_on__lte=today + BEFORE_A_CARD_EXPIRES,
        # A card that is good for the next payment is nobody's worry yet.
        next_at__date__gt=F("card_expires_on"), next_at__gt=timezone.now(),
    )  # fmt: skip
    for pledge in found:
        newsroom = current_newsroom()
        post_mail(
            to=pledge.email,
            subject=_("The card of your gift to %(name)s") % {"name": newsroom.name},
            template="funding/mail/card_expires",
            context={
                "newsroom": newsroom,
                "amount": format_money(pledge.amount, pledge.currency),
                "link": settings.BASE_URL + pledge_address(pledge.id),
                "pledge": pledge,
                "over": pledge.card_expires_on is not None and pledge.card_expires_on < today,
            },
            key=f"card-expires:{pledge.id}:{pledge.card_expires_on}",
        )


def note_recovery(gift: Gift, captured_at: datetime) -> None:
    """A regular gift that could not be taken was taken after all: the time of its lapse has brought it. Within a transaction."""
    lapse = (
        Lapse.objects.select_for_update()
        .filter(pledge=gift.pledge_id, gift=None, began_at__lte=captured_at)
        .filter(Q(ended_at=None) | Q(ended_at__gte=captured_at - TOLD_TOGETHER))
        .order_by("-began_at")
        .first()
    )
    if lapse:
        lapse.gift, lapse.ended_at = gift, lapse.ended_at or captured_at
        lapse.save(update_fields=["gift", "ended_at"])


def _write(pledge: Pledge, which: str, *, last: bool) -> None:
    newsroom = current_newsroom()
    subject = _("Your gift to %(name)s could not be taken")
    if last:
        subject = _("Your gift to %(name)s is about to end")
    post_mail(
        to=pledge.email,
        subject=subject % {"name": newsroom.name},
        template="funding/mail/pledge_failing",
        context={
            "newsroom": newsroom,
            "amount": format_money(pledge.amount, pledge.currency),
            "link": settings.BASE_URL + pledge_address(pledge.id),
            "last": last,
        },
        key=f"pledge-failing:{pledge.id}:{pledge.failing_since:%Y%m%dT%H%M%S}:{which}",
    )
