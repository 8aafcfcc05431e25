from uuid import UUID

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from pennypress.funding.actions.giving import capture
from pennypress.funding.models import (
    Gift,
    GiftState,
    ProviderEvent,
)
from pennypress.funding.providers.base import Provider
from pennypress.jobs.actions import enqueue_once


def receive_event(*, provider: Provider, raw: bytes, signature: str) -> ProviderEvent:
    """Write a provider's event into the inbox, once per (provider, object, kind), with the job that applies it.

    Raises BadEvent for one that is forged, too old or not understood; then nothing is written.
    """
    fact = provider.read_event(raw, signature)
    with transaction.atomic():
        event, created = ProviderEvent.objects.get_or_create(
            provider=provider.name,
            object=fact.object,
            kind=fact.kind,
            defaults={"body": raw.decode("utf-8", "replace"), "happened_at": fact.happened_at},
        )
        if created:
            enqueue_once(apply_event_later, key=f"event:{event.id}", args=(str(event.id),))
    return event


@task()
def apply_event_later(event_id: str) -> None:
    apply_event(event_id=UUID(event_id))


def apply_event(*, event_id: UUID) -> None:
    """Do what the event tells, once; an event about an unknown gift stays in the inbox with its error."""
    with transaction.atomic():
        event = ProviderEvent.objects.select_for_update().get(pk=event_id)
        if event.applied_at:
            return
        gift = _gift(event)
        if gift is None:
            ProviderEvent.objects.filter(pk=event.pk).update(error="No gift of ours has this id.")
            return
        if event.kind == "captured":
            capture(gift=gift, captured_at=event.happened_at)
        elif gift.state in (GiftState.INTENDED, GiftState.WAITING):
            Gift.objects.filter(pk=gift.pk).update(state=GiftState.DECLINED)
        ProviderEvent.objects.filter(pk=event.pk).update(applied_at=timezone.now(), error="")


def _gift(event: ProviderEvent) -> Gift | None:
    try:
        return (
            Gift.objects.select_for_update(of=("self",)).filter(pk=UUID(event.object), provider=event.provider).first()
        )
    except ValueError:
        return None
