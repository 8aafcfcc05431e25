"""Closing and opening: a whole thread, or a comment with what hangs under it. What is there stays readable."""

from collections.abc import Iterator
from itertools import batched
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.discussion import rules
from pennypress.discussion.actions import airing
from pennypress.discussion.actions.deeds import locked, locked_thread, note_deed
from pennypress.discussion.models import Closure, Comment, Deed, Thread
from pennypress.discussion.queries import tag_of
from pennypress.readers.models import User

# So many ids stand in one statement: SQLite and PostgreSQL both take them.
AT_ONCE = 500


def close_thread(*, thread_id: UUID, moderator: User, note: str = "", batch: UUID | None = None) -> Thread:
    """Take no more comments under this article. Raises Refused when closed already."""
    with transaction.atomic():
        thread = locked_thread(thread_id, moderator)
        if thread.is_closed:
            raise rules.Refused(_("This discussion is closed already."))
        Closure.objects.create(thread=thread, moderator=moderator, note=note[:500])
        thread.is_closed = True
        thread.save(update_fields=["is_closed"])
        changed(tag_of(thread.page_id))
        airing.thread_closed(thread)
        note_deed(Deed.CLOSED, moderator, thread_id=thread.id, note=note, batch=batch)
    return thread


def open_thread(*, thread_id: UUID, moderator: User, batch: UUID | None = None, undoes: UUID | None = None) -> Thread:
    """Take comments again. Raises Refused when the thread is open."""
    with transaction.atomic():
        thread = locked_thread(thread_id, moderator)
        if not thread.is_closed:
            raise rules.Refused(_("This discussion is open."))
        Closure.objects.filter(thread=thread, comment=None, lifted_at=None).update(lifted_at=timezone.now())
        thread.is_closed = False
        thread.save(update_fields=["is_closed"])
        changed(tag_of(thread.page_id))
        airing.thread_opened(thread)
        note_deed(Deed.OPENED, moderator, thread_id=thread.id, batch=batch, undoes=undoes)
    return thread


def close_branch(*, comment_id: UUID, moderator: User, note: str = "", batch: UUID | None = None) -> Comment:
    """Take no more replies to this comment and to all that hangs under it. Raises Refused when closed already."""
    with transaction.atomic():
        top = locked(comment_id, moderator)
        if top.branch_is_closed:
            raise rules.Refused(_("This branch is closed already."))
        close(top, moderator=moderator, note=note)
        airing.branch_closed(top)
        note_deed(Deed.BRANCH_CLOSED, moderator, thread_id=top.thread_id, comment_id=top.id, note=note, batch=batch)
    return top


def open_branch(*, comment_id: UUID, moderator: User, batch: UUID | None = None, undoes: UUID | None = None) -> Comment:
    """Take replies again where the closing that holds the comment began: at itself, or at the nearest above it.

    What was closed by itself below stays closed, and so does all of it where something above is closed as well. Returns
    the comment at which the closing began. Raises Refused when the branch is open, or is not closed by what `undoes` names.
    """
    with transaction.atomic():
        asked = locked(comment_id, moderator)
        top = _begins_at(asked)
        if top is None or (undoes and top != asked):
            raise rules.Refused(_("This branch is open."))
        Closure.objects.filter(comment=top, lifted_at=None).update(lifted_at=timezone.now())
        if not (top.parent and top.parent.branch_is_closed):
            _mark(top, closed=False)
            airing.branch_opened(top)
        note_deed(Deed.BRANCH_OPENED, moderator, thread_id=top.thread_id, comment_id=top.id, batch=batch, undoes=undoes)
    return top


def close(top: Comment, *, moderator: User | None, note: str) -> None:
    """Write that the comment's branch is closed. To be called inside an action's transaction."""
    Closure.objects.create(thread=top.thread, comment=top, moderator=moderator, note=note[:500])
    _mark(top, closed=True)


def _begins_at(comment: Comment) -> Comment | None:
    """The nearest comment, itself or above it, that stands closed by itself; None where none does."""
    step: Comment | None = comment if comment.branch_is_closed else None
    while step is not None and not Closure.objects.filter(comment=step, lifted_at=None).exists():
        above = Comment.objects.select_related("thread", "parent")
        step = above.filter(pk=step.parent_id).first() if step.parent_id else None
    return step


def _mark(top: Comment, *, closed: bool) -> None:
    """Keep with the comment and all below it whether they take replies."""
    for ids in levels_of(top.id, besides=set() if closed else _closed_by_themselves(top)):
        Comment.objects.filter(pk__in=ids).update(branch_is_closed=closed)
    top.branch_is_closed = closed
    changed(tag_of(top.thread.page_id))


def _closed_by_themselves(top: Comment) -> set[UUID]:
    standing = Closure.objects.filter(comment__root_id=top.root_id, lifted_at=None).exclude(comment=top)
    return {comment_id for comment_id in standing.values_list("comment_id", flat=True) if comment_id}


def levels_of(top: UUID, *, besides: set[UUID] | None = None) -> Iterator[tuple[UUID, ...]]:
    """The ids of a comment and of all that hangs under it, parents first; without these and what hangs under them."""
    level = [top]
    while level:
        below: list[UUID] = []
        for ids in batched(level, AT_ONCE):
            yield ids
            below += Comment.objects.filter(parent_id__in=ids).values_list("pk", flat=True)
        level = [comment_id for comment_id in below if not besides or comment_id not in besides]
