"""From a gift that was begun to the provider's page, and what became of those nobody told us of."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pennypress.funding.actions.asking import ask
from pennypress.funding.actions.calls import carry_out
from pennypress.funding.actions.settling import settle
from pennypress.funding.models import Gift, GiftState, ProviderCall
from pennypress.funding.providers.base import Declined, Unreachable
from pennypress.funding.providers.registry import provider_of
from pennypress.funding.rules import Refused

logger = logging.getLogger(__name__)

# Payment pages are good for a day; a little less, so that nobody is led to one that ends under their hands.
PAGE_IS_GOOD_FOR = timedelta(hours=23)
# Its event comes within seconds. After half an hour a look is due, and then one every few hours while it can come at all:
# a debit takes up to two weeks.
FIRST_LOOK = timedelta(minutes=30)
NEXT_LOOK = timedelta(hours=6)
LAST_LOOK = timedelta(days=16)
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
    for gift in due.order_by("created_at").distinct()[:LOOKS_AT_ONCE]:
        Gift.objects.filter(pk=gift.pk).update(looked_at=now)
        try:
            settle(provider=gift.provider, facts=provider_of(gift.provider).look(gift))
        except (Declined, Unreachable, Refused) as error:
            logger.warning("What became of gift %s is not known: %s", gift.pk, error)
            continue
        settled += Gift.objects.filter(pk=gift.pk).exclude(state=gift.state).exists()
    return settled
