"""What an author takes back, and which earlier words a moderator hides."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.discussion import rules
from pennypress.discussion.actions import places
from pennypress.discussion.actions.deeds import check_moderator, note_deed
from pennypress.discussion.actions.locks import taken
from pennypress.discussion.models import Comment, CommentVersion, Deed, Deletion, Mention, State, VersionRemoval
from pennypress.readers.identity import Identity
from pennypress.readers.models import User


def delete_comment(*, comment_id: UUID, identity: Identity) -> Comment:
    """Take back one's own comment, at any time. Where nobody has answered it is gone; else a placeholder stays.

    Its words leave the comment and become a version that only moderators see, so that an attack cannot be unsaid before
    it is read. Raises Refused for somebody else's comment and for one that is gone already.
    """
    with transaction.atomic():
        (comment,) = taken(comment_id)
        rules.check_deletable(identity, comment)
        was_held = comment.is_held
        keep_version(comment, was_public=False)
        Deletion.objects.create(thread=comment.thread, comment=comment)
        Mention.objects.filter(comment=comment).delete()
        comment.text = comment.html = ""
        comment.save(update_fields=["text", "html"])
        if was_held:
            comment.state = State.DELETED
            comment.save(update_fields=["state"])
            places.count(comment.thread, held_count=-1)
        else:
            places.withdraw(comment, state=State.DELETED)
    return comment


def keep_version(comment: Comment, *, was_public: bool) -> None:
    """What the comment says now becomes what it said; to be called before the words change."""
    CommentVersion.objects.create(
        thread=comment.thread, comment=comment, text=comment.text, html=comment.html, was_public=was_public
    )


def hide_version(*, version_id: UUID, moderator: User, batch: UUID | None = None) -> None:
    """Keep earlier words from readers, though the comment stands. Raises Refused where they are hidden already, and
    CommentVersion.DoesNotExist."""
    check_moderator(moderator)
    with transaction.atomic():
        version = _locked_version(version_id)
        hiding, created = VersionRemoval.objects.get_or_create(
            version=version, defaults={"thread_id": version.thread_id, "moderator": moderator}
        )
        if not created and hiding.lifted_at is None:
            raise rules.Refused(_("Readers do not see these words."))
        hiding.moderator, hiding.lifted_at = moderator, None
        hiding.save(update_fields=["moderator", "lifted_at"])
        _note(Deed.VERSION_HIDDEN, version, moderator, batch=batch)


def show_version(*, version_id: UUID, moderator: User, batch: UUID | None = None, undoes: UUID | None = None) -> None:
    """Let readers see earlier words again. Raises Refused where they are not hidden, and CommentVersion.DoesNotExist."""
    check_moderator(moderator)
    with transaction.atomic():
        version = _locked_version(version_id)
        if not VersionRemoval.objects.filter(version=version, lifted_at=None).update(lifted_at=timezone.now()):
            raise rules.Refused(_("These words are not hidden."))
        _note(Deed.VERSION_SHOWN, version, moderator, batch=batch, undoes=undoes)


def _locked_version(version_id: UUID) -> CommentVersion:
    return CommentVersion.objects.select_for_update(of=("self",), no_key=True).get(pk=version_id)


def _note(
    deed: Deed, version: CommentVersion, moderator: User, *, batch: UUID | None = None, undoes: UUID | None = None
) -> None:
    note_deed(
        deed,
        moderator,
        thread_id=version.thread_id,
        comment_id=version.comment_id,
        facts={"version": version.pk.hex},
        batch=batch,
        undoes=undoes,
    )
