"""What is one person's own in a thread, and is laid over the page that is everybody's."""

from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import CharField, DateTimeField, Q, QuerySet, SmallIntegerField, UUIDField, Value
from django.utils import timezone

from pennypress.discussion import people, rules
from pennypress.discussion.models import Comment, Removal, Report, Sanction, State, Vote
from pennypress.lib.prepared import Given, Prepared
from pennypress.notifications.queries import unread
from pennypress.readers.identity import Identity

# Nobody has voted on more within one thread and still needs every mark at once.
MAX_MARKS = 2_000
# Fresh, waiting and removed comments of one person: more are a flood, and each of them has its own address.
OWN_SHOWN = 50


@dataclass(frozen=True)
class Marks:
    votes: dict[str, int]
    editable: dict[str, str]
    held: list[Comment]
    own: list[str]
    removals: list[Removal]
    sanctions: list[Sanction]
    unread: int
    is_moderator: bool


class Mark(IntEnum):
    """The kinds of a person's marks, the few before the many."""

    MODERATOR = 0
    UNREAD = 1
    SANCTION = 2
    LOOKED_AT = 3
    OWN = 4
    VOTE = 5


def own_report(comment: Comment, key: str) -> Report | None:
    return Report.objects.filter(comment=comment, reporter_key=key).first()


def marks_of(thread_id: UUID, identity: Identity) -> Marks:
    """What is this person's own in a thread, or concerns them. One query; one more for each kind that needs its words."""
    now = timezone.now()
    marked = _members_marks if identity.user_id else _guests_marks
    found: dict[int, list[tuple[UUID, int]]] = {kind: [] for kind in Mark}
    for kind, number, value in marked(
        thread=thread_id, key=identity.key, user=identity.user_id, now=now,
        fresh=now - rules.EDIT_WINDOW, open_to_appeal=now - rules.APPEAL_WINDOW,
    ):  # fmt: skip
        found[kind].append((number, value))
    own = _looked_at([number for number, _value in found[Mark.LOOKED_AT]])
    return Marks(
        votes={str(number): value for number, value in found[Mark.VOTE]},
        editable={
            str(comment.id): rules.editable_until(comment).isoformat()
            for comment in own
            if timezone.now() < rules.editable_until(comment)
            and not comment.is_gone
            and not comment.thread.is_closed
            and not comment.branch_is_closed
        },
        held=[comment for comment in own if comment.is_held],
        own=[str(number) for number, _value in found[Mark.OWN]],
        removals=_removals_of([comment for comment in own if comment.is_removed]),
        sanctions=_unacknowledged(identity) if found[Mark.SANCTION] else [],
        unread=len(found[Mark.UNREAD]),
        is_moderator=bool(found[Mark.MODERATOR]),
    )


def _marks(*, is_member: bool) -> QuerySet[Any, Any]:
    """In the order of their kinds: where there are too many, votes are left out and nothing else."""
    thread, key = Given("thread", UUIDField()), Given("key", CharField())
    mine = Comment.objects.filter(thread_id=thread, author_key=key)
    looked_at = mine.filter(
        Q(created_at__gt=Given("fresh", DateTimeField()))
        | Q(state=State.HELD)
        | Q(state=State.REMOVED, created_at__gt=Given("open_to_appeal", DateTimeField()))
    )
    sanctions = people.sanctions_of(is_member=is_member).filter(acknowledged_at=None)
    parts = [
        _marked(Vote.objects.filter(thread_id=thread, voter_key=key), Mark.VOTE, "comment_id", "value"),
        _marked(mine.filter(state=State.PUBLISHED), Mark.OWN),
        _marked(looked_at, Mark.LOOKED_AT),
        _marked(sanctions, Mark.SANCTION),
    ]
    if is_member:
        user = Given("user", UUIDField())
        itself = people.moderators().filter(pk=user).annotate(here=thread)
        parts += [_marked(unread(user), Mark.UNREAD), _marked(itself, Mark.MODERATOR, "here")]
    return parts[0].union(*parts[1:], all=True).order_by("mark")[:MAX_MARKS]


_members_marks = Prepared(partial(_marks, is_member=True))
_guests_marks = Prepared(partial(_marks, is_member=False))


def _unacknowledged(identity: Identity) -> list[Sanction]:
    return [sanction for sanction in people.standing_sanctions(identity) if sanction.acknowledged_at is None]


def _marked(rows: QuerySet[Any], mark: Mark, number: str = "id", value: str = "nothing") -> QuerySet[Any, Any]:
    """(mark, number, value) of each row."""
    small = SmallIntegerField()
    marked = rows.order_by().annotate(mark=Value(int(mark), small), nothing=Value(0, small))
    return marked.values_list("mark", number, value)


def _looked_at(numbers: list[UUID]) -> list[Comment]:
    """Those comments of one person's own of which a page shows more than that they are."""
    if not numbers:
        return []
    found = Comment.objects.filter(pk__in=numbers).select_related("thread").prefetch_related("holds")
    return list(found.order_by("created_at")[:OWN_SHOWN])


def _removals_of(comments: list[Comment]) -> list[Removal]:
    if not comments:
        return []
    return list(Removal.objects.filter(comment__in=comments, lifted_at=None).select_related("comment"))


def own_vote(comment: Comment, key: str) -> int:
    return _own_vote.first(comment=comment.pk, key=key) or 0


_own_vote = Prepared(
    lambda: Vote.objects.filter(comment=Given("comment", UUIDField()), voter_key=Given("key", CharField())).values_list(
        "value", flat=True
    )
)
