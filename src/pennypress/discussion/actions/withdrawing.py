"""What an author takes back, and which earlier words a moderator hides."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from pennypress.discussion import rules
from pennypress.discussion.actions import places
from pennypress.discussion.models import Comment, CommentVersion, Deletion, Mention, State, VersionRemoval
from pennypress.readers.identity import Identity
from pennypress.readers.models import User


def delete_comment(*, comment_id: UUID, identity: Identity) -> Comment:
    """Take back one's own comment, at any time. Where nobody has answered it is gone; else a placeholder stays.

    Its words leave the comment and become a version that only moderators see, so that an attack cannot be unsaid before
    it is read. Raises Refused for somebody else's comment and for one that is gone already.
    """
    with transaction.atomic():
        comment = Comment.objects.select_for_update(of=("self",)).select_related("thread", "parent").get(pk=comment_id)
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


def hide_version(*, version_id: UUID, moderator: User) -> None:
    """Keep earlier words from readers, though the comment stands. Doing it twice is doing it once."""
    if not rules.may_moderate(moderator):
        raise rules.Refused(_("Only moderators may do this."))
    with transaction.atomic():
        version = CommentVersion.objects.get(pk=version_id)
        VersionRemoval.objects.get_or_create(
            version=version, defaults={"thread_id": version.thread_id, "moderator": moderator}
        )
