from pennypress.discussion.models.comments import (
    Comment,
    CommentQuerySet,
    CommentVersion,
    State,
    Vote,
    VoteChange,
)
from pennypress.discussion.models.history import (
    AppendOnly,
    Deed,
    ModerationLog,
    MonthlyDeeds,
)
from pennypress.discussion.models.holds import (
    Hold,
    HoldReason,
)
from pennypress.discussion.models.moderation import (
    Appeal,
    Closure,
    Pick,
    Pin,
    Removal,
)
from pennypress.discussion.models.passages import (
    Annotations,
    Move,
    Passage,
    PassageMove,
    Question,
)
from pennypress.discussion.models.reports import (
    Report,
)
from pennypress.discussion.models.rule import (
    LEAVE_NO_MARK,
    Rule,
)
from pennypress.discussion.models.sanctions import (
    Sanction,
    SanctionQuerySet,
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
    "LEAVE_NO_MARK",
    "Annotations",
    "Appeal",
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
    "MonthlyDeeds",
    "Move",
    "Passage",
    "PassageMove",
    "Pick",
    "Pin",
    "Question",
    "Removal",
    "Report",
    "Rule",
    "Said",
    "Sanction",
    "SanctionQuerySet",
    "Standing",
    "State",
    "Thread",
    "VersionRemoval",
    "Vote",
    "VoteChange",
    "WordCount",
    "WordLists",
]
