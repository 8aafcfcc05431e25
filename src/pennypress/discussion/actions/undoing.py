"""Undoing what a moderator did in one press. Each line of the log knows its opposite; the undoing is a line of its own."""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from pennypress.discussion import rules
from pennypress.discussion.actions.closing import open_branch, open_thread
from pennypress.discussion.actions.deeds import check_moderator
from pennypress.discussion.actions.marking import unpick_comment, unpin_comment
from pennypress.discussion.actions.moderating import hold_again, publish_again, restore_comment, unkeep_comment
from pennypress.discussion.actions.moving import move_back, separate
from pennypress.discussion.actions.other_words import turn_words
from pennypress.discussion.actions.sanctioning import lift_sanction
from pennypress.discussion.actions.withdrawing import show_version
from pennypress.discussion.models import CommentVersion, Deed, ModerationLog
from pennypress.readers.models import User

type Opposite = Callable[[ModerationLog, User], object]

OPPOSITES: dict[str, Opposite] = {
    Deed.APPROVED: lambda line, who: hold_again(line=line, moderator=who),
    Deed.KEPT: lambda line, who: unkeep_comment(line=line, moderator=who),
    Deed.HELD: lambda line, who: publish_again(line=line, moderator=who),
    Deed.REMOVED: lambda line, who: restore_comment(comment_id=_comment(line), moderator=who, undoes=line.id),
    Deed.MERGED: lambda line, who: separate(line=line, moderator=who),
    Deed.MOVED: lambda line, who: move_back(line=line, moderator=who),
    Deed.CLOSED: lambda line, who: open_thread(thread_id=_thread(line), moderator=who, undoes=line.id),
    Deed.BRANCH_CLOSED: lambda line, who: open_branch(comment_id=_comment(line), moderator=who, undoes=line.id),
    Deed.PINNED: lambda line, who: unpin_comment(comment_id=_comment(line), moderator=who, undoes=line.id),
    Deed.WORDS_SHOWN: lambda line, who: turn_words(line=line, moderator=who),
    Deed.WORDS_REFUSED: lambda line, who: turn_words(line=line, moderator=who),
    Deed.PICKED: lambda line, who: unpick_comment(comment_id=_comment(line), moderator=who, undoes=line.id),
    Deed.VERSION_HIDDEN: lambda line, who: show_version(
        version_id=UUID(line.facts["version"]), moderator=who, undoes=line.id
    ),
    **dict.fromkeys(
        (Deed.WARNED, Deed.SLOWED, Deed.SUSPENDED, Deed.BANNED),
        lambda line, who: lift_sanction(sanction_id=UUID(line.facts["sanction"]), moderator=who, undoes=line.id),
    ),
}


def undo(*, batch: UUID, moderator: User) -> int:
    """Undo all that was done in one press, the last deed first; all of it or nothing. Returns how many deeds.

    Raises Refused where any of it cannot be undone: it was undone already, or somebody has changed the matter since.
    """
    check_moderator(moderator)
    with transaction.atomic():
        lines = list(ModerationLog.objects.filter(batch=batch, deed__in=OPPOSITES).order_by("-created_at", "-id"))
        if not lines:
            raise rules.Refused(_("There is nothing to undo."))
        for line in lines:
            try:
                OPPOSITES[line.deed](line, moderator)
            except CommentVersion.DoesNotExist:
                raise rules.Refused(_("These words are gone for good.")) from None
    return len(lines)


def _comment(line: ModerationLog) -> UUID:
    assert line.comment_uuid is not None
    return line.comment_uuid


def _thread(line: ModerationLog) -> UUID:
    assert line.thread_uuid is not None
    return line.thread_uuid
