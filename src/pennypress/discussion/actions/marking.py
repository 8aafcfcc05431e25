"""What the newsroom puts before its readers: pinned comments, and its picks."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.discussion import rules
from pennypress.discussion.actions import airing, places
from pennypress.discussion.actions.deeds import locked, locked_thread, note_deed
from pennypress.discussion.actions.locks import taken
from pennypress.discussion.models import Comment, Deed, Pick, Pin, State, Thread
from pennypress.discussion.queries import tag_of
from pennypress.readers.models import User


def pin_comment(*, comment_id: UUID, moderator: User, note: str = "", batch: UUID | None = None) -> Comment:
    """Put a root before all others in every order. Raises Refused for a reply, and when there are enough already."""
    with transaction.atomic():
        comment = locked(comment_id, moderator)
        comment.thread = locked_thread(comment.thread_id, moderator)
        standing = Comment.objects.filter(pk__in=comment.thread.pinned, state=State.PUBLISHED).count()
        rules.check_pinnable(comment, standing)
        pin(comment, moderator=moderator, note=note)
        note_deed(Deed.PINNED, moderator, thread_id=comment.thread_id, comment_id=comment.id, note=note, batch=batch)
    return comment


def unpin_comment(
    *, comment_id: UUID, moderator: User, batch: UUID | None = None, undoes: UUID | None = None
) -> Comment:
    """Let a pinned comment stand in its place again. Raises Refused when it is not pinned."""
    with transaction.atomic():
        comment = locked(comment_id, moderator)
        comment.thread = locked_thread(comment.thread_id, moderator)
        if comment.id.hex not in comment.thread.pinned:
            raise rules.Refused(_("This comment is not pinned."))
        unpin(comment)
        note_deed(
            Deed.UNPINNED, moderator, thread_id=comment.thread_id, comment_id=comment.id, batch=batch, undoes=undoes
        )
    return comment


def pin(comment: Comment, *, moderator: User | None, note: str) -> None:
    """Write the pin. To be called inside an action's transaction."""
    Pin.objects.create(thread=comment.thread, comment=comment, moderator=moderator, note=note[:500])
    _set_pinned(comment.thread, [comment.id.hex, *comment.thread.pinned])


def unpin(comment: Comment) -> None:
    Pin.objects.filter(comment=comment, lifted_at=None).update(lifted_at=timezone.now())
    _set_pinned(comment.thread, [other for other in comment.thread.pinned if other != comment.id.hex])


def _set_pinned(thread: Thread, pinned: list[str]) -> None:
    thread.pinned = pinned
    thread.save(update_fields=["pinned"])
    changed(tag_of(thread.page_id))
    airing.pins_changed(thread)


def pick_comment(*, comment_id: UUID, moderator: User, note: str = "", batch: UUID | None = None) -> Comment:
    """Mark a published comment as the newsroom's pick. Raises Refused when it is not published, or one already."""
    with transaction.atomic():
        comment = locked(comment_id, moderator)
        if comment.is_pick:
            raise rules.Refused(_("This comment is a pick already."))
        if not comment.is_published:
            raise rules.Refused(_("This comment is not published."))
        Pick.objects.create(thread=comment.thread, comment=comment, moderator=moderator, note=note[:500])
        _set_pick(comment, True)
        note_deed(Deed.PICKED, moderator, thread_id=comment.thread_id, comment_id=comment.id, note=note, batch=batch)
    return comment


def unpick_comment(
    *, comment_id: UUID, moderator: User, batch: UUID | None = None, undoes: UUID | None = None
) -> Comment:
    """Take the mark of a pick away. Raises Refused when it is none."""
    with transaction.atomic():
        comment = locked(comment_id, moderator)
        if not comment.is_pick:
            raise rules.Refused(_("This comment is no pick."))
        Pick.objects.filter(comment=comment, lifted_at=None).update(lifted_at=timezone.now())
        _set_pick(comment, False)
        note_deed(
            Deed.UNPICKED, moderator, thread_id=comment.thread_id, comment_id=comment.id, batch=batch, undoes=undoes
        )
    return comment


def _set_pick(comment: Comment, is_pick: bool) -> None:
    comment.is_pick = is_pick
    comment.save(update_fields=["is_pick"])
    places.count(comment.thread, pick_count=1 if is_pick else -1)
    airing.pick_changed(comment)


def hide_support(*, user_id: UUID) -> None:
    """Take the supporter's mark off everything this reader has written. Joins the caller's transaction."""
    with transaction.atomic():
        marked = Comment.objects.filter(user_id=user_id, by_supporter=True)
        comments = taken(*marked.values_list("pk", flat=True))
        if comments:
            marked.update(by_supporter=False)
            changed(*{tag_of(comment.thread.page_id) for comment in comments})
