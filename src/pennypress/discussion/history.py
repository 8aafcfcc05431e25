"""What a comment said before, as readers and as moderators may see it."""

from dataclasses import dataclass
from datetime import datetime

from pennypress.discussion.changes import Piece, word_changes
from pennypress.discussion.models import Comment, CommentVersion

# Nobody edits more often within the edit window but to hide something, and moderators read the last of it.
MAX_VERSIONS = 20


@dataclass(frozen=True)
class Step:
    """One edit: what it changed, when, and the version it left behind."""

    version: CommentVersion
    changed_at: datetime
    pieces: list[Piece]
    is_hidden: bool
    hidden_by_hand: bool


def history_of(comment: Comment, *, all_of_it: bool) -> list[Step]:
    """The comment's edits, the latest first, at most MAX_VERSIONS. One query.

    Readers get those between versions that stood in public and were not hidden since; `all_of_it` is for moderators.
    """
    versions = comment.versions.select_related("removal").order_by("-replaced_at", "-id")[:MAX_VERSIONS]
    steps, after = [], comment.text
    for version in versions:
        removal = getattr(version, "removal", None)
        hidden_by_hand = removal is not None and removal.lifted_at is None
        is_hidden = hidden_by_hand or not version.was_public
        if is_hidden and not all_of_it:
            continue
        pieces = word_changes(version.text, after)
        steps.append(Step(version, version.replaced_at, pieces, is_hidden, hidden_by_hand))
        after = version.text
    return steps
