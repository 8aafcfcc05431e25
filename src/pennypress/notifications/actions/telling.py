"""Telling: from one thing that happened to a notice for each person who wants to know, in jobs of bounded size."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.tasks import task
from django.utils import timezone

from pennypress.jobs.actions import enqueue_once
from pennypress.notifications import rules
from pennypress.notifications.actions.letters import write_letters
from pennypress.notifications.actions.members import member_recipient
from pennypress.notifications.actions.pushing import push_notice
from pennypress.notifications.models import Device, Frequency, Kind, Notice, Recipient, Subscription
from pennypress.notifications.queries import interested
from pennypress.notifications.sources import items_of
from pennypress.readers.models import User

NOBODY = UUID(int=0)
# Of several subscriptions that one thing meets, the one that is named as the reason: the closest to the person.
CLOSENESS = (Kind.REPORT, Kind.REPLIES, Kind.MY_REPLIES, Kind.AUTHOR, Kind.COMMENTS)
URGENCY = (Frequency.NOW, Frequency.HOURLY, Frequency.DAILY, Frequency.SITE)


@dataclass(frozen=True)
class News:
    """One thing that happened. All fields are text, for it travels as a job's argument; no words, no addresses.

    `topics` are (kind, subject) pairs it belongs to, `by` the recipients who did it themselves, `members` the accounts
    that find it in their inbox without any subscription.
    """

    source: str
    subject: str
    topics: list[list[str]]
    thread: str = ""
    by: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)


def tell(news: News, *, again: str = "") -> None:
    """Have everybody told who wants to know, each once. Writes one job row, in the caller's transaction if it has one.

    `again` is a key of its own where the same thing has come to concern others, who were not told.
    """
    enqueue_once(spread, key=f"spread:{news.source}:{news.subject}{again}", args=(asdict(news),))


@task()
def spread(news: dict[str, Any], after: str = "") -> None:
    """Write the notices of the next PEOPLE_PER_JOB people, and the job for those behind them."""
    spread_news(News(**news), UUID(after) if after else NOBODY)


def spread_news(news: News, after: UUID) -> None:
    """Safe to run again: a person who has a notice of this gets no second one."""
    if not items_of([(news.source, news.subject)]):
        # Taken back before its turn came.
        return
    wanting = interested([(kind, subject) for kind, subject in news.topics], UUID(news.thread) if news.thread else None)
    wanting = wanting.filter(recipient_id__gt=after).exclude(recipient_id__in=news.by)
    people = list(
        wanting.order_by("recipient_id").values_list("recipient_id", flat=True).distinct()[: rules.PEOPLE_PER_JOB]
    )
    chosen: dict[UUID, list[Subscription]] = {}
    for subscription in wanting.filter(recipient_id__in=people).select_related("recipient"):
        chosen.setdefault(subscription.recipient_id, []).append(subscription)
    if not chosen and not news.members:
        return
    with transaction.atomic():
        if after == NOBODY:
            chosen |= {member: [] for member in _members(news) if member not in chosen}
        told = _write(news, chosen)
        _push(told)
        if len(people) == rules.PEOPLE_PER_JOB:
            last = str(people[-1])
            enqueue_once(spread, key=f"spread:{news.source}:{news.subject}:{last}", args=(asdict(news), last))
        if any(notice.at_once for notice in told):
            write_letters.enqueue()


def _members(news: News) -> list[UUID]:
    """The recipients of members who are told on the site alone, unless a subscription tells them anyway."""
    users = User.objects.filter(pk__in=news.members, is_active=True)
    recipients = [recipient for user in users if (recipient := member_recipient(user)) is not None]
    wanting = interested([(k, s) for k, s in news.topics], UUID(news.thread) if news.thread else None)
    subscribed = set(wanting.filter(recipient__in=recipients).values_list("recipient_id", flat=True))
    return [r.pk for r in recipients if r.pk not in subscribed and str(r.pk) not in news.by]


def _write(news: News, chosen: dict[UUID, list[Subscription]]) -> list[Notice]:
    known = Notice.objects.filter(recipient_id__in=list(chosen), source=news.source, subject=news.subject)
    new = chosen.keys() - set(known.values_list("recipient_id", flat=True))
    recipients = Recipient.objects.in_bulk(sorted(new))
    busy = _busy(news, list(recipients))
    now = timezone.now()
    notices = [
        notice
        for recipient_id, recipient in sorted(recipients.items())
        if (notice := _notice(news, recipient, chosen[recipient_id], recipient_id in busy, now)) is not None
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return notices


def _notice(
    news: News, recipient: Recipient, subscriptions: list[Subscription], is_busy: bool, now: datetime
) -> Notice | None:
    if recipient.paused_at and not recipient.user_id:
        return None
    reason = min(subscriptions, key=lambda s: CLOSENESS.index(Kind(s.kind)), default=None)
    frequency = min((Frequency(s.frequency) for s in subscriptions), key=URGENCY.index, default=Frequency.SITE)
    at_once = frequency == Frequency.NOW and not is_busy
    if frequency == Frequency.NOW and is_busy:
        frequency = Frequency.HOURLY
    return Notice(
        recipient=recipient,
        subscription=reason,
        source=news.source,
        subject=news.subject,
        thread=UUID(news.thread) if news.thread else None,
        at_once=at_once and not recipient.paused_at,
        due_at=None if recipient.paused_at else rules.due_at(frequency, now),
        created_at=now,
    )


def _busy(news: News, people: list[UUID]) -> set[UUID]:
    """Who has been told so much at once, of this thread or altogether, that the rest comes as a digest."""
    lately = Notice.objects.filter(
        recipient_id__in=people, at_once=True, created_at__gt=timezone.now() - rules.BUSY_WINDOW
    )
    counts = lately.values("recipient_id").annotate(
        all=Count("pk"), here=Count("pk", filter=Q(thread=news.thread or None))
    )
    return {
        row["recipient_id"]
        for row in counts
        if row["all"] >= rules.BUSY_PERSON or (news.thread and row["here"] >= rules.BUSY_THREAD)
    }


def _push(notices: list[Notice]) -> None:
    """A job for each notice that a browser of its person should show now: what is told at once or on the site alone."""
    now = [notice for notice in notices if notice.at_once or (notice.due_at is None and not notice.recipient.paused_at)]
    having = set(
        Device.objects.filter(recipient_id__in=[n.recipient_id for n in now]).values_list("recipient_id", flat=True)
    )
    for notice in now:
        if notice.recipient_id in having:
            push_notice.enqueue(str(notice.pk))


def forget_old() -> None:
    """Delete what nobody confirmed, and notices that have done their work, each in bounded steps."""
    now = timezone.now()
    _delete(Subscription.objects.filter(confirmed_at=None, created_at__lt=now - rules.UNCONFIRMED_KEPT))
    _delete(Subscription.objects.filter(kind=Kind.REPORT, created_at__lt=now - rules.REPORTS_KEPT))
    _delete(Notice.objects.filter(recipient__user=None, created_at__lt=now - rules.GUEST_NOTICES_KEPT))
    _delete(Notice.objects.filter(created_at__lt=now - rules.MEMBER_NOTICES_KEPT))
    idle = Recipient.objects.filter(user=None, refused_at=None, subscriptions=None, notices=None)
    _delete(idle.filter(created_at__lt=now - rules.UNCONFIRMED_KEPT))


def _delete(rows: Any) -> None:
    # What is left over goes with the next run.
    model = rows.model
    model.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:2000])).delete()
