from pennypress.discussion.models.comments import (
    Comment,
    CommentQuerySet,
    CommentVersion,
    State,
    Vote,
)
from pennypress.discussion.models.history import (
    AppendOnly,
)
from pennypress.discussion.models.holds import (
    Hold,
    HoldReason,
)
from pennypress.discussion.models.moderation import (
    Closure,
    Deed,
    ModerationLog,
    Removal,
    Rule,
)
from pennypress.discussion.models.threads import (
    DiscussionSettings,
    Thread,
)

__all__ = [
    "AppendOnly",
    "Closure",
    "Comment",
    "CommentQuerySet",
    "CommentVersion",
    "Deed",
    "DiscussionSettings",
    "Hold",
    "HoldReason",
    "ModerationLog",
    "Removal",
    "Rule",
    "State",
    "Thread",
    "Vote",
]
