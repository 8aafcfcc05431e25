"""Telling the cache in front what it has to forget: rows written with the change, told by the worker."""

from datetime import timedelta

from django.conf import settings
from django.tasks import task
from django.utils import timezone

from pennypress.delivery.edge.services import service_at
from pennypress.delivery.models import Purge
from pennypress.delivery.ready.showing import follow
from pennypress.jobs.actions import enqueue_once

# A cache may be fetching the old page while it is told to forget it, and keep it afterwards; so it is told once more.
ONCE_MORE = timedelta(seconds=10)
# Told in one go; more follow in the next.
MOST_AT_ONCE = 1000


def connect() -> None:
    """Follow all changes, where a cache in front is set."""
    if settings.PENNYPRESS_EDGE_URL:
        follow(purge_later)


def purge_later(tags: tuple[str, ...]) -> None:
    """Write down, in the transaction of the change, that the cache has to forget what shows these tags."""
    now = timezone.now()
    Purge.objects.bulk_create(Purge(tag=tag, due_at=moment) for tag in tags for moment in (now, now + ONCE_MORE))
    for moment in (now, now + ONCE_MORE):
        enqueue_once(tell_edge, key=None, run_after=moment)


@task()
def tell_edge() -> None:
    purge_due()


def purge_due() -> int:
    """Tell the cache all that is due, and return how many tags that were. Raises OSError when it does not listen.

    What many jobs came for is told by the first of them; the others find nothing left.
    """
    service = service_at(settings.PENNYPRESS_EDGE_URL)
    told = 0
    while True:
        due = list(Purge.objects.filter(due_at__lte=timezone.now()).order_by("due_at", "id")[:MOST_AT_ONCE])
        if not due:
            return told
        tags = sorted({purge.tag for purge in due})
        if service is not None:
            service.purge(tags)
        Purge.objects.filter(pk__in=[purge.pk for purge in due]).delete()
        told += len(tags)
