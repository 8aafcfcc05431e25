"""What people are told of decisions about them. Each letter is written in the transaction of the decision."""

from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from pennypress.discussion.addresses import appeal_address, sanction_address, whole
from pennypress.discussion.models import Appeal, Comment, Removal, Rule, Sanction
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications.actions import post_mail


def address_of(comment: Comment) -> str:
    """Where the comment's author can be told something; empty where nowhere."""
    return comment.user.email if comment.user else comment.email


def tell_of_removal(removal: Removal) -> None:
    """Tell the author which rule it was, the note, and how to appeal."""
    comment = removal.comment
    # Who advertises signs with a stranger's address, who would be told of something they never wrote.
    if removal.rule == Rule.SPAM and not comment.user_id:
        return
    _write(
        address_of(comment),
        _("Your comment was removed"),
        "removal",
        f"discussion.removal:{removal.pk}",
        removal=removal,
        comment=comment,
        appeal=whole(appeal_address(removal)),
        kept=whole(reverse("discussion:comment", args=[removal.merged_into_id])) if removal.merged_into_id else "",
    )


def tell_of_approval(comment: Comment) -> None:
    """Tell the author that what they wrote has appeared."""
    _write(
        address_of(comment),
        _("Your comment has appeared"),
        "approval",
        f"discussion.approval:{comment.pk}",
        comment=comment,
        address=whole(reverse("discussion:comment", args=[comment.pk])),
    )


def tell_of_appeal(appeal: Appeal) -> None:
    """Tell the author what became of their appeal."""
    comment = appeal.comment
    _write(
        address_of(comment),
        _("Your appeal was decided"),
        "appeal",
        f"discussion.appeal:{appeal.pk}",
        appeal=appeal,
        comment=comment,
        address=whole(reverse("discussion:comment", args=[comment.pk])),
    )


def tell_of_sanction(sanction: Sanction, *, lifted: bool = False) -> None:
    """Tell the person what was decided about them, or that it is over."""
    _write(
        sanction.user.email if sanction.user else sanction.email,
        _("The newsroom has lifted its decision about you")
        if lifted
        else _("The newsroom has decided something about you"),
        "sanction_lifted" if lifted else "sanction",
        f"discussion.sanction:{sanction.pk}:{'lifted' if lifted else 'imposed'}",
        sanction=sanction,
        address=whole(sanction_address(sanction)),
    )


def _write(to: str, subject: str, template: str, key: str, **context: Any) -> None:
    if not to:
        return
    newsroom = current_newsroom()
    # The moderator's desk may speak another language than the readers.
    with translation.override(newsroom.language):
        post_mail(
            to=to,
            subject=f"{newsroom.name}: {subject}",
            template=f"discussion/mails/{template}",
            context={"newsroom": newsroom, **context},
            key=key,
        )
