import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.discussion import rules
from pennypress.discussion.actions import places
from pennypress.discussion.actions.closing import close
from pennypress.discussion.actions.locks import taken, taken_threads
from pennypress.discussion.actions.marking import pin
from pennypress.discussion.actions.posting import new_comment
from pennypress.discussion.drafts import Reason
from pennypress.discussion.holding import write_holds
from pennypress.discussion.models import Closure, Comment, HoldReason, Pin, State, Thread
from pennypress.discussion.queries import tag_of
from pennypress.discussion.ranking import best_score
from pennypress.discussion.rules import MAX_NAME
from pennypress.lib.markup import (
    TooNested,
    clean_comment_html,
    plain_comment,
    plain_text,
    render_comment,
    without_controls,
)
from pennypress.lib.text import has_something_to_see


def import_comment(
    *,
    page_id: int,
    external_key: str,
    name: str,
    created_at: datetime,
    text: str = "",
    html: str = "",
    parent: Comment | None = None,
    email: str = "",
    state: str = State.PUBLISHED,
    up: int = 0,
    down: int = 0,
    author_key: str = "",
    by_staff: bool = False,
    by_author: bool = False,
    by_supporter: bool = False,
    by_newcomer: bool = False,
) -> tuple[Comment, bool]:
    """Bring in a comment from elsewhere with its date, state and votes; returns it and whether it is new.

    The key names it within the page's thread: the second import of the same key changes nothing. Nobody is mailed and
    no limit is counted. Give `text` (our markup) or `html`, which goes through the sanitiser. A parent may be held
    or removed; it then stays as a placeholder. A held comment stays held, a removed one has no Removal row, since
    nobody here removed it. Wrap many calls in one transaction for speed.
    """
    with transaction.atomic():
        thread, _created = Thread.objects.get_or_create(page_id=page_id)
        # By its key where it was brought to, wherever it was moved since.
        known = (
            Comment.objects.filter(thread=thread, came_from=None, external_key=external_key).first()
            or Comment.objects.filter(came_from=thread, external_key=external_key).first()
        )
        if known:
            return known, False
        home = thread
        if parent is not None and parent.thread_id != thread.id:
            # What it answers was moved to another article meanwhile: it follows.
            thread = parent.thread
        comment = new_comment(thread, parent)
        comment.came_from = home if home != thread else None
        _sign(comment, external_key, name, email, author_key)
        comment.by_staff, comment.by_author = by_staff, by_author
        comment.by_supporter, comment.by_newcomer = by_supporter, by_newcomer
        _say(comment, created_at, text, html, up, down)
        comment.save(force_insert=True)
        if state == State.PUBLISHED:
            places.enter(comment)
        elif state == State.HELD:
            places.count(thread, held_count=1)
            write_holds(comment, [Reason(HoldReason.ARCHIVE)])
        else:
            comment.state = State.REMOVED
            comment.save(update_fields=["state"])
        _number(comment)
        changed(tag_of(page_id), tag_of(thread.page_id))
    return comment, True


@dataclass(frozen=True)
class Brought:
    """A published comment of a thread that is brought in as a whole; `answers` is the key of an earlier one."""

    key: str
    name: str
    created_at: datetime
    text: str
    answers: str = ""
    up: int = 0
    down: int = 0
    by_staff: bool = False


def import_thread(*, page_id: int, comments: Sequence[Brought]) -> None:
    """Bring in all comments of a page that has none yet: the rows `import_comment` would have written one by one.

    A tenth of its time, since places and counts are known before anything is written. Raises ValueError where there are
    comments already.
    """
    with transaction.atomic():
        thread, _created = Thread.objects.get_or_create(page_id=page_id)
        (thread,) = taken_threads(thread.id).values()
        if Comment.objects.filter(thread=thread).exists():
            raise ValueError("This page has comments already; import them one by one.")
        made: dict[str, Comment] = {}
        roots: dict[UUID, Comment] = {}
        for one in comments:
            parent = made[one.answers] if one.answers else None
            comment = made[one.key] = new_comment(thread, parent)
            _sign(comment, one.key, one.name)
            _say(comment, one.created_at, one.text, up=one.up, down=one.down)
            comment.by_staff, comment.state, comment.is_shown = one.by_staff, State.PUBLISHED, True
            root = roots[comment.id] = roots[parent.id] if parent else comment
            if parent:
                root.last_reply_number += 1
                root.reply_count += 1
                parent.child_count += 1
                comment.reply_number = root.last_reply_number
        Comment.objects.bulk_create(made.values())
        latest = max((one.created_at for one in comments), default=None)
        places.count(
            thread, latest=latest, comment_count=len(made), root_count=sum(not one.answers for one in comments)
        )


def _sign(comment: Comment, external_key: str, name: str, email: str = "", author_key: str = "") -> None:
    comment.external_key = external_key
    comment.name = _name(name)
    comment.email = email.strip().lower()[:254]
    comment.author_key = author_key or _author_key(comment.email, comment.name)


def _say(comment: Comment, created_at: datetime, text: str, html: str = "", up: int = 0, down: int = 0) -> None:
    comment.created_at = created_at
    comment.html = clean_comment_html(html) if html else _rendered(text)
    comment.text = without_controls(text) or plain_text(html)
    comment.up, comment.down, comment.net = up, down, up - down
    comment.best_score = best_score(up, down)


def _number(comment: Comment) -> None:
    # A held or removed comment of the archive may have replies: it needs its place before them.
    if comment.reply_number is None and comment.parent_id:
        Comment.objects.filter(pk=comment.root_id).update(last_reply_number=F("last_reply_number") + 1)
        comment.reply_number = Comment.objects.values_list("last_reply_number", flat=True).get(pk=comment.root_id)
        comment.save(update_fields=["reply_number"])


def _rendered(text: str) -> str:
    # Nobody is there to be asked for a flatter comment, and no word may be lost.
    try:
        return render_comment(text)
    except TooNested:
        return plain_comment(text)


def _name(name: str) -> str:
    name = " ".join(without_controls(name).split("\n")).strip()[:MAX_NAME]
    return name if has_something_to_see(name) else _("Anonymous")


def _author_key(email: str, name: str) -> str:
    return "import:" + hashlib.blake2b((email or name).encode(), digest_size=16).hexdigest()


def close_imported_thread(*, page_id: int, note: str) -> None:
    """Close the thread of a page whose discussion was closed elsewhere. Nobody here closed it, so no log line."""
    with transaction.atomic():
        thread, _created = Thread.objects.select_for_update().get_or_create(page_id=page_id)
        # A moderator here who opened it again has the last word.
        if not Closure.objects.filter(thread=thread, comment=None).exists():
            Closure.objects.create(thread=thread, note=note[:500])
            Thread.objects.filter(pk=thread.pk).update(is_closed=True)
            changed(tag_of(page_id))


def pin_imported_comment(*, comment_id: UUID, note: str) -> bool:
    """Pin a root that was pinned elsewhere, if there is room. Nobody here pinned it, so no log line. Says whether it is."""
    with transaction.atomic():
        (comment,) = taken(comment_id)
        comment.thread = taken_threads(comment.thread_id)[comment.thread_id]
        # A moderator here who has taken the pin away has the last word.
        if Pin.objects.filter(comment=comment).exists():
            return True
        try:
            rules.check_pinnable(comment, len(comment.thread.pinned))
        except rules.Refused:
            return False
        pin(comment, moderator=None, note=note)
    return True


def close_imported_branch(*, comment_id: UUID, note: str) -> None:
    """Close the branch of a root that was closed elsewhere. Nobody here closed it, so no log line."""
    with transaction.atomic():
        (root,) = taken(comment_id)
        if root.depth == 0 and not Closure.objects.filter(comment=root).exists():
            close(root, moderator=None, note=note)
