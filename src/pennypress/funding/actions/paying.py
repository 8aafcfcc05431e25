"""From a gift that was begun to the provider's page, and what became of those nobody told us of."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from pennypress.funding.actions.asking import ask
from pennypress.funding.actions.calls import carry_out
from pennypress.funding.actions.settling import settle
from pennypress.funding.models import Gift, GiftState, Pledge, ProviderCall
from pennypress.funding.providers.base import Declined, Unreachable
from pennypress.funding.providers.registry import provider_of
from pennypress.funding.rules import Refused

logger = logging.getLogger(__name__)

# Payment pages are good for a day; a little less, so that nobody is led to one that ends under their hands.
PAGE_IS_GOOD_FOR = timedelta(hours=23)
# Its event comes within seconds. After half an hour a look is due, and then one every few hours until it is known: a page
# ends after a day, a debit takes up to two weeks. Longer than a year nobody waits.
FIRST_LOOK = timedelta(minutes=30)
NEXT_LOOK = timedelta(hours=6)
LAST_LOOK = timedelta(days=400)
LOOKS_AT_ONCE = 50


def open_payment(*, gift_id: UUID) -> str:
    """The address of the provider's page for this gift; pressed twice, it is the same page while that is good.

    Raises Declined with a sentence when the provider does not take it, Unreachable when it does not answer. Not to be
    called within a transaction.
    """
    with transaction.atomic():
        gift = Gift.objects.select_for_update(of=("self",)).get(pk=gift_id)
        pages = gift.calls.filter(verb=ProviderCall.Verb.CHECKOUT)
        fresh = pages.filter(asked_at__gt=timezone.now() - PAGE_IS_GOOD_FOR).exclude(state=ProviderCall.State.REFUSED)
        call = fresh.order_by("-asked_at").first() or ask(
            provider=gift.provider,
            verb=ProviderCall.Verb.CHECKOUT,
            gift=gift,
            key=f"checkout:{gift.id}:{pages.count()}",
        )
    return carry_out(call_id=call.id).address


def look_after_gifts() -> int:
    """Ask the providers what became of gifts that were begun and of which no event told; returns how many were settled.

    A closed browser and a lost event end here: what was paid is booked, what was not is left as it is.
    """
    now = timezone.now()
    begun = Gift.objects.filter(state__in=(GiftState.INTENDED, GiftState.WAITING), created_at__lt=now - FIRST_LOOK)
    due = begun.filter(created_at__gt=now - LAST_LOOK, calls__state=ProviderCall.State.DONE).exclude(
        looked_at__gt=now - NEXT_LOOK
    )
    settled = 0
    # Those that were never looked at come first, so that none is kept waiting by others that stay unknown.
    for gift in due.order_by(F("looked_at").asc(nulls_first=True), "created_at").distinct()[:LOOKS_AT_ONCE]:
        Gift.objects.filter(pk=gift.pk).update(looked_at=now)
        try:
            settle(provider=gift.provider, facts=provider_of(gift.provider).look(gift))
        except (Declined, Unreachable, Refused) as error:
            logger.warning("What became of gift %s is not known: %s", gift.pk, error)
            continue
        settled += Gift.objects.filter(pk=gift.pk).exclude(state=gift.state).exists()
    return settled


def look_after_pledges() -> int:
    """Ask the providers how regular gifts stand that should have been taken, or could not be; returns how many were asked.

    An end that no event told of is found here, and a payment that came after all.
    """
    now = timezone.now()
    doubtful = Q(next_at__lt=now - NEXT_LOOK) | Q(failing_since__isnull=False) | Q(resumes_at__lt=now)
    due = Pledge.objects.filter(doubtful, active=True, read_at__lt=now - NEXT_LOOK).exclude(reference="")
    asked = 0
    for pledge in due.order_by("read_at")[:LOOKS_AT_ONCE]:
        try:
            settle(provider=pledge.provider, facts=provider_of(pledge.provider).look_at_pledge(pledge))
            asked += 1
        except (Declined, Unreachable, Refused) as error:
            logger.warning("How the regular gift %s stands is not known: %s", pledge.pk, error)
    return asked
