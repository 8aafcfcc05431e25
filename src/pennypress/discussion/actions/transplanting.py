"""Setting a comment with everything that answers it into another place. Runs inside an action's transaction.

Ids, votes and permalinks stay what they are. Every row that hangs on the comments and carries their thread goes along.
"""

from collections.abc import Iterable, Iterator
from itertools import batched
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import F, Model
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.discussion import rules
from pennypress.discussion.actions import airing, places
from pennypress.discussion.actions.closing import AT_ONCE
from pennypress.discussion.actions.locks import taken_threads
from pennypress.discussion.actions.marking import unpin
from pennypress.discussion.actions.telling import follow_moved
from pennypress.discussion.models import Closure, Comment, Passage, Standing, Thread
from pennypress.discussion.queries import tag_of


def branch_of(top: Comment) -> list[Comment]:
    """The comment and all that answers it, parents first. Who asks has taken the branch: nobody else writes in it.

    Raises Refused where it is more than one transaction should move.
    """
    branch, level = [top], [top.id]
    while level:
        found: list[Comment] = []
        for ids in batched(level, AT_ONCE):
            children = Comment.objects.filter(parent_id__in=ids)
            found += children.order_by("reply_number", "id")[: rules.MAX_MOVED + 1]
        branch += found
        if len(branch) > rules.MAX_MOVED:
            raise rules.Refused(
                _("More than %(n)s comments hang together here; that is too much to move at once.")
                % {"n": f"{rules.MAX_MOVED:,}"}
            )
        level = [comment.id for comment in found]
    return branch


def transplant(top: Comment, *, thread: Thread, parent: Comment | None, number: int | None = None) -> list[Comment]:
    """Put the comment and its branch under another parent, or as a root into a thread; returns the branch.

    `number` is the place among its root's replies that it had there before, if it goes back. The counts of both threads,
    both roots and both parents follow. The caller has taken the comment and the new parent (locks.py). Raises Refused where
    the branch is too large.
    """
    branch = branch_of(top)
    threads = taken_threads(top.thread_id, thread.id)
    top.thread = home = threads[top.thread_id]
    thread = threads[thread.id]
    passage_id = top.passage_id
    _lift_out(top, branch)
    _renumber(branch, parent, number)
    if thread.id != home.id:
        # Before the comments themselves: who changes a vote meanwhile holds it, and waits for its comment.
        _take_along(branch, thread)
        follow_moved(branch, home, thread)
    _replant(branch, thread, parent)
    _count_in(top, branch, home, thread, parent)
    if thread.id != home.id and top.is_published:
        airing.comment_moved(top, home, passage_id)
    changed(tag_of(home.page_id), tag_of(thread.page_id))
    return branch


def _lift_out(top: Comment, branch: list[Comment]) -> None:
    """Take the branch out of the counts of where it stands."""
    if top.passage_id and top.is_published:
        places.count_at_passage(top, -1)
    if top.parent_id is None:
        if top.id.hex in top.thread.pinned:
            unpin(top)
        places.count(top.thread, root_count=-int(top.is_shown))
        return
    Comment.objects.filter(pk=top.root_id).update(reply_count=F("reply_count") - _shown(branch))
    Comment.objects.filter(pk=top.parent_id).update(child_count=F("child_count") - int(top.is_shown))
    places.hide_unless_needed(Comment.objects.select_related("thread").get(pk=top.parent_id))


def _renumber(branch: list[Comment], parent: Comment | None, number: int | None) -> None:
    """Numbers in the new branch: each keeps its own where that is free and after its parent's, else the next follows."""
    top = branch[0]
    taken: set[int | None] = set()
    last = 0
    if parent is not None:
        wanted = [*filter(None, (comment.reply_number for comment in branch)), *filter(None, [number])]
        there, moving = Comment.objects.filter(root_id=parent.root_id), {comment.id for comment in branch}
        for numbers in batched(wanted, AT_ONCE):
            found = there.filter(reply_number__in=numbers).values_list("id", "reply_number")
            taken |= {standing for pk, standing in found if pk not in moving}
        last = Comment.objects.values_list("last_reply_number", flat=True).get(pk=parent.root_id)
    given: dict[UUID | None, int | None] = {parent.id: parent.reply_number} if parent else {}
    if parent is None:
        top.reply_number, given[top.id] = 0, 0
    elif top.reply_number is not None:
        # A root has the number 0; as a reply it needs one of its own.
        top.reply_number = number or top.reply_number or last + 1
    for comment in branch[1:] if parent is None else branch:
        wish = comment.reply_number
        above = parent.id if parent and comment is top else comment.parent_id
        if wish is not None and (wish in taken or wish <= (given.get(above) or 0)):
            wish = last + 1
        if wish is not None:
            taken.add(wish)
            last = max(last, wish)
        comment.reply_number = given[comment.id] = wish
    top.last_reply_number = last if parent is None else 0
    if parent is not None:
        Comment.objects.filter(pk=parent.root_id).update(last_reply_number=last)


def _replant(branch: list[Comment], thread: Thread, parent: Comment | None) -> None:
    top, known = branch[0], {comment.id: comment for comment in branch}
    closed = _closed_by_themselves(branch)
    root_id = parent.root_id if parent else top.id
    top.parent, top.reply_count = parent, 0
    # The words it was about stand in the article it leaves; a reply stands where its root stands.
    top.passage = None
    for comment in branch:
        above = parent if comment is top else known[comment.parent_id]  # type: ignore[index]
        if comment.thread_id != thread.id:
            home = comment.came_from_id or comment.thread_id
            comment.came_from_id = None if home == thread.id else home
        comment.thread, comment.root_id = thread, root_id
        comment.depth = above.depth + 1 if above else 0
        comment.ancestors = [above.id.hex, *above.ancestors[: rules.CONTEXT_DEPTH - 1]] if above else []
        comment.branch_is_closed = comment.id in closed or bool(above and above.branch_is_closed)
    fields = [
        "thread",
        "parent",
        "root",
        "depth",
        "ancestors",
        "reply_number",
        "reply_count",
        "last_reply_number",
        "passage",
        "branch_is_closed",
    ]
    Comment.objects.bulk_update(branch, [*fields, "came_from"], batch_size=AT_ONCE // 10)


def _closed_by_themselves(branch: list[Comment]) -> set[UUID | None]:
    standing = Closure.objects.filter(lifted_at=None)
    return {
        pk
        for ids in batched((comment.id for comment in branch), AT_ONCE)
        for pk in standing.filter(comment_id__in=ids).values_list("comment_id", flat=True)
    }


def _take_along(branch: list[Comment], thread: Thread) -> None:
    """Votes, earlier words, removals, reports and the like: whatever names a comment and its thread."""
    # Where a comment stood at a vote of the thread it leaves means nothing in another one's order.
    Standing.objects.filter(comment__in=branch).delete()
    for model in _companions():
        for ids in batched((comment.id for comment in branch), AT_ONCE):
            model._default_manager.filter(comment_id__in=ids).update(thread=thread)


def _companions() -> Iterator[type[Model]]:
    for model in apps.get_app_config("discussion").get_models():
        names = {field.name: field.related_model for field in model._meta.concrete_fields if field.is_relation}
        if names.get("comment") is Comment and names.get("thread") is Thread:
            yield model


def _count_in(top: Comment, branch: list[Comment], home: Thread, thread: Thread, parent: Comment | None) -> None:
    """Put the branch into the counts of where it stands now."""
    if thread.id != home.id:
        steps = {
            "comment_count": sum(comment.is_published for comment in branch),
            "held_count": sum(comment.is_held for comment in branch),
            "pick_count": sum(comment.is_pick for comment in branch),
        }
        places.count(home, latest=None, **{name: -step for name, step in steps.items()})
        latest = max((comment.created_at for comment in branch if comment.is_published), default=None)
        places.count(thread, latest=latest, **steps)
    if parent is None:
        places.count(thread, root_count=int(top.is_shown))
        Comment.objects.filter(pk=top.pk).update(reply_count=_shown(branch) - int(top.is_shown))
        return
    Comment.objects.filter(pk=parent.root_id).update(reply_count=F("reply_count") + _shown(branch))
    Comment.objects.filter(pk=parent.pk).update(child_count=F("child_count") + int(top.is_shown))
    if top.is_shown:
        places.show(Comment.objects.select_related("thread", "parent").get(pk=parent.pk))


def _shown(branch: Iterable[Comment]) -> int:
    return sum(comment.is_shown for comment in branch)


def as_facts(top: Comment) -> dict[str, Any]:
    """Where the comment stands, to be put back there."""
    return {
        "thread": top.thread_id.hex,
        "parent": top.parent_id.hex if top.parent_id else "",
        "number": top.reply_number,
        "passage": top.passage_id.hex if top.passage_id else "",
    }


def put_at_passage(top: Comment, hex_id: str) -> None:
    """The comment is again about the words it was about before it was moved, if they are still known here."""
    passage = Passage.objects.filter(pk=hex_id, thread_id=top.thread_id).first() if hex_id else None
    if passage is None:
        return
    top.passage = passage
    top.save(update_fields=["passage"])
    if top.is_published:
        places.count_at_passage(top, 1)
