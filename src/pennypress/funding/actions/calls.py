"""Calls to providers: the wish is a row, committed before the call; the answer is written to it, and its facts are booked."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from pennypress.funding.actions.settling import settle
from pennypress.funding.models import ProviderCall
from pennypress.funding.providers.base import Answer, Declined, Provider, Unreachable
from pennypress.funding.providers.registry import provider_of
from pennypress.funding.rules import Refused

logger = logging.getLogger(__name__)

# A provider remembers a key for a day; after that the same key would be a new call, so its outcome is looked up first.
KEYS_ARE_GOOD_FOR = timedelta(hours=23)
# An open call is tried again that long after it was tried last; a new one is given to whoever waits for it first.
PAUSE = timedelta(minutes=10)
HEAD_START = timedelta(seconds=10)
# A round of the schedule ends within its minute.
CALLS_AT_ONCE = 50


def carry_out(*, call_id: UUID) -> ProviderCall:
    """Make the call unless it is settled, and book what its answer says. Not to be called within a transaction.

    Raises Declined when the provider has said no (and the row says so), Unreachable when nobody knows; then it may be
    called again, and will find out first where that is needed.
    """
    call = ProviderCall.objects.select_related("gift__pledge", "pledge").get(pk=call_id)
    if call.state == ProviderCall.State.DONE:
        return call
    if call.state == ProviderCall.State.REFUSED:
        raise Declined(call.error)
    provider = provider_of(call.provider)
    try:
        answer = _found_out(call, provider) or _make(call, provider)
    except Declined as no:
        ProviderCall.objects.filter(pk=call.pk).update(
            state=ProviderCall.State.REFUSED, error=str(no)[:300], settled_at=timezone.now()
        )
        raise
    except Unreachable as unknown:
        ProviderCall.objects.filter(pk=call.pk).update(error=str(unknown)[:300], tried_at=timezone.now())
        logger.warning("The outcome of a call (%s, %s) is not known: %s", call.verb, call.id, unknown)
        raise
    with transaction.atomic():
        settle(provider=call.provider, facts=answer.facts)
        ProviderCall.objects.filter(pk=call.pk).update(
            state=ProviderCall.State.DONE,
            number=answer.number,
            address=answer.address,
            error="",
            settled_at=timezone.now(),
        )
    call.refresh_from_db()
    return call


def try_open_calls() -> int:
    """Carry out what is still open: what nobody waited for, and what nobody knew the outcome of. Returns how many."""
    now = timezone.now()
    waiting = Q(tried_at=None, asked_at__lt=now - HEAD_START) | Q(tried_at__lt=now - PAUSE)
    # Payment pages are for a reader who waits; when the schedule comes, nobody does any more.
    found = ProviderCall.objects.filter(waiting, state=ProviderCall.State.ASKED).exclude(verb__in=ProviderCall.PAGES)
    done = 0
    for number in found.order_by("asked_at").values_list("pk", flat=True)[:CALLS_AT_ONCE]:
        done += carry_out_or_leave(call_id=number)
    return done


def carry_out_or_leave(*, call_id: UUID) -> bool:
    """As carry_out, for when nobody waits: what is not done stays open, or is refused for the reason its row says."""
    try:
        carry_out(call_id=call_id)
    except (Declined, Unreachable, Refused) as error:
        logger.warning("The call %s was not carried out: %s", call_id, error)
        return False
    return True


def _make(call: ProviderCall, provider: Provider) -> Answer:
    now = timezone.now()
    call.first_tried_at = call.first_tried_at or now
    ProviderCall.objects.filter(pk=call.pk).update(
        tries=F("tries") + 1, first_tried_at=call.first_tried_at, tried_at=now
    )
    try:
        return provider.carry_out(call)
    except Unreachable as unknown:
        if unknown.answered:
            # The provider repeats its error for as long as the key lives, so the next try finds out instead.
            ProviderCall.objects.filter(pk=call.pk).update(find_out=True)
        raise


def _found_out(call: ProviderCall, provider: Provider) -> Answer | None:
    """What became of earlier tries, where their key must not be repeated; None where the call may be made."""
    too_old = call.first_tried_at is not None and timezone.now() - call.first_tried_at > KEYS_ARE_GOOD_FOR
    if not too_old and not call.find_out:
        return None
    answer = provider.find(call)
    if answer is None:
        # Now it is known that nothing was done, and the call may be made under a new key.
        call.renewed, call.first_tried_at, call.find_out = call.renewed + 1, None, False
        call.save(update_fields=["renewed", "first_tried_at", "find_out"])
    return answer
