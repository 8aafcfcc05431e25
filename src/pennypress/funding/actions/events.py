import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.tasks import task
from django.utils import timezone

from pennypress.funding.actions.settling import settle
from pennypress.funding.models import ProviderEvent
from pennypress.funding.providers.base import Declined, Provider, Unreachable
from pennypress.funding.providers.registry import provider_of
from pennypress.funding.rules import Refused
from pennypress.jobs.actions import enqueue_once

logger = logging.getLogger(__name__)

# What could not be applied is tried again after these pauses, and then every day.
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3), timedelta(hours=12))
LONGEST_PAUSE = timedelta(days=1)
# Long enough to look into a quarrel with a provider, which lists its own for thirty days.
KEEP_BODIES = timedelta(days=90)
# Nobody has applied it, and its job is gone or given up: the schedule takes it over.
FORGOTTEN_AFTER = timedelta(minutes=10)
# A round of the schedule ends within its minute.
EVENTS_AT_ONCE = 50


def receive_event(*, provider: Provider, raw: bytes, signature: str) -> ProviderEvent | None:
    """Write a provider's event into the inbox, once per number, with the job that applies it.

    None for a kind nobody needs. Raises BadEvent for one that is forged, too old or not understood; then nothing is written.
    """
    arrival = provider.read_event(raw, signature)
    if arrival is None:
        return None
    with transaction.atomic():
        event, created = ProviderEvent.objects.get_or_create(
            provider=provider.name,
            number=arrival.number,
            defaults={
                "object": arrival.object, "kind": arrival.kind, "body": raw.decode("utf-8", "replace"),
                "happened_at": arrival.happened_at, "error": arrival.set_aside[:300],
                "applied_at": timezone.now() if arrival.set_aside else None,
            },
        )  # fmt: skip
        if created and not arrival.set_aside:
            enqueue_once(apply_event_later, key=f"event:{event.id}", args=(str(event.id),))
    return event


@task()
def apply_event_later(event_id: str) -> None:
    apply_event(event_id=UUID(event_id))


def apply_event(*, event_id: UUID) -> bool:
    """Do what the event tells, once. False for one that could not be applied: it stays, with its error and a next try.

    The provider is asked first and outside any transaction; then all is booked under the event's lock, in one.
    """
    event = ProviderEvent.objects.get(pk=event_id)
    if event.applied_at:
        return True
    try:
        facts = list(provider_of(event.provider).facts(event))
        with transaction.atomic():
            held = ProviderEvent.objects.select_for_update().get(pk=event_id)
            if held.applied_at:
                return True
            sentences = settle(provider=event.provider, facts=facts)
            ProviderEvent.objects.filter(pk=event_id).update(
                applied_at=timezone.now(), error=" ".join(sentences)[:300], retry_at=None
            )
    except (Refused, Declined, Unreachable) as error:
        _keep_waiting(event, str(error))
        return False
    except Exception as error:
        # A fault of ours, or something nobody foresaw: seen at the desk, and by whoever reads the log of the worker.
        _keep_waiting(event, f"{type(error).__name__}")
        raise
    return True


def retry_events() -> int:
    """Apply what waits and whose time has come, and what was forgotten. Returns how many were applied."""
    now = timezone.now()
    due = Q(retry_at__lte=now) | Q(retry_at=None, received_at__lt=now - FORGOTTEN_AFTER)
    waiting = ProviderEvent.objects.filter(due, applied_at=None).order_by("received_at", "id")
    applied = 0
    for number in waiting.values_list("pk", flat=True)[:EVENTS_AT_ONCE]:
        try:
            applied += apply_event(event_id=number)
        except Exception:
            # One that cannot be applied must not hold up those behind it; it has its error and its next try already.
            logger.exception("The event %s could not be applied.", number)
    return applied


def forget_bodies() -> int:
    """Empty the bodies of events that were applied long ago; the rows stay. Returns how many.

    They hold names and addresses, and nothing reads them any more: what is booked was read from the provider.
    """
    old = ProviderEvent.objects.filter(applied_at__lt=timezone.now() - KEEP_BODIES).exclude(body="")
    return old.update(body="")


def _keep_waiting(event: ProviderEvent, sentence: str) -> None:
    pause = PAUSES[event.attempts] if event.attempts < len(PAUSES) else LONGEST_PAUSE
    ProviderEvent.objects.filter(pk=event.pk, applied_at=None).update(
        error=sentence[:300], attempts=F("attempts") + 1, retry_at=timezone.now() + pause
    )
