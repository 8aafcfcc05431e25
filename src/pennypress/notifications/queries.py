"""Who is told of what, and what they were told."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from pennypress.lib.prepared import Given
from pennypress.notifications import rules
from pennypress.notifications.models import Kind, Notice, Recipient, Subscription
from pennypress.notifications.sources import Item, items_of
from pennypress.readers.identity import Identity


@dataclass(frozen=True)
class Group:
    """Subscriptions of one kind, and the frequency they have in common, if they have one."""

    kind: Kind
    subscriptions: list[Subscription]

    @property
    def frequency(self) -> str:
        chosen = {subscription.frequency for subscription in self.subscriptions}
        return chosen.pop() if len(chosen) == 1 else ""


@dataclass(frozen=True)
class Told:
    """A notice and what it tells of; None where that is not there any more."""

    notice: Notice
    item: Item | None


@dataclass(frozen=True)
class InboxPage:
    told: list[Told]
    next_cursor: str


def recipient_of(identity: Identity | None) -> Recipient | None:
    """The member's recipient, or None while they were never told of anything."""
    if identity is None or identity.user_id is None:
        return None
    return Recipient.objects.filter(user_id=identity.user_id).first()


def recipients_of_person(*, user_id: UUID | None, key: str, email: str) -> list[UUID]:
    """Everybody whom we know to be this person: by account, by browser, by address."""
    person = Q(browser_key=key) | Q(
        subscriptions__kind=Kind.MY_REPLIES, subscriptions__subject=key, subscriptions__confirmed_at__isnull=False
    )
    if user_id:
        person |= Q(user_id=user_id)
    if email:
        person |= Q(email=email)
    return list(Recipient.objects.filter(person).order_by("pk").values_list("pk", flat=True).distinct())


def interested(topics: Iterable[tuple[str, str]], thread: UUID | None) -> QuerySet[Subscription]:
    """Confirmed subscriptions to any of these (kind, subject) topics."""
    met = Q()
    for kind, subject in topics:
        met |= Q(kind=kind, subject=subject)
    return Subscription.objects.filter(
        met, thread=thread, confirmed_at__isnull=False, recipient__refused_at=None
    ).exclude(recipient__user__is_active=False)


def topics_awaited(topics: Iterable[tuple[UUID, list[list[str]]]]) -> set[tuple[UUID | None, str, str]]:
    """Those (thread, kind, subject) of the threads' topics that anybody has subscribed to. One query."""
    asked = {(thread, kind, subject) for thread, pairs in topics for kind, subject in pairs}
    if not asked:
        return set()
    threads, kinds, subjects = zip(*asked, strict=True)
    found = Subscription.objects.filter(
        thread__in=set(threads), kind__in=set(kinds), subject__in=set(subjects), confirmed_at__isnull=False
    )
    return set(found.values_list("thread", "kind", "subject").distinct())


def groups_of(recipient: Recipient) -> list[Group]:
    """The person's confirmed subscriptions by kind, newest first. One query."""
    found = list(recipient.subscriptions.exclude(confirmed_at=None).order_by("-id")[: rules.MAX_SUBSCRIPTIONS])
    groups = [Group(kind, [s for s in found if s.kind == kind]) for kind in Kind]
    return [group for group in groups if group.subscriptions]


def waiting_of(recipient: Recipient) -> list[Subscription]:
    """What was asked for in the person's name and waits for their word."""
    return list(recipient.subscriptions.filter(confirmed_at=None).order_by("-id")[: rules.MAX_UNCONFIRMED])


def inbox(recipient: Recipient, before: UUID | None = None) -> InboxPage:
    """A page of what the person was told, newest first. Two queries, and a few more for each source of news."""
    notices = Notice.objects.filter(recipient=recipient).order_by("-id")
    if before is not None:
        notices = notices.filter(id__lt=before)
    page = list(notices[: rules.INBOX_PAGE + 1])
    following = page[rules.INBOX_PAGE - 1].id.hex if len(page) > rules.INBOX_PAGE else ""
    return InboxPage(told(page[: rules.INBOX_PAGE]), following)


def told(notices: list[Notice]) -> list[Told]:
    """The notices with what they tell of now."""
    items = items_of((notice.source, notice.subject) for notice in notices)
    return [Told(notice, items.get((notice.source, notice.subject))) for notice in notices]


def counted(unread: int) -> str:
    """The number as it is shown."""
    return str(unread) if unread < rules.MAX_UNREAD_COUNTED else f"{rules.MAX_UNREAD_COUNTED - 1}+"


def unread_of(identity: Identity | None) -> int:
    """How many notices the member has not read, up to MAX_UNREAD_COUNTED; 0 for a guest. One query."""
    if identity is None or identity.user_id is None:
        return 0
    return unread(identity.user_id).count()


def unread(user_id: UUID | Given) -> QuerySet[Notice]:
    """The notices the member has not read, MAX_UNREAD_COUNTED of them at most."""
    found = Notice.objects.filter(recipient__user_id=user_id, read_at=None)
    return Notice.objects.filter(pk__in=found.order_by().values("pk")[: rules.MAX_UNREAD_COUNTED])
