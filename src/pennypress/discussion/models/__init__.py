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
from pennypress.discussion.models.passages import (
    Annotations,
    Move,
    Passage,
    PassageMove,
    Question,
)
from pennypress.discussion.models.screening import (
    Lesson,
    Said,
    WordCount,
    WordLists,
)
from pennypress.discussion.models.standings import (
    Standing,
)
from pennypress.discussion.models.threads import (
    DiscussionSettings,
    Thread,
)
from pennypress.discussion.models.words import (
    Deletion,
    Mention,
    VersionRemoval,
)

__all__ = [
    "Annotations",
    "AppendOnly",
    "Closure",
    "Comment",
    "CommentQuerySet",
    "CommentVersion",
    "Deed",
    "Deletion",
    "DiscussionSettings",
    "Hold",
    "HoldReason",
    "Lesson",
    "Mention",
    "ModerationLog",
    "Move",
    "Passage",
    "PassageMove",
    "Question",
    "Removal",
    "Rule",
    "Said",
    "Standing",
    "State",
    "Thread",
    "VersionRemoval",
    "Vote",
    "WordCount",
    "WordLists",
]
