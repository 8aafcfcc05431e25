"""What moderators do. Each deed is one transaction with its line in the log."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.discussion import rules
from pennypress.discussion.actions import airing, learning, places
from pennypress.discussion.actions.telling import tell_later
from pennypress.discussion.models import Closure, Comment, Deed, Hold, ModerationLog, Removal, Rule, State, Thread
from pennypress.discussion.queries import tag_of
from pennypress.readers.models import User


def approve_comment(*, comment_id: UUID, moderator: User) -> Comment:
    """Publish a held comment; its author is trusted from now on. Raises Refused when it is not held."""
    with transaction.atomic():
        comment = _locked(comment_id, moderator)
        if not comment.is_held:
            raise rules.Refused(_("This comment is not waiting for approval any more."))
        places.count(comment.thread, held_count=-1)
        places.publish(comment)
        Hold.objects.filter(comment=comment, lifted_at=None).update(lifted_at=timezone.now())
        learning.learn(comment, good=True)
        tell_later(comment)
        _log(Deed.APPROVED, moderator, comment.thread_id, comment.id)
    return comment


def remove_comment(*, comment_id: UUID, moderator: User, rule: str, note: str = "") -> Comment:
    """Take a comment down under a rule, with a note its author sees. Where replies stand on it a placeholder stays.

    Raises Refused when it is removed already or the rule is none of ours.
    """
    if rule not in Rule.values:
        raise rules.Refused(_("Please choose the rule under which the comment is removed."))
    with transaction.atomic():
        comment = _locked(comment_id, moderator)
        if comment.state == State.DELETED:
            raise rules.Refused(_("Its author has deleted this comment already."))
        if comment.is_removed:
            raise rules.Refused(_("This comment has been removed already."))
        before = comment.state
        Removal.objects.create(
            thread=comment.thread, comment=comment, moderator=moderator, rule=rule, note=note[:500], state_before=before
        )
        if before == State.HELD:
            places.count(comment.thread, held_count=-1)
            comment.state = State.REMOVED
            comment.save(update_fields=["state"])
        else:
            places.withdraw(comment, state=State.REMOVED)
        if rule in learning.TEACHING_RULES:
            learning.learn(comment, good=False)
        else:
            # It was approved in error, whatever the error was: its words are no example of what is welcome.
            learning.unlearn(comment)
        _log(Deed.REMOVED, moderator, comment.thread_id, comment.id, rule=rule, note=note)
    return comment


def restore_comment(*, comment_id: UUID, moderator: User) -> Comment:
    """Lift a removal: the comment is again what it was before. Raises Refused when it is not removed."""
    with transaction.atomic():
        comment = _locked(comment_id, moderator)
        if not comment.is_removed:
            raise rules.Refused(_("This comment is not removed."))
        if comment.erased_at:
            raise rules.Refused(_("Its author has taken this comment back for good, so there is nothing to restore."))
        removal = Removal.objects.filter(comment=comment, lifted_at=None).first()
        Removal.objects.filter(comment=comment, lifted_at=None).update(lifted_at=timezone.now())
        if removal and removal.state_before == State.HELD:
            comment.state = State.HELD
            comment.save(update_fields=["state"])
            places.count(comment.thread, held_count=1)
        else:
            places.publish(comment)
        learning.unlearn(comment)
        _log(Deed.RESTORED, moderator, comment.thread_id, comment.id)
    return comment


def close_thread(*, thread_id: UUID, moderator: User, note: str = "") -> Thread:
    """Take no more comments under this article. What is there stays readable. Raises Refused when closed already."""
    with transaction.atomic():
        thread = Thread.objects.select_for_update().get(pk=thread_id)
        _check_moderator(moderator)
        if thread.is_closed:
            raise rules.Refused(_("This discussion is closed already."))
        Closure.objects.create(thread=thread, moderator=moderator, note=note[:500])
        thread.is_closed = True
        thread.save(update_fields=["is_closed"])
        changed(tag_of(thread.page_id))
        airing.thread_closed(thread)
        _log(Deed.CLOSED, moderator, thread.id, None, note=note)
    return thread


def open_thread(*, thread_id: UUID, moderator: User) -> Thread:
    """Take comments again. Raises Refused when the thread is open."""
    with transaction.atomic():
        thread = Thread.objects.select_for_update().get(pk=thread_id)
        _check_moderator(moderator)
        if not thread.is_closed:
            raise rules.Refused(_("This discussion is open."))
        Closure.objects.filter(thread=thread, lifted_at=None).update(lifted_at=timezone.now())
        thread.is_closed = False
        thread.save(update_fields=["is_closed"])
        changed(tag_of(thread.page_id))
        airing.thread_opened(thread)
        _log(Deed.OPENED, moderator, thread.id, None)
    return thread


def _locked(comment_id: UUID, moderator: User) -> Comment:
    _check_moderator(moderator)
    return Comment.objects.select_for_update(of=("self",)).select_related("thread", "parent").get(pk=comment_id)


def _check_moderator(moderator: User) -> None:
    if not rules.may_moderate(moderator):
        raise rules.Refused(_("Only moderators may do this."))


def _log(
    deed: Deed, moderator: User, thread_id: UUID, comment_id: UUID | None, *, rule: str = "", note: str = ""
) -> None:
    ModerationLog.objects.create(
        deed=deed,
        thread_uuid=thread_id,
        comment_uuid=comment_id,
        moderator_uuid=moderator.pk,
        moderator_name=str(moderator.name or _("a moderator"))[:200],
        rule=rule,
        note=note[:500],
    )
