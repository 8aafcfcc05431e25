"""What a supporter (or the newsroom for them) changes about a regular gift, through whatever provider it runs.

Each writes the wish in one transaction and returns the call; `carry_out(call_id=…)` then makes it, or the schedule does
within a minute or two. Pages for another card are carried out at once, since somebody waits for the address.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.funding.actions.asking import ask
from pennypress.funding.actions.calls import carry_out
from pennypress.funding.models import Pledge, ProviderCall
from pennypress.funding.rules import Refused, check_amount, furthest_day
from pennypress.lib.ids import uuid7

# How long a pause may be told beforehand; longer ones are ended by hand.
LONGEST_PAUSE = timedelta(days=366)
# A skipped payment is over a day after it would have been; providers take theirs within hours of the moment.
AFTER_THE_PAYMENT = timedelta(days=1)

Verb = ProviderCall.Verb


def change_amount(*, pledge_id: UUID, amount: int, key: str, asked_by: str = "") -> ProviderCall:
    """From the next payment on. Raises Refused for an amount a gift cannot have."""
    with transaction.atomic():
        pledge = _running(pledge_id)
        check_amount(amount, pledge.currency)
        return _ask(Verb.AMOUNT, pledge, key, asked_by, amount=amount)


def change_day(*, pledge_id: UUID, next_at: datetime, key: str, asked_by: str = "") -> ProviderCall:
    """The next payment is taken at that moment, the following ones on its day of the month. Raises Refused."""
    with transaction.atomic():
        pledge = _running(pledge_id)
        if not timezone.now() < next_at <= furthest_day(pledge):
            raise Refused(_("Please choose a day that is to come, two months from now at most."))
        _check_quiet(pledge)
        return _ask(Verb.DAY, pledge, key, asked_by, next_at=next_at.isoformat())


def change_interval(*, pledge_id: UUID, interval: str, amount: int, key: str, asked_by: str = "") -> ProviderCall:
    """The next payment is taken when it would have been, in the new amount, and from then on at the new interval.

    Raises Refused for an amount a gift cannot have, and where the next payment is not known.
    """
    with transaction.atomic():
        pledge = _running(pledge_id)
        check_amount(amount, pledge.currency)
        _check_quiet(pledge)
        if pledge.interval == interval or pledge.next_at is None or pledge.next_at <= timezone.now():
            raise Refused(_("How often you give cannot be changed just now. Please look at the page again."))
        pledge_wish = {"interval": interval, "amount": amount, "next_at": pledge.next_at.isoformat()}
        return _ask(Verb.INTERVAL, pledge, key, asked_by, **pledge_wish)


def make_last(*, pledge_id: UUID) -> None:
    """The next payment is the last one: when it has come, the gift ends. Raises Refused where it is not known."""
    with transaction.atomic():
        pledge = _running(pledge_id)
        if pledge.next_at is None:
            raise Refused(_("The day of the next payment is not known yet."))
        pledge.last_at = pledge.next_at
        pledge.save(update_fields=["last_at"])


def go_on(*, pledge_id: UUID) -> None:
    """The next payment is not the last one after all."""
    with transaction.atomic():
        pledge = _running(pledge_id)
        pledge.last_at = None
        pledge.save(update_fields=["last_at"])


def pause(*, pledge_id: UUID, key: str, until: datetime | None = None, asked_by: str = "") -> ProviderCall:
    """Nothing is taken until it is resumed, or until that moment. Raises Refused."""
    with transaction.atomic():
        pledge = _running(pledge_id)
        if until and not timezone.now() < until <= timezone.now() + LONGEST_PAUSE:
            raise Refused(_("A pause lasts a year at most."))
        return _ask(Verb.PAUSE, pledge, key, asked_by, **({"resumes_at": until.isoformat()} if until else {}))


def skip_next(*, pledge_id: UUID, key: str, asked_by: str = "") -> ProviderCall:
    """The next payment is not taken, the one after it is. Raises Refused where the next one is not known."""
    with transaction.atomic():
        pledge = _running(pledge_id)
        if pledge.next_at is None or pledge.paused:
            raise Refused(_("There is no next payment to skip."))
        return _ask(Verb.PAUSE, pledge, key, asked_by, resumes_at=(pledge.next_at + AFTER_THE_PAYMENT).isoformat())


def resume(*, pledge_id: UUID, key: str, asked_by: str = "") -> ProviderCall:
    """End a pause at once; what was not taken meanwhile is not made up for. Raises Refused."""
    with transaction.atomic():
        pledge = _running(pledge_id)
        if not pledge.paused:
            raise Refused(_("This regular gift is not paused."))
        return _ask(Verb.RESUME, pledge, key, asked_by)


def open_card_page(*, pledge_id: UUID) -> str:
    """The address of a page of the provider's on which another card is left. Raises Refused, Declined, Unreachable."""
    with transaction.atomic():
        call = _ask(Verb.ASK_FOR_CARD, _running(pledge_id), uuid7().hex, "")
    return carry_out(call_id=call.id).address


def _running(pledge_id: UUID) -> Pledge:
    pledge = Pledge.objects.select_for_update().get(pk=pledge_id)
    if not pledge.active:
        raise Refused(_("This regular gift has ended, or has not begun."))
    if not pledge.reference:
        raise Refused(_("This regular gift cannot be changed here."))
    return pledge


def _check_quiet(pledge: Pledge) -> None:
    """While a payment is being tried again, or nothing is taken at all, there is no next day to move."""
    if pledge.failing_since or pledge.paused:
        raise Refused(_("This can be changed when the gift runs again."))


def _ask(verb: Verb, pledge: Pledge, key: str, asked_by: str, **wish: Any) -> ProviderCall:
    return ask(
        provider=pledge.provider,
        verb=verb,
        pledge=pledge,
        key=f"{verb}:{pledge.id}:{key}",
        wish=wish,
        asked_by=asked_by,
    )
