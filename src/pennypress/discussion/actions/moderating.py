"""What moderators do with a comment. Each deed is one transaction with its line in the log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.discussion import rules
from pennypress.discussion.actions import learning, places
from pennypress.discussion.actions.deeds import locked, note_deed
from pennypress.discussion.actions.letters import tell_of_removal
from pennypress.discussion.actions.telling import tell_later, tell_of_approval_later, tell_of_reports_later
from pennypress.discussion.drafts import Reason
from pennypress.discussion.holding import write_holds
from pennypress.discussion.models import Comment, Deed, Hold, HoldReason, ModerationLog, Removal, Report, Rule, State
from pennypress.discussion.queries import tag_of
from pennypress.readers.models import User


def approve_comment(*, comment_id: UUID, moderator: User, batch: UUID | None = None) -> Comment:
    """Publish a held comment, which counts as looked at; its author is told, if it stays so. Raises Refused when it is not held."""
    with transaction.atomic():
        comment = locked(comment_id, moderator)
        if not comment.is_held:
            raise rules.Refused(_("This comment is not waiting for approval any more."))
        moment = timezone.now()
        places.count(comment.thread, held_count=-1)
        places.publish(comment)
        Hold.objects.filter(comment=comment, lifted_at=None).update(lifted_at=moment)
        learning.learn(comment, good=True)
        tell_later(comment)
        tell_of_approval_later(comment)
        look_at(comment, moment)
        _note(Deed.APPROVED, moderator, comment, batch=batch, moment=moment)
    return comment


def keep_comment(*, comment_id: UUID, moderator: User, batch: UUID | None = None) -> Comment:
    """A moderator has looked at a published comment and leaves it: its reports are settled, it is new no more.

    Raises Refused when it is not published.
    """
    with transaction.atomic():
        comment = locked(comment_id, moderator)
        if not comment.is_published:
            raise rules.Refused(_("This comment is not published."))
        moment = timezone.now()
        facts = {"was_new": comment.is_new}
        look_at(comment, moment)
        _note(Deed.KEPT, moderator, comment, batch=batch, moment=moment, facts=facts)
    return comment


def unkeep_comment(*, line: ModerationLog, moderator: User) -> Comment:
    """Undo a keeping: the comment waits to be looked at as it did before, with its reports."""
    with transaction.atomic():
        comment = locked(_of(line), moderator)
        reopen_reports(comment, line.created_at)
        comment.is_new = line.facts["was_new"] and comment.is_published
        comment.save(update_fields=["is_new"])
        _note(Deed.REOPENED, moderator, comment, undoes=line.id)
    return comment


def hold_comment(*, comment_id: UUID, moderator: User, note: str = "", batch: UUID | None = None) -> Comment:
    """Take a published comment back to those that wait, without a judgement. Raises Refused when it is not published."""
    with transaction.atomic():
        comment = locked(comment_id, moderator)
        if not comment.is_published:
            raise rules.Refused(_("This comment is not published."))
        withhold(comment, [Reason(HoldReason.BY_HAND, note)])
        _note(Deed.HELD, moderator, comment, note=note, batch=batch)
    return comment


def hold_again(*, line: ModerationLog, moderator: User) -> Comment:
    """Undo an approval: the comment waits again, for the reasons it waited for. Raises Refused when it is not published."""
    with transaction.atomic():
        comment = locked(_of(line), moderator)
        if not comment.is_published:
            raise rules.Refused(_("This comment is not published."))
        withhold(comment, [])
        Hold.objects.filter(comment=comment, lifted_at=line.created_at).update(lifted_at=None)
        learning.unlearn(comment)
        reopen_reports(comment, line.created_at)
        _note(Deed.HELD, moderator, comment, undoes=line.id)
    return comment


def publish_again(*, line: ModerationLog, moderator: User) -> Comment:
    """Undo a holding: the comment is public again, and its reports wait as before. Raises Refused when it is not held."""
    with transaction.atomic():
        comment = locked(_of(line), moderator)
        if not comment.is_held:
            raise rules.Refused(_("This comment is not waiting for approval any more."))
        places.count(comment.thread, held_count=-1)
        places.publish(comment)
        Hold.objects.filter(comment=comment, lifted_at=None).update(lifted_at=timezone.now())
        _note(Deed.APPROVED, moderator, comment, undoes=line.id)
    return comment


def withhold(comment: Comment, reasons: list[Reason]) -> None:
    """Let a published comment wait for these reasons. To be called inside an action's transaction."""
    places.withdraw(comment, state=State.HELD)
    places.count(comment.thread, held_count=1)
    write_holds(comment, reasons)


def remove_comment(
    *,
    comment_id: UUID,
    moderator: User,
    rule: str,
    note: str = "",
    batch: UUID | None = None,
    merged_into: Comment | None = None,
    facts: dict[str, Any] | None = None,
) -> Comment:
    """Take a comment down under a rule, with a note its author sees; a placeholder with the rule stays.

    Reports of it are settled, and its author is told by mail where there is an address. Raises Refused when it is
    removed already or the rule is none of ours.
    """
    if rule not in Rule.values:
        raise rules.Refused(_("Please choose the rule under which the comment is removed."))
    with transaction.atomic():
        comment = locked(comment_id, moderator)
        if comment.state == State.DELETED:
            raise rules.Refused(_("Its author has deleted this comment already."))
        if comment.is_removed:
            raise rules.Refused(_("This comment has been removed already."))
        before, moment = comment.state, timezone.now()
        removal = Removal.objects.create(
            thread=comment.thread,
            comment=comment,
            moderator=moderator,
            rule=rule,
            note=note[:500],
            state_before=before,
            merged_into=merged_into,
            created_at=moment,
        )
        if before == State.HELD:
            places.count(comment.thread, held_count=-1)
            comment.state = State.REMOVED
            comment.save(update_fields=["state"])
            # It may stand in the thread as a placeholder that says "waiting".
            changed(tag_of(comment.thread.page_id))
        else:
            comment.removed_under = rule
            comment.save(update_fields=["removed_under"])
            places.withdraw(comment, state=State.REMOVED)
        if rule in learning.TEACHING_RULES:
            learning.learn(comment, good=False)
        else:
            # It was approved in error, whatever the error was: its words are no example of what is welcome.
            learning.unlearn(comment)
        look_at(comment, moment)
        tell_of_removal(removal)
        deed = Deed.MERGED if merged_into else Deed.REMOVED
        _note(deed, moderator, comment, rule=rule, note=note, batch=batch, moment=moment, facts=facts)
    return comment


def restore_comment(
    *, comment_id: UUID, moderator: User, batch: UUID | None = None, undoes: UUID | None = None
) -> Comment:
    """Lift a removal: the comment is again what it was before, and its reports wait again. Raises Refused when it is
    not removed."""
    with transaction.atomic():
        comment = locked(comment_id, moderator)
        put_back(comment)
        _note(Deed.RESTORED, moderator, comment, batch=batch, undoes=undoes)
    return comment


def put_back(comment: Comment) -> None:
    """Lift the standing removal. To be called inside an action's transaction. Raises Refused when there is none."""
    if not comment.is_removed:
        raise rules.Refused(_("This comment is not removed."))
    if comment.erased_at:
        raise rules.Refused(_("Its author has taken this comment back for good, so there is nothing to restore."))
    removal = Removal.objects.filter(comment=comment, lifted_at=None).first()
    Removal.objects.filter(comment=comment, lifted_at=None).update(lifted_at=timezone.now())
    comment.removed_under = ""
    comment.save(update_fields=["removed_under"])
    if removal and removal.state_before == State.HELD:
        comment.state = State.HELD
        comment.save(update_fields=["state"])
        places.count(comment.thread, held_count=1)
        changed(tag_of(comment.thread.page_id))
    else:
        places.publish(comment)
    learning.unlearn(comment)
    if removal:
        reopen_reports(comment, removal.created_at)


def look_at(comment: Comment, moment: datetime) -> None:
    """A moderator has decided: reports are settled, and the comment is new no more."""
    if Report.objects.filter(comment=comment, settled_at=None).update(settled_at=moment):
        tell_of_reports_later(comment)
    comment.open_reports, comment.is_new = 0, False
    comment.save(update_fields=["open_reports", "is_new"])


def reopen_reports(comment: Comment, settled_at: datetime) -> None:
    """The reports that a decision of that moment settled wait again."""
    Report.objects.filter(comment=comment, settled_at=settled_at).update(settled_at=None)
    comment.open_reports = Report.objects.filter(comment=comment, settled_at=None).count()
    comment.save(update_fields=["open_reports"])


def _of(line: ModerationLog) -> UUID:
    assert line.comment_uuid is not None
    return line.comment_uuid


def _note(deed: Deed, moderator: User, comment: Comment, **more: object) -> None:
    note_deed(deed, moderator, thread_id=comment.thread_id, comment_id=comment.id, **more)  # type: ignore[arg-type]
