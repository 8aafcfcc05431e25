"""Comments with their threads: who said what to whom and when; what is not a comment stays behind."""

import re
from datetime import UTC, datetime

from pennypress.archive.wordpress.export import Comment, Item
from pennypress.archive.wordpress.markup import paragraphs_html, question_keys
from pennypress.archive.wordpress.state import Import
from pennypress.discussion.actions import (
    Selection,
    close_imported_branch,
    close_imported_thread,
    import_comment,
    pin_imported_comment,
    put_at_passage,
)
from pennypress.discussion.models import Comment as OurComment
from pennypress.discussion.models import State

STATES = {"1": State.PUBLISHED, "approved": State.PUBLISHED, "0": State.HELD, "hold": State.HELD}
GONE = {"trash", "post-trashed", "spam"}
PLAIN_KINDS = {"", "comment", "wpdiscuz_sticky"}
_SERIALISED_VOTES = re.compile(r'a:2:\{s:4:"like";(?:i:|s:\d+:")(\d{1,9})"?;s:7:"dislike";(?:i:|s:\d+:")(\d{1,9})"?;\}')


def bring_comments(run: Import, item: Item, page_id: int) -> None:
    """All comments of a post or page, oldest first so that a parent stands before its replies. Safe to run again."""
    wanted = {comment.id: comment for comment in item.comments if _is_comment(run, item, comment)}
    every = {comment.id: comment for comment in item.comments}
    here: dict[int, OurComment] = {}
    asked = question_keys(item.content)
    for comment in _parents_first(wanted):
        parent = _nearest_known(run, item, comment, every, here)
        up, down = _votes(run, item, comment)
        here[comment.id], is_new = import_comment(
            page_id=page_id, external_key=f"wordpress:{comment.id}", name=comment.author,
            created_at=comment.date or item.date or run.now, html=paragraphs_html(comment.content),
            parent=parent, email=_address(comment), state=STATES[comment.approved], up=up, down=down,
            by_staff=comment.user_id in run.outline.author_ids,
        )  # fmt: skip
        if comment.meta.get("wpdiscuz_feedback_form_id") and parent is None:
            _answer(run, item, comment, here[comment.id], asked)
        run.report.count("comments" if here[comment.id].state == State.PUBLISHED else "comments, held", int(is_new))
    for comment in wanted.values():
        _keep_state(run, item, comment, here[comment.id])
    if item.comment_status == "closed":
        close_imported_thread(page_id=page_id, note="Closed on the old site.")


def _keep_state(run: Import, item: Item, comment: Comment, ours: OurComment) -> None:
    """A pinned comment stays pinned, a closed branch closed. wpDiscuz marks every reply of a closed branch as well."""
    subject = f"comment {comment.id} at {run.subject(item)}"
    if comment.kind == "wpdiscuz_sticky" and not pin_imported_comment(
        comment_id=ours.id, note="Pinned on the old site."
    ):
        run.report.remark(
            "A comment was pinned, but answers another or is one too many; it stands in its place", subject
        )
    if comment.meta.get("wpdiscuz_closed", "").strip() == "1" and ours.depth == 0:
        close_imported_branch(comment_id=ours.id, note="Closed on the old site.")


def _answer(run: Import, item: Item, comment: Comment, ours: OurComment, asked: list[str]) -> None:
    """To the passage whose question it answered. The export says only that it answered one, not which one."""
    subject = f"comment {comment.id} at {run.subject(item)}"
    if len(asked) != 1:
        why = "of several" if asked else "that is not in the text any more"
        run.report.remark(
            f"It answered a question {why}; the export does not say which, so it stands by itself", subject
        )
    elif not put_at_passage(comment=ours, selection=Selection(question=asked[0])):
        run.report.remark("It answered a question of a text that is not published here; it stands by itself", subject)


def _is_comment(run: Import, item: Item, comment: Comment) -> bool:
    subject = f"comment {comment.id} at {run.subject(item)}"
    if comment.kind in ("pingback", "trackback"):
        run.report.remark("Pingbacks and trackbacks are not comments", subject)
    elif comment.kind not in PLAIN_KINDS:
        run.report.remark(f"A {comment.kind[:40]} is not meant for readers", subject)
    elif comment.approved in GONE:
        run.report.remark("A comment in the bin or among the spam", subject)
    elif comment.approved not in STATES:
        run.report.remark(f"A comment in a state we do not know ({comment.approved[:20]})", subject)
    else:
        return True
    return False


def _parents_first(wanted: dict[int, Comment]) -> list[Comment]:
    """By date, then number; but never a reply before what it answers, and circles end."""
    never = datetime.min.replace(tzinfo=UTC)
    ordered: dict[int, Comment] = {}
    for comment in sorted(wanted.values(), key=lambda c: (c.date or never, c.id)):
        branch: list[Comment] = []
        seen: set[int] = set()
        step: Comment | None = comment
        while step is not None and step.id not in ordered and step.id not in seen:
            seen.add(step.id)
            branch.append(step)
            step = wanted.get(step.parent)
        ordered.update((c.id, c) for c in reversed(branch))
    return list(ordered.values())


def _nearest_known(
    run: Import, item: Item, comment: Comment, every: dict[int, Comment], here: dict[int, OurComment]
) -> OurComment | None:
    """The comment it answers; where that one stayed behind, the nearest one above it that came."""
    number, seen = comment.parent, {comment.id}
    while number and number not in here and number not in seen:
        seen.add(number)
        number = every[number].parent if number in every else 0
    if number != comment.parent:
        run.report.remark(
            "What a comment answered was not there; it stands under the nearest comment above, or by itself",
            f"comment {comment.id} at {run.subject(item)}",
        )
    return here.get(number)


def _votes(run: Import, item: Item, comment: Comment) -> tuple[int, int]:
    """wpDiscuz's totals: the separate counts, read by a strict pattern and never unserialised; else the sum."""
    if found := _SERIALISED_VOTES.fullmatch(comment.meta.get("wpdiscuz_votes_seperate", "").strip()):
        return int(found.group(1)), int(found.group(2))
    total = comment.meta.get("wpdiscuz_votes", "").strip()
    if re.fullmatch(r"-?\d{1,9}", total):
        return max(0, int(total)), max(0, -int(total))
    if comment.meta.get("wpdiscuz_votes_seperate") or total:
        run.report.remark("The votes of a comment could not be read", f"comment {comment.id} at {run.subject(item)}")
    return 0, 0


def _address(comment: Comment) -> str:
    # wpDiscuz writes such addresses for those who gave none.
    return "" if comment.email.lower().endswith("@example.com") or "@" not in comment.email else comment.email
