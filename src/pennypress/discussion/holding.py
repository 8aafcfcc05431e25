"""Which comments wait for a moderator, and why. Posting and editing ask here, both with the same draft.

To add a screen write a function from `Draft` to its reasons and put it into `SCREENS`. A screen looks and answers; it
writes nothing, since it runs before the transaction. It may raise `rules.Refused` where words are not to be posted at
all. Staff and the article's own author pass every screen, the long trusted those that spare them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import UUIDField
from django.utils.translation import gettext as _

from pennypress.discussion.drafts import Draft, Reason
from pennypress.discussion.models import Comment, Hold, HoldReason
from pennypress.discussion.queries import holds_first_comments
from pennypress.discussion.screening import screens
from pennypress.discussion.trust import Trust
from pennypress.lib.prepared import Given, NewRows, Prepared


@dataclass(frozen=True)
class Screen:
    judge: Callable[[Draft], Iterable[Reason]]
    # What holds a newcomer's link need not hold that of somebody known for years.
    spares_long_trusted: bool = True


def first_comment(draft: Draft) -> Iterable[Reason]:
    """Who has no approved comment yet, or has lost by removals what trust they had, waits."""
    if draft.trust is Trust.LOST:
        yield Reason(HoldReason.TRUST)
    elif draft.trust is Trust.NEW and holds_first_comments():
        yield Reason(HoldReason.FIRST)


SCREENS: list[Screen] = [
    # Lists are the newsroom's word on words, whoever writes them.
    Screen(screens.listed_words, spares_long_trusted=False),
    Screen(screens.programs_work),
    Screen(screens.busy_thread),
    Screen(first_comment),
    Screen(screens.links),
    Screen(screens.said_before),
    Screen(screens.like_what_was_removed),
]


def hold_reasons(draft: Draft) -> list[Reason]:
    """Why this draft has to wait; none, and it appears at once. Raises Refused where a screen turns it away."""
    if draft.by_staff:
        return []
    reasons: dict[Reason, None] = {}
    for screen in SCREENS:
        if screen.spares_long_trusted and draft.trust is Trust.LONG:
            continue
        reasons.update(dict.fromkeys(screen.judge(draft)))
    return list(reasons)


def why_it_waits(comment: Comment) -> str:
    """What its author is told of why their comment waits; the word that tipped it is the moderators' to say."""
    reasons = {hold.reason for hold in comment.holds.all() if hold.lifted_at is None}
    if HoldReason.BUSY in reasons:
        return _("Many people are writing here at this moment, so a moderator reads what comes from new ones first.")
    if HoldReason.FIRST in reasons:
        return _("A moderator reads first comments before they appear.")
    if HoldReason.LINK in reasons:
        return _("A moderator looks at links of people who are new here.")
    return _("A moderator reads it before it appears.")


_standing = Prepared(
    lambda: Hold.objects.filter(comment=Given("comment", UUIDField()), lifted_at=None).values_list("reason", "detail")
)


def write_holds(comment: Comment, reasons: Iterable[Reason], *, is_new: bool = False) -> None:
    """Note why the comment waits, each reason once. To be called in the transaction that holds it."""
    standing = set() if is_new else set(_standing(comment=comment.pk))
    place = {"thread_id": comment.thread_id, "comment_id": comment.pk}
    holds = [
        place | {"reason": reason.code, "detail": reason.detail[:200]}
        for reason in reasons
        if (reason.code, reason.detail[:200]) not in standing
    ]
    if holds:
        NewRows(Hold, *holds).write()
