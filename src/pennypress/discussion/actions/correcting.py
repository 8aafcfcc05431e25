"""What a comment becomes when the newsroom corrects an article because of it."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.discussion.models import Comment
from pennypress.discussion.queries import tag_of
from pennypress.notifications.actions import post_mail


def note_correction(
    *, comment_id: UUID, correction_id: UUID, text: str, title: str, address: str, choice_address: str
) -> None:
    """The comment shows that it led to the correction, and its author is told by mail, once, if an address is known."""
    with transaction.atomic():
        comment = Comment.objects.select_related("thread", "user").filter(pk=comment_id).first()
        if comment is None:
            return
        Comment.objects.filter(pk=comment.pk).update(correction_uuid=correction_id)
        changed(tag_of(comment.thread.page_id))
        to = comment.user.email if comment.user else comment.email
        if to:
            post_mail(
                to=to,
                subject=_("Your comment led to a correction: %(title)s") % {"title": title},
                template="discussion/mail/correction",
                context={
                    "name": comment.name,
                    "text": text,
                    "title": title,
                    "address": address,
                    "choice": choice_address,
                },
                key=f"correction:{correction_id}",
            )


def note_withdrawal(*, correction_id: UUID) -> None:
    """The correction is taken back, so no comment claims it."""
    with transaction.atomic():
        for comment in Comment.objects.select_related("thread").filter(correction_uuid=correction_id):
            Comment.objects.filter(pk=comment.pk).update(correction_uuid=None)
            changed(tag_of(comment.thread.page_id))
