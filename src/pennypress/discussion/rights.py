"""What the discussion keeps about a person: comments, votes, and what was decided on them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from pennypress.discussion.actions import erasing
from pennypress.discussion.models import Comment, CommentVersion, Hold, Removal, Vote
from pennypress.readers.rights import Part, Person, register

RECORD = _("The record of what moderators did names comments by number only, never their words or their authors.")


def export_comments(person: Person) -> Any:
    own = (
        Comment.objects.filter(author_key__in=person.keys)
        .select_related("thread__page", "passage")
        .order_by("created_at", "id")
    )
    versions = _by_comment(
        CommentVersion.objects.filter(comment__author_key__in=person.keys).order_by("replaced_at", "id"),
        "text", "replaced_at",
    )  # fmt: skip
    holds = _by_comment(Hold.objects.filter(comment__author_key__in=person.keys), "reason", "created_at", "lifted_at")
    removals = _by_comment(
        Removal.objects.filter(comment__author_key__in=person.keys), "rule", "note", "created_at", "lifted_at"
    )
    return [
        {
            "id": comment.id,
            "article": comment.thread.page.title,
            "answers": comment.parent_id,
            "passage": comment.passage.quote if comment.passage else None,
            "led_to_correction": comment.correction_uuid,
            "name": comment.name,
            "email": comment.email,
            "text": comment.text,
            "written": comment.created_at,
            "edited": comment.edited_at,
            "state": comment.state,
            "votes_up": comment.up,
            "votes_down": comment.down,
            "earlier_versions": versions.get(comment.id, []),
            "waited": holds.get(comment.id, []),
            "removals": removals.get(comment.id, []),
        }
        for comment in own
    ]


def _by_comment(rows: Any, *fields: str) -> dict[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in rows.values("comment_id", *fields):
        found.setdefault(row.pop("comment_id"), []).append(row)
    return found


def export_votes(person: Person) -> Any:
    own = Vote.objects.filter(voter_key__in=person.keys).order_by("created_at", "id")
    return list(own.values("comment_id", "value", "created_at"))


def erase_comments(person: Person) -> bool:
    while erasing.erase_comments(keys=person.keys):
        pass
    while person.emails and erasing.forget_addresses(emails=person.emails):
        pass
    return True


def erase_votes(person: Person) -> bool:
    while erasing.withdraw_votes(keys=person.keys):
        pass
    return True


register(
    Part(
        "comments",
        export_comments,
        erase_comments,
        models=(
            "discussion.Comment",
            "discussion.CommentVersion",
            "discussion.Hold",
            "discussion.Removal",
            "discussion.Passage",
            "discussion.Said",
            "discussion.Lesson",
            "discussion.Mention",
            "discussion.Deletion",
            "discussion.VersionRemoval",
        ),
        kept={"discussion.ModerationLog": RECORD, "discussion.Closure": RECORD},
    )
)
register(Part("votes", export_votes, erase_votes, models=("discussion.Vote",)))
