"""What is one person's own in a thread, and is laid over the page that is everybody's."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, SmallIntegerField, Value
from django.utils import timezone

from pennypress.discussion import rules
from pennypress.discussion.models import Comment, Removal, Report, State, Vote

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


def own_report(comment: Comment, key: str) -> Report | None:
    return Report.objects.filter(comment=comment, reporter_key=key).first()


def marks_of(thread_id: UUID, key: str) -> Marks:
    """What one person's marks on a thread are: their votes, what they may still edit, their held comments."""
    votes = Vote.objects.filter(thread_id=thread_id, voter_key=key).values_list("comment_id", "value")
    own = Comment.objects.filter(thread_id=thread_id, author_key=key).filter(
        Q(created_at__gt=timezone.now() - rules.EDIT_WINDOW)
        | Q(state=State.HELD)
        | Q(state=State.REMOVED, created_at__gt=timezone.now() - rules.APPEAL_WINDOW)
    )
    # Votes and own comments in one query; a comment of one's own stands with the vote nobody can give.
    mine = Comment.objects.filter(thread_id=thread_id, author_key=key, state=State.PUBLISHED)
    both = list(votes.union(mine.values_list("id", Value(0, output_field=SmallIntegerField())), all=True)[:MAX_MARKS])
    own = (
        own.select_related("thread", "root")
        .prefetch_related("holds")
        .annotate(parent_name=F("parent__name"))
        .order_by("created_at")[:OWN_SHOWN]
    )
    fresh = [comment for comment in own if timezone.now() < rules.editable_until(comment)]
    return Marks(
        votes={str(comment_id): value for comment_id, value in both if value},
        editable={
            str(comment.id): rules.editable_until(comment).isoformat()
            for comment in fresh
            if not comment.is_gone and not comment.thread.is_closed and not comment.root.branch_is_closed
        },
        held=[comment for comment in own if comment.is_held],
        own=[str(comment_id) for comment_id, value in both if not value],
        removals=_removals_of([comment for comment in own if comment.is_removed]),
    )


def _removals_of(comments: list[Comment]) -> list[Removal]:
    if not comments:
        return []
    return list(Removal.objects.filter(comment__in=comments, lifted_at=None).select_related("comment"))


def own_vote(comment: Comment, key: str) -> int:
    return Vote.objects.filter(comment=comment, voter_key=key).values_list("value", flat=True).first() or 0
