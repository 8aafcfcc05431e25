"""A comment's place in its thread, and the counts that depend on it. Every function runs inside an action's transaction.

Invariants: a thread's comment_count is its published comments; a comment is shown when it is published, leaves a mark
where it was removed, or holds up a shown reply; child_count is a comment's shown direct replies; a root's reply_count is its shown replies of any depth.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, DateTimeField, Exists, F, IntegerField, OuterRef, Q, UUIDField, When

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
        comment.reply_number = _next_number.one(root=comment.root_id)
    comment.state = State.PUBLISHED
    comment.is_shown = True


def count_public(comment: Comment, *, was_shown: bool = False) -> None:
    """A comment became public that was shown as a placeholder before, or not at all."""
    count(comment.thread, latest=comment.created_at, **_steps(comment, was_shown=was_shown))
    count_around(comment, was_shown=was_shown)


def count_new(comment: Comment, *, other_key: str) -> int | None:
    """Count a comment that is about to be written, if it may be: its thread is open, and under neither of its keys it was
    posted before. Returns how many public comments the thread has then; None where it may not, and nothing was counted.

    One statement asks and counts, so nobody closes the thread in between, and of two presses at once that fall on both
    sides of a bucket's end the second finds the first.
    """
    steps = {"held_count": 1} if comment.is_held else _steps(comment)
    latest = None if comment.is_held else comment.created_at
    given = {"key": comment.submission_key, "other": other_key, "latest": latest}
    count = _counting_new(tuple(steps), latest=bool(latest)).one(thread=comment.thread_id, **given, **steps)
    if count is not None:
        _note_count(comment.thread, steps)
    return count


def count_around(comment: Comment, *, was_shown: bool = False) -> None:
    """The same at its passage and at what it answers."""
    count_at_passage(comment, 1)
    if comment.parent and not was_shown:
        _count_reply(comment, 1)
        show(comment.parent)


def _steps(comment: Comment, *, was_shown: bool = False) -> dict[str, int]:
    """What a comment that becomes public adds to its thread."""
    is_new_root = comment.parent_id is None and not was_shown
    return {"comment_count": 1, "root_count": 1} if is_new_root else {"comment_count": 1}


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
    _count_branch(comment=comment.root_id, step=step)
    _count_children(comment=comment.parent_id or NOBODY, step=step)


_COMMENT = Given("comment", UUIDField())
_next_number = PreparedUpdate(
    lambda: (
        Comment.objects.filter(pk=Given("root", UUIDField())),
        {"last_reply_number": F("last_reply_number") + 1},
    ),
    returning="last_reply_number",
)
_count_branch = PreparedUpdate(
    lambda: (Comment.objects.filter(pk=_COMMENT), {"reply_count": F("reply_count") + Given("step", IntegerField())})
)
_count_children = PreparedUpdate(
    lambda: (Comment.objects.filter(pk=_COMMENT), {"child_count": F("child_count") + Given("step", IntegerField())})
)


def count(thread: Thread, *, latest: datetime | None = None, **steps: int) -> None:
    """Change kept counts of the thread by so much; its latest comment is at least as late as `latest`."""
    _counting(tuple(steps), latest=bool(latest))(thread=thread.pk, latest=latest, **steps)
    _note_count(thread, steps)


def _note_count(thread: Thread, steps: Mapping[str, int]) -> None:
    if steps.keys() != {"held_count"}:
        changed(tag_of(thread.page_id), MOST_DISCUSSED, NEWEST)


@cache
def _counting(names: tuple[str, ...], *, latest: bool) -> PreparedUpdate[Thread]:
    return PreparedUpdate(lambda: (Thread.objects.filter(pk=THREAD), _changes(names, latest=latest)))


@cache
def _counting_new(names: tuple[str, ...], *, latest: bool) -> PreparedUpdate[Thread]:
    keys: list[Any] = [Given("key", CharField()), Given("other", CharField())]
    posted = Comment.objects.filter(thread=OuterRef("pk"), submission_key__in=keys)
    return PreparedUpdate(
        lambda: (
            Thread.objects.filter(~Exists(posted), pk=THREAD, is_closed=False),
            _changes(names, latest=latest),
        ),
        returning="comment_count",
    )


def _changes(names: tuple[str, ...], *, latest: bool) -> dict[str, Any]:
    changes: dict[str, Any] = {name: F(name) + Given(name, IntegerField()) for name in names}
    if latest:
        moment = Given("latest", DateTimeField())
        is_later = Q(last_comment_at=None) | Q(last_comment_at__lt=moment)
        changes["last_comment_at"] = Case(When(is_later, then=moment), default=F("last_comment_at"))
    return changes


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
