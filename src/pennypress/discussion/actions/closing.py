"""Closing and opening: a whole thread, or one branch of it. What is there stays readable."""

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
    """Take no more replies in the branch this comment stands in. Returns its root. Raises Refused when closed already."""
    with transaction.atomic():
        root = locked(locked(comment_id, moderator).root_id, moderator)
        if root.branch_is_closed:
            raise rules.Refused(_("This branch is closed already."))
        Closure.objects.create(thread=root.thread, comment=root, moderator=moderator, note=note[:500])
        set_branch_closed(root, True)
        note_deed(Deed.BRANCH_CLOSED, moderator, thread_id=root.thread_id, comment_id=root.id, note=note, batch=batch)
    return root


def open_branch(*, comment_id: UUID, moderator: User, batch: UUID | None = None, undoes: UUID | None = None) -> Comment:
    """Take replies in the comment's branch again. Returns its root. Raises Refused when it is open."""
    with transaction.atomic():
        root = locked(locked(comment_id, moderator).root_id, moderator)
        if not root.branch_is_closed:
            raise rules.Refused(_("This branch is open."))
        lift_closure(root)
        note_deed(
            Deed.BRANCH_OPENED, moderator, thread_id=root.thread_id, comment_id=root.id, batch=batch, undoes=undoes
        )
    return root


def lift_closure(root: Comment) -> None:
    Closure.objects.filter(comment=root, lifted_at=None).update(lifted_at=timezone.now())
    set_branch_closed(root, False)


def set_branch_closed(root: Comment, closed: bool) -> None:
    root.branch_is_closed = closed
    root.save(update_fields=["branch_is_closed"])
    changed(tag_of(root.thread.page_id))
