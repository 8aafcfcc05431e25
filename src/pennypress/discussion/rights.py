"""What the discussion keeps about a person: comments, votes, and what was decided on them."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from pennypress.discussion.actions import erasing
from pennypress.discussion.models import Appeal, Comment, CommentVersion, Hold, Removal, Report, Sanction, Vote
from pennypress.readers.rights import Part, Person, register

BINDING = _("A suspension or an exclusion stays until it ends: else asking for erasure would lift it.")
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


def export_reports(person: Person) -> Any:
    own = Report.objects.filter(reporter_key__in=person.keys).order_by("created_at", "id")
    return list(own.values("comment_id", "rule", "note", "created_at", "settled_at"))


def export_decisions(person: Person) -> Any:
    """What moderators decided about this person, and what they said against it."""
    sanctions = Sanction.objects.filter(author_key__in=person.keys).order_by("created_at", "id")
    fields = ("kind", "rule", "note", "minutes", "created_at", "until", "acknowledged_at", "lifted_at")
    appeals = Appeal.objects.filter(comment__author_key__in=person.keys).order_by("created_at", "id")
    found = {
        "sanctions": list(sanctions.values(*fields)),
        "appeals": list(appeals.values("comment_id", "text", "created_at", "outcome", "answer", "decided_at")),
    }
    return found if any(found.values()) else None


def tell_of_decisions(person: Person) -> Iterator[Any]:
    if Sanction.objects.filter(author_key__in=person.keys).binding().exists():
        yield BINDING


def erase_reports(person: Person) -> bool:
    while erasing.forget_reports(keys=person.keys):
        pass
    return True


def erase_decisions(person: Person) -> bool:
    erasing.forget_decisions(keys=person.keys)
    return True


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
        kept={
            "discussion.ModerationLog": RECORD,
            "discussion.Closure": RECORD,
            "discussion.Pin": RECORD,
            "discussion.Pick": RECORD,
        },
    )
)
register(
    Part(
        "decisions",
        export_decisions,
        erase_decisions,
        models=("discussion.Appeal", "discussion.Sanction"),
        tells=tell_of_decisions,
    )
)
register(Part("reports", export_reports, erase_reports, models=("discussion.Report",)))
register(Part("votes", export_votes, erase_votes, models=("discussion.Vote",)))
