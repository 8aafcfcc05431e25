from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.funding import ledger
from pennypress.funding.actions.asking import ask
from pennypress.funding.models import (
    Cancellation,
    Gift,
    Interval,
    Pledge,
    ProviderCall,
    ProviderEvent,
)
from pennypress.funding.queries import open_pledges
from pennypress.lib.money import format_money
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications.actions import post_mail

# Providers take a payment within hours of its moment, before or after.
A_DAY = timedelta(days=1)


def cancel_pledge(*, pledge_id: UUID, by: Cancellation.By, reason: str = "") -> Pledge:
    """End a regular gift for good: nothing more is charged, and the supporter is told once. Safe to repeat.

    The reason is the supporter's own, where they gave one; the first one that is given stays.

    A provider that charges by its own clock is told to end it as well, and asked again until it has.
    """
    with transaction.atomic():
        pledge = Pledge.objects.select_for_update().get(pk=pledge_id)
        note_end(pledge=pledge, by=by, reason=reason)
        if pledge.reference:
            ask(provider=pledge.provider, verb=ProviderCall.Verb.END, pledge=pledge, key=f"end:{pledge.id}")
    return pledge


def note_end(*, pledge: Pledge, by: Cancellation.By, reason: str = "") -> None:
    """Write down that a pledge is over, once, and tell its supporter. The caller holds the pledge, in its transaction."""
    _cancellation, created = Cancellation.objects.get_or_create(pledge=pledge, defaults={"by": by, "reason": reason})
    if reason and not created:
        Cancellation.objects.filter(pledge=pledge, reason="").update(reason=reason)
    if not created:
        return
    pledge.active = False
    pledge.save(update_fields=["active"])
    changed(ledger.METER)
    newsroom = current_newsroom()
    subject = _("Your monthly gift to %(name)s has ended")
    if pledge.interval == Interval.YEAR:
        subject = _("Your yearly gift to %(name)s has ended")
    post_mail(
        to=pledge.email,
        subject=subject % {"name": newsroom.name},
        template="funding/mail/pledge_ended",
        context={"newsroom": newsroom, "amount": format_money(pledge.amount, pledge.currency), "pledge": pledge},
        key=f"pledge-ended:{pledge.id}",
    )


def end_after_last(pledge_id: UUID, captured_at: datetime) -> None:
    """End a regular gift whose last payment has come, as its supporter has wished. In the caller's transaction."""
    pledge = Pledge.objects.filter(pk=pledge_id, cancellation=None, last_at__lte=captured_at + A_DAY).first()
    if pledge:
        cancel_pledge(pledge_id=pledge_id, by=Cancellation.By.SUPPORTER)


def due_pledges(provider: str) -> QuerySet[Pledge]:
    """Active pledges at this provider whose day has come.

    Where none is known, those that have given nothing in the running month of the newsroom's time zone.
    """
    now = timezone.now()
    undated = open_pledges(ledger.month_of(now), current_newsroom().currency).filter(next_at=None).values("pk")
    due = Q(next_at__lte=now) | Q(pk__in=undated)
    return Pledge.objects.filter(due, provider=provider, active=True, paused=False)


def intend_renewal(*, pledge: Pledge) -> Gift | None:
    """The gift of the pledge that is due, as an intent. None when its event has been received already.

    An intent whose event never came is returned again, so that a crash between the two loses no month.
    """
    due = timezone.localdate(pledge.next_at) if pledge.next_at else ledger.month_of(timezone.now())
    # Of the first of a month the month is enough; it is what keys have said since before there were other days.
    key = f"pledge:{pledge.id}:{due:%Y-%m}" + (f"-{due:%d}" if due.day > 1 else "")
    with transaction.atomic():
        # Its giver may have ended it since it was found due.
        if not Pledge.objects.select_for_update().filter(pk=pledge.pk, active=True).exists():
            return None
        fields = {
            "email": pledge.email, "amount": pledge.amount, "covered": pledge.covered, "currency": pledge.currency,
            "provider": pledge.provider, "pledge": pledge,
        }  # fmt: skip
        gift, _created = Gift.objects.get_or_create(key=key, defaults=fields)
    received = ProviderEvent.objects.filter(provider=pledge.provider, object=str(gift.id)).exists()
    return None if received else gift
