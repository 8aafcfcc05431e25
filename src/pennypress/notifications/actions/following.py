"""Subscriptions that follow what they are of, when it is moved under another thread."""

from collections.abc import Collection, Sequence
from itertools import batched
from uuid import UUID

from pennypress.notifications.models import Subscription
from pennypress.notifications.sources import Topic

# So many subjects stand in one statement: SQLite and PostgreSQL both take them.
AT_ONCE = 500


def move_subscriptions(*, kinds: Collection[str], subjects: Sequence[str], home: UUID, to: Topic) -> None:
    """Put the subscriptions to these subjects under the topic's thread, with its title. Joins the caller's transaction."""
    for some in batched(subjects, AT_ONCE):
        found = Subscription.objects.filter(thread=home, kind__in=kinds, subject__in=some)
        found.update(thread=to.thread, title=to.title[:255])


def copy_subscriptions(*, kind: str, subjects: Sequence[str], home: UUID, to: Topic) -> None:
    """Let the subscriptions to these subjects stand under the topic's thread as well. Joins the caller's transaction."""
    for some in batched(subjects, AT_ONCE):
        found = Subscription.objects.filter(thread=home, kind=kind, subject__in=some).exclude(confirmed_at=None)
        copies = [
            Subscription(
                recipient_id=one.recipient_id,
                kind=one.kind,
                subject=one.subject,
                thread=to.thread,
                title=to.title[:255],
                url=to.url[:500],
                frequency=one.frequency,
                confirmed_at=one.confirmed_at,
            )
            for one in found
        ]
        # Who has one there already keeps it as it is.
        Subscription.objects.bulk_create(copies, ignore_conflicts=True)
