"""What pages of the discussion show. A page of a thread costs one query for the thread and one for its comments."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, F, IntegerField, QuerySet, Subquery, UUIDField, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from wagtail.models import Page

from pennypress.delivery.live import latest
from pennypress.delivery.ready import shows
from pennypress.discussion import rules
from pennypress.discussion.cursors import ORDERS, Order, Position, read_cursor, write_cursor
from pennypress.discussion.models import (
    Annotations,
    Comment,
    Passage,
    State,
    Thread,
)
from pennypress.discussion.paging import THREAD, Roots, roots_after, sort_key, values_of
from pennypress.discussion.ranking import STANDINGS_KEPT
from pennypress.lib.blocks import Block
from pennypress.lib.prepared import Given, Prepared

# Columns of a comment and of a passage that stand in no thread.
NOT_DRAWN = (
    "text", "email", "user", "ancestors", "came_from", "submission_key", "external_key", "last_reply_number", "is_new",
    "open_reports",
)  # fmt: skip
NOT_DRAWN_OF_PASSAGES = ("prefix", "suffix", "block", "start", "end", "words_now", "created_at", "comment_count")

# Whom a comment answers, where that is still to be seen: a name may be what was removed.
PARENT_NAME = Case(When(parent__state=State.PUBLISHED, then=F("parent__name")), default=Value(""))


@dataclass
class Node:
    """A comment as drawn: its replies below it, to the drawn depth."""

    comment: Comment
    level: int = 1
    answers_above: bool = False
    replies: list["Node"] = field(default_factory=list)
    more: int = 0
    is_pinned: bool = False
    # A branch that takes no replies begins here, among what is drawn.
    closes: bool = False


@dataclass(frozen=True)
class ThreadPage:
    page: Page
    thread: Thread | None
    order: Order
    nodes: list[Node]
    next_cursor: str = ""
    only_passages: bool = False
    is_first: bool = True

    @property
    def passage_comments(self) -> int:
        """How many comments are about a passage."""
        return annotations_of(self.thread).comment_count

    @property
    def count(self) -> int:
        return self.thread.comment_count if self.thread else 0

    @property
    def told(self) -> int:
        """The number of the last live event this page has seen."""
        return self.thread.told if self.thread else 0  # type: ignore[attr-defined]

    @property
    def is_closed(self) -> bool:
        return bool(self.thread and self.thread.is_closed)


def tag_of(page_id: int) -> str:
    """What ready pages that show this page's discussion are tagged with."""
    return f"thread:{page_id}"


def thread_of(page: Page) -> Thread | None:
    """The page's thread, or None while nobody has commented; asked once for each page object."""
    if "_discussion_thread" not in page.__dict__:
        shows(tag_of(page.pk))
        # What live events this page has seen is read before what it shows, so that it misses none.
        page.__dict__["_discussion_thread"] = _thread.first(page=page.pk, channel=tag_of(page.pk))
    return page.__dict__["_discussion_thread"]


def _with_told() -> QuerySet[Thread]:
    told = Coalesce(Subquery(latest(Given("channel", CharField()))), 0)
    threads = Thread.objects.annotate(told=told).select_related("annotations").defer("annotations__text")
    return threads.filter(page_id=Given("page", IntegerField()))


_thread = Prepared(_with_told)


def annotations_of(thread: Thread | None) -> Annotations:
    """The passages of a thread as its pages show them, read with the thread; none for a thread without any."""
    return getattr(thread, "annotations", None) or Annotations()


def blocks_of_page(page: Page) -> list[Block] | None:
    """The paragraphs of the page's published text, or None for a kind of page that does not offer them."""
    annotatable = getattr(page, "annotatable_text", None)
    return annotatable() if annotatable else None


def thread_page(
    page: Page, order: Order, *, cursor: str = "", roots: int = rules.ROOTS_PER_PAGE, about: str | Passage = ""
) -> ThreadPage:
    """One page of the page's thread: so many roots after the cursor, each with its first replies.

    `about` keeps to the comments on one passage, or with "passages" to those on any; else the first page begins with the
    pinned ones. Two queries, three with pins, however long the thread is. Raises BadCursor.
    """
    thread = thread_of(page)
    if thread is None:
        return ThreadPage(page, None, order, [])
    position = read_cursor(cursor, order, thread.id) if cursor else None
    if position and order.by_votes and thread.vote_number - position.moment > STANDINGS_KEPT:
        # Begun too long ago to be told in the order of then: from here on in the order of now.
        position = replace(position, moment=thread.vote_number)
    pinned = [] if cursor or about else _pinned(thread)
    before = position.pinned if position else tuple(node.comment.id for node in pinned)
    passage_id = about.id if isinstance(about, Passage) else None
    asked = Roots(
        roots + 1,
        on_one_passage=passage_id is not None,
        on_passages=bool(about),
        without=len(before),
        follows=position is not None,
    )
    values = values_of(thread.id, passage_id=passage_id, without=before, position=position)
    found = _branches(thread, _on_page(asked, order)(**values))
    found.sort(key=lambda node: (node.comment.key, node.comment.id), reverse=order.descending)  # type: ignore[attr-defined]
    following = ""
    if len(found) > roots:
        last: Any = found[roots - 1].comment
        moment = position.moment if position else last.moment
        following = write_cursor(Position(last.key, last.id, thread.id, moment, before), order)
    nodes = pinned + found[:roots]
    return ThreadPage(page, thread, order, nodes, following, only_passages=bool(about), is_first=not cursor)


def _pinned(thread: Thread) -> list[Node]:
    """The pinned roots that are published, the latest pin first. No query where there is none."""
    if not thread.pinned:
        return []
    pins = {f"pin{n}": UUID(pinned) for n, pinned in enumerate(thread.pinned)}
    nodes = _branches(thread, _among(len(pins))(thread=thread.id, **pins))
    for node in nodes:
        node.is_pinned = True
    return sorted(nodes, key=lambda node: thread.pinned.index(node.comment.id.hex))


@lru_cache(maxsize=256)
def _on_page(roots: Roots, order: Order) -> Prepared[Comment, Comment]:
    # One statement sees one moment: the number of votes belongs to the order of these very comments.
    columns = {"moment": F("thread__vote_number"), "key": sort_key(roots, order)}
    return Prepared(lambda: _with_replies(roots_after(roots, order)).annotate(**columns))


@cache
def _among(number: int) -> Prepared[Comment, Comment]:
    """So many roots, where they are published."""
    pins: list[Any] = [Given(f"pin{n}", UUIDField()) for n in range(number)]
    return Prepared(
        lambda: _with_replies(Comment.objects.filter(pk__in=pins, thread_id=THREAD, state=State.PUBLISHED).values("pk"))
    )


def _with_replies(roots: QuerySet[Comment, Any] | RawSQL) -> QuerySet[Comment]:
    """These roots of the thread, each with its first replies; parents before what answers them.

    The thread is a condition on the roots alone: beside theirs SQLite would go through all of the thread.
    """
    branches = drawn().filter(root_id__in=roots, reply_number__lte=rules.REPLIES_PER_ROOT)
    return branches.order_by("reply_number", "id")


def _branches(thread: Thread, comments: list[Comment]) -> list[Node]:
    """The roots among them, with their replies, in no order."""
    for comment in comments:
        comment.thread = thread
    nodes = [node for node in as_tree(comments).values() if node.comment.depth == 0]
    for node in nodes:
        node.more = node.comment.reply_count - _count(node.replies)
    return nodes


def picks_page(page: Page, *, cursor: str = "") -> ThreadPage:
    """The newsroom's picks of the page's thread, whatever they answer, newest first. Two queries. Raises BadCursor."""
    thread, order = thread_of(page), ORDERS["newest"]
    if thread is None:
        return ThreadPage(page, None, order, [])
    chosen = drawn().filter(thread=thread, is_pick=True, state=State.PUBLISHED)
    if cursor:
        chosen = chosen.filter(read_cursor(cursor, order, thread.id).after(order))
    found = list(chosen.order_by(*order.by)[: rules.ROOTS_PER_PAGE + 1])
    shown = found[: rules.ROOTS_PER_PAGE]
    nodes = [Node(comment, answers_above=comment.parent_id is not None, more=comment.child_count) for comment in shown]
    following = ""
    if len(found) > len(shown):
        last = shown[-1]
        following = write_cursor(Position(last.created_at, last.id, thread.id, thread.vote_number), order)
    return ThreadPage(page, thread, order, nodes, following, is_first=not cursor)


def drawn() -> QuerySet[Comment]:
    """Shown comments with the columns that drawing them needs, the parent's name included."""
    shown = Comment.objects.shown().select_related("passage").annotate(parent_name=PARENT_NAME)
    return shown.defer(*NOT_DRAWN, *(f"passage__{name}" for name in NOT_DRAWN_OF_PASSAGES))


def as_tree(comments: Iterable[Comment]) -> dict[UUID, Node]:
    """Nodes by comment, each hung under what it answers; below the drawn depth they follow on the last level.

    Comments come with parents before their replies. Those whose parent is not among them stand on the first level.
    """
    nodes: dict[UUID, Node] = {}
    lists: dict[UUID, Node] = {}
    for comment in comments:
        node = nodes[comment.id] = Node(comment)
        above = nodes.get(comment.parent_id) if comment.parent_id else None
        if above is None:
            node.answers_above = comment.parent_id is not None
            node.closes = comment.branch_is_closed and not node.answers_above
            continue
        node.closes = comment.branch_is_closed and not above.comment.branch_is_closed
        if above.level < rules.MAX_DRAWN_DEPTH:
            holder = above
        else:
            holder, node.answers_above = lists[above.comment.id], True
        node.level = holder.level + 1
        lists[comment.id] = holder
        holder.replies.append(node)
    return nodes


def _count(nodes: list[Node]) -> int:
    return sum(1 + _count(node.replies) for node in nodes)
