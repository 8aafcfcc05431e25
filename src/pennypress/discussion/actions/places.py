"""A comment's place in its thread, and the counts that depend on it. Every function runs inside an action's transaction.

Invariants: a thread's comment_count is its published comments; a comment is shown when it is published, leaves a mark
where it was removed, or holds up a shown reply; child_count is a comment's shown direct replies; a root's reply_count is its shown replies of any depth.
"""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, F, IntegerField, Q, QuerySet, UUIDField

from pennypress.delivery.ready import changed
from pennypress.discussion.actions.airing import comment_came, comment_went
from pennypress.discussion.models import Annotations, Comment, Passage, State, Thread
from pennypress.discussion.queries import MOST_DISCUSSED, NEWEST, tag_of
from pennypress.discussion.rules import MAX_MARKED, MAX_QUESTIONS
from pennypress.lib.ids import NOBODY
from pennypress.lib.prepared import Given, PreparedUpdate

THREAD = Given("thread", UUIDField())


def publish(comment: Comment) -> None:
    """Make the comment public, and tell open pages of it."""
    enter(comment)
    comment_came(comment)


def enter(comment: Comment) -> None:
    """Make a comment that is there public, give it its number in the branch, and count it."""
    was_shown = comment.is_shown
    make_public(comment)
    comment.save(update_fields=["state", "reply_number", "is_shown"])
    count_public(comment, was_shown=was_shown)


def make_public(comment: Comment) -> None:
    """Give the comment what a public one has, and its number in the branch; whoever calls this writes it, and counts it then."""
    if comment.root_id != comment.id and comment.reply_number is None:
        Comment.objects.filter(pk=comment.root_id).update(last_reply_number=F("last_reply_number") + 1)
        comment.reply_number = Comment.objects.values_list("last_reply_number", flat=True).get(pk=comment.root_id)
    comment.state = State.PUBLISHED
    comment.is_shown = True


def count_public(comment: Comment, *, was_shown: bool = False) -> None:
    """A comment became public that was shown as a placeholder before, or not at all."""
    is_new_root = comment.parent_id is None and not was_shown
    count(comment.thread, comment_count=1, **({"root_count": 1} if is_new_root else {}))
    note_activity(comment.thread, comment.created_at)
    count_at_passage(comment, 1)
    if comment.parent and not was_shown:
        _count_reply(comment, 1)
        show(comment.parent)


def withdraw(comment: Comment, *, state: State) -> None:
    """Take a published comment out of public sight; where it leaves a mark or replies stand on it, a placeholder stays."""
    comment.state = state
    comment.save(update_fields=["state"])
    count(comment.thread, comment_count=-1)
    count_at_passage(comment, -1)
    hide_unless_needed(comment)
    comment_went(comment)


def show(comment: Comment) -> None:
    """Show the comment, and every removed one above it that it stands on."""
    step: Comment | None = comment
    while step is not None and not step.is_shown:
        _set_shown(step, True)
        step = step.parent


def hide_unless_needed(comment: Comment) -> None:
    """Hide the comment, and every placeholder above it that has nothing left to hold up."""
    step: Comment | None = comment
    while step is not None and step.is_shown and not (step.child_count or step.is_published or step.leaves_mark):
        _set_shown(step, False)
        step = Comment.objects.filter(pk=step.parent_id).first() if step.parent_id else None


def _set_shown(comment: Comment, shown: bool) -> None:
    step = 1 if shown else -1
    comment.is_shown = shown
    comment.save(update_fields=["is_shown"])
    if comment.parent_id is None:
        count(comment.thread, root_count=step)
    else:
        _count_reply(comment, step)


def _count_reply(comment: Comment, step: int) -> None:
    Comment.objects.filter(pk=comment.root_id).update(reply_count=F("reply_count") + step)
    Comment.objects.filter(pk=comment.parent_id or NOBODY).update(child_count=F("child_count") + step)


def count(thread: Thread, **steps: int) -> None:
    """Change kept counts of the thread by so much."""
    _counting(tuple(steps))(thread=thread.pk, **steps)
    if steps.keys() != {"held_count"}:
        changed(tag_of(thread.page_id), MOST_DISCUSSED, NEWEST)


@cache
def _counting(names: tuple[str, ...]) -> PreparedUpdate[Thread]:
    changes = {name: F(name) + Given(name, IntegerField()) for name in names}
    return PreparedUpdate(lambda: (Thread.objects.filter(pk=THREAD), changes))


def count_at_passage(comment: Comment, step: int) -> None:
    """The comment is at its passage, or is not there any more."""
    if comment.passage_id:
        Passage.objects.filter(pk=comment.passage_id).update(comment_count=F("comment_count") + step)
        Annotations.objects.filter(pk=comment.thread_id).update(comment_count=F("comment_count") + step)
        keep_marks(comment.thread_id)


def keep_marks(thread_id: UUID) -> None:
    """Write down which passages are marked in the text, so that a page which shows them asks for nothing more."""
    standing = Passage.objects.filter(thread_id=thread_id, orphaned_at=None)
    asked = standing.filter(question__withdrawn_at=None, question__isnull=False).order_by("block", "start")
    discussed = standing.filter(comment_count__gt=0).exclude(question__withdrawn_at=None, question__isnull=False)
    columns = ("id", "block", "start", "end", "comment_count", "question__text", "question__is_open")
    rows = list(asked.values_list(*columns)[:MAX_QUESTIONS])
    rows += [
        (*row[:5], None, None) for row in discussed.order_by("-comment_count", "id").values_list(*columns)[:MAX_MARKED]
    ]
    marks = [
        {"id": str(name), "block": block, "start": start, "end": end, "count": number}
        | ({"question": question, "open": is_open} if question else {})
        for name, block, start, end, number, question, is_open in rows
    ]
    Annotations.objects.filter(pk=thread_id).update(marks=marks)


def note_activity(thread: Thread, moment: datetime) -> None:
    """The thread's latest comment is at least this late."""
    _note_activity(thread=thread.pk, moment=moment)


def _later() -> tuple[QuerySet[Thread], dict[str, Any]]:
    moment = Given("moment", DateTimeField())
    earlier = Q(last_comment_at=None) | Q(last_comment_at__lt=moment)
    return Thread.objects.filter(earlier, pk=THREAD), {"last_comment_at": moment}


_note_activity = PreparedUpdate(_later)
