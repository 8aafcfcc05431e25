"""Which comments wait for a moderator, and why. Posting and editing ask here, both with the same draft.

To add a screen write a function from `Draft` to its reasons and put it into `SCREENS`. A screen looks and answers; it
writes nothing, since it runs before the transaction. It may raise `rules.Refused` where words are not to be posted at
all. Staff and the article's own author pass every screen, the long trusted those that spare them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from pennypress.discussion.models import Comment, Hold, HoldReason
from pennypress.discussion.queries import holds_first_comments, record_of
from pennypress.discussion.trust import Trust


@dataclass(frozen=True)
class Draft:
    """Words somebody is about to post, or to put in the place of their earlier ones (then with `comment_id`)."""

    page_id: int
    author_key: str
    name: str
    email: str
    text: str
    html: str
    by_staff: bool = False
    comment_id: UUID | None = None

    @cached_property
    def trust(self) -> Trust:
        """How far its author is trusted, this comment left aside."""
        return record_of(self.author_key, name=self.name, email=self.email, besides=self.comment_id).trust


@dataclass(frozen=True)
class Reason:
    """Why a comment waits: a code of `HoldReason`, and what in it: the word, the address."""

    code: str
    detail: str = ""


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


SCREENS: list[Screen] = [Screen(first_comment)]


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


def write_holds(comment: Comment, reasons: Iterable[Reason]) -> None:
    """Note why the comment waits, each reason once. To be called in the transaction that holds it."""
    standing = set(Hold.objects.filter(comment=comment, lifted_at=None).values_list("reason", "detail"))
    Hold.objects.bulk_create(
        Hold(thread_id=comment.thread_id, comment=comment, reason=reason.code, detail=reason.detail[:200])
        for reason in reasons
        if (reason.code, reason.detail[:200]) not in standing
    )
