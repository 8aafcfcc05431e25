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
    """One page of the page's thread: so many roots after the cursor, with as many of their first replies in all.

    `about` keeps to the comments on one passage, or with "passages" to those on any; else the first page begins with the
    pinned ones. Two queries, three with pins, however long the thread is. Raises BadCursor.
    """
    thread = thread_of(page)
    if thread is None:
        return ThreadPage(page, None, order, [])
    position = _position(cursor, order, thread) if cursor else None
    pinned = [] if cursor or about else _pinned(thread)
    pins = tuple(comment.id for comment in pinned if comment.depth == 0)
    before = position.pinned if position else pins
    passage_id = about.id if isinstance(about, Passage) else None
    asked = Roots(
        roots + 1,
        on_one_passage=passage_id is not None,
        on_passages=bool(about),
        without=len(before),
        follows=position is not None,
    )
    values = values_of(thread.id, passage_id=passage_id, without=before, position=position)
    found: list[Any] = _on_page(asked, order)(**values)
    tops = [comment for comment in found if comment.depth == 0]
    tops.sort(key=lambda comment: (comment.key, comment.id), reverse=order.descending)
    following = ""
    if len(tops) > roots:
        last, beyond = tops[-2:]
        moment = position.moment if position else last.moment
        following = write_cursor(Position(last.key, last.id, thread.id, moment, before), order)
        found = [comment for comment in found if comment.root_id != beyond.id]
    nodes = _branches(thread, pinned + found, roots * rules.COMMENTS_PER_ROOT)
    for pin in pins:
        nodes[pin].is_pinned = True
    shown = [nodes[comment_id] for comment_id in (*pins, *(comment.id for comment in tops[:roots]))]
    return ThreadPage(page, thread, order, shown, following, only_passages=bool(about), is_first=not cursor)


def _position(cursor: str, order: Order, thread: Thread) -> Position:
    position = read_cursor(cursor, order, thread.id)
    if order.by_votes and thread.vote_number - position.moment > STANDINGS_KEPT:
        # Begun too long ago to be told in the order of then: from here on in the order of now.
        return replace(position, moment=thread.vote_number)
    return position


def _pinned(thread: Thread) -> list[Comment]:
    """The branches of the pinned roots that are published, the latest pin first. No query where there is none."""
    if not thread.pinned:
        return []
    pins = {f"pin{n}": UUID(pinned) for n, pinned in enumerate(thread.pinned)}
    comments = _among(len(pins))(thread=thread.id, **pins)
    return sorted(comments, key=lambda comment: thread.pinned.index(comment.root_id.hex))


@lru_cache(maxsize=256)
def _on_page(roots: Roots, order: Order) -> Prepared[Comment, Comment]:
    # One statement sees one moment: the number of votes belongs to the order of these very comments.
    columns = {"moment": F("thread__vote_number"), "key": sort_key(roots, order)}
    most = roots.number * rules.COMMENTS_PER_ROOT
    return Prepared(lambda: _with_replies(roots_after(roots, order)).annotate(**columns)[:most])


@cache
def _among(number: int) -> Prepared[Comment, Comment]:
    """So many roots, where they are published."""
    pins: list[Any] = [Given(f"pin{n}", UUIDField()) for n in range(number)]
    return Prepared(
        lambda: _with_replies(Comment.objects.filter(pk__in=pins, thread_id=THREAD, state=State.PUBLISHED).values("pk"))
    )


def _with_replies(roots: QuerySet[Comment, Any] | RawSQL) -> QuerySet[Comment]:
    """These roots of the thread, then the first reply to each, then the second: parents before what answers them.

    The thread is a condition on the roots alone: beside theirs SQLite would go through all of the thread.
    """
    branches = drawn().filter(root_id__in=roots, reply_number__lte=rules.REPLIES_PER_ROOT)
    return branches.order_by("reply_number", "id")


def _branches(thread: Thread, comments: list[Comment], most: int) -> dict[UUID, Node]:
    """All of the roots among them by their ids; what room they leave is their replies', the first of each before the second."""
    comments.sort(key=lambda comment: (comment.reply_number, comment.id))
    tops = sum(comment.depth == 0 for comment in comments)
    comments = comments[: max(most, tops)]
    for comment in comments:
        comment.thread = thread
    nodes = {comment_id: node for comment_id, node in as_tree(comments).items() if node.comment.depth == 0}
    for node in nodes.values():
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
