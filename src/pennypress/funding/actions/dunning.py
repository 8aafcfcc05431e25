"""Letters to supporters whose regular gift could not be taken: two for each failure, and none is a threat."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.funding.addresses import pledge_address
from pennypress.funding.models import Pledge
from pennypress.lib.money import format_money
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications.actions import post_mail

# Stripe tries for two weeks unless told otherwise; some days are left to find another card.
LAST_CHANCE_AFTER = timedelta(days=9)
# What has been failing for longer, and was not ended, is tried on by a provider of other habits: "soon" would be untrue.
LAST_CHANCE_UNTIL = timedelta(days=14)


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
