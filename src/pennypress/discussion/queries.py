"""What pages of the discussion show. A page of a thread costs one query for the thread and one for its comments."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, SmallIntegerField, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from wagtail.models import Page

from pennypress.delivery.live import latest
from pennypress.delivery.ready import PAGES, fades, shows
from pennypress.discussion import rules
from pennypress.discussion.cursors import ORDERS, Order, Position, read_cursor, write_cursor
from pennypress.discussion.models import (
    Annotations,
    Comment,
    DiscussionSettings,
    Passage,
    Question,
    Removal,
    Report,
    State,
    Thread,
    Vote,
)
from pennypress.discussion.paging import roots_after, sort_key
from pennypress.discussion.ranking import STANDINGS_KEPT
from pennypress.lib.blocks import Block
from pennypress.lib.privacy import restricted
from pennypress.newsroom.queries import current_newsroom

# Threads that somebody wrote in lately come before larger ones that went quiet.
LATELY = timedelta(days=90)
# Nobody has voted on more within one thread and still needs every mark at once.
MAX_MARKS = 2_000
DESK_PAGE = 50
# Columns of a passage that stand in no thread.
NOT_DRAWN = ("prefix", "suffix", "block", "start", "end", "words_now", "created_at", "comment_count")
# What ready pages that show the most discussed articles are tagged with.
MOST_DISCUSSED = "discussed"
# And those that show the newest comments of all.
NEWEST = "comments"


@dataclass
class Node:
    """A comment as drawn: its replies below it, to the drawn depth."""

    comment: Comment
    level: int = 1
    answers_above: bool = False
    replies: list["Node"] = field(default_factory=list)
    more: int = 0
    is_pinned: bool = False
    # Nobody can answer here: a moderator has closed the branch.
    is_closed: bool = False


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


@dataclass(frozen=True)
class Place:
    """A comment in its context: what it answers, itself, and what answers it."""

    comment: Comment
    above: list[Comment]
    nodes: list[Node]
    cut_above: bool
    next_number: int = 0


@dataclass(frozen=True)
class Marks:
    votes: dict[str, int]
    editable: dict[str, str]
    held: list[Comment]
    own: list[str]
    removals: list[Removal]


def tag_of(page_id: int) -> str:
    """What ready pages that show this page's discussion are tagged with."""
    return f"thread:{page_id}"


def thread_of(page: Page) -> Thread | None:
    """The page's thread, or None while nobody has commented; asked once for each page object."""
    if "_discussion_thread" not in page.__dict__:
        shows(tag_of(page.pk))
        # What live events this page has seen is read before what it shows, so that it misses none.
        told = Coalesce(Subquery(latest(tag_of(page.pk))), 0)
        threads = Thread.objects.annotate(told=told).select_related("annotations").defer("annotations__text")
        page.__dict__["_discussion_thread"] = threads.filter(page_id=page.pk).first()
    return page.__dict__["_discussion_thread"]


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
    chosen = Comment.objects.filter(thread=thread, depth=0, is_shown=True)
    if about:
        chosen = chosen.filter(passage=about) if isinstance(about, Passage) else chosen.exclude(passage=None)
    position = read_cursor(cursor, order, thread.id) if cursor else None
    if position and order.by_votes and thread.vote_number - position.moment > STANDINGS_KEPT:
        # Begun too long ago to be told in the order of then: from here on in the order of now.
        position = replace(position, moment=thread.vote_number)
    pinned = [] if cursor or about else _pinned(thread)
    before = position.pinned if position else tuple(node.comment.id for node in pinned)
    if before:
        chosen = chosen.exclude(pk__in=before)
    found = _branches(
        thread,
        roots_after(chosen, order, position, roots + 1),
        # One statement sees one moment: the numbers below belong to the order of these very comments.
        moment=F("thread__vote_number"),
        key=sort_key(order, position),
    )
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
    nodes = _branches(thread, Comment.objects.filter(pk__in=thread.pinned, state=State.PUBLISHED).values("pk"))
    for node in nodes:
        node.is_pinned = True
    return sorted(nodes, key=lambda node: thread.pinned.index(node.comment.id.hex))


def _branches(thread: Thread, roots: QuerySet[Comment, Any], **columns: Any) -> list[Node]:
    """These roots, each with its first replies, in no order; the columns beside their own. One query."""
    comments = list(
        drawn()
        .filter(thread=thread, root_id__in=roots, reply_number__lte=rules.REPLIES_PER_ROOT)
        .annotate(**columns)
        .order_by("reply_number", "id")
    )
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
    chosen = chosen.annotate(closed=F("root__branch_is_closed"))
    if cursor:
        chosen = chosen.filter(read_cursor(cursor, order, thread.id).after(order))
    found = list(chosen.order_by(*order.by)[: rules.ROOTS_PER_PAGE + 1])
    shown = found[: rules.ROOTS_PER_PAGE]
    nodes = [
        Node(
            comment,
            answers_above=comment.parent_id is not None,
            more=comment.child_count,
            is_closed=comment.closed,  # type: ignore[attr-defined]
        )
        for comment in shown
    ]
    following = ""
    if len(found) > len(shown):
        last = shown[-1]
        following = write_cursor(Position(last.created_at, last.id, thread.id, thread.vote_number), order)
    return ThreadPage(page, thread, order, nodes, following, is_first=not cursor)


def drawn() -> QuerySet[Comment]:
    """Shown comments with the columns that drawing them needs, the parent's name included."""
    shown = Comment.objects.shown().select_related("passage").annotate(parent_name=F("parent__name"))
    return shown.defer("text", "email", *(f"passage__{name}" for name in NOT_DRAWN))


def as_tree(comments: Iterable[Comment], *, closed: bool = False) -> dict[UUID, Node]:
    """Nodes by comment, each hung under what it answers; below the drawn depth they follow on the last level.

    `closed` where all of them stand in a closed branch whose root is not among them. Comments come with parents before
    their replies. Those whose parent is not among them stand on the first level.
    """
    nodes: dict[UUID, Node] = {}
    lists: dict[UUID, Node] = {}
    for comment in comments:
        node = nodes[comment.id] = Node(comment, is_closed=comment.branch_is_closed or closed)
        above = nodes.get(comment.parent_id) if comment.parent_id else None
        if above is None:
            node.answers_above = comment.parent_id is not None
            continue
        if above.level < rules.MAX_DRAWN_DEPTH:
            holder = above
        else:
            holder, node.answers_above = lists[above.comment.id], True
        node.level, node.is_closed = holder.level + 1, holder.is_closed
        lists[comment.id] = holder
        holder.replies.append(node)
    return nodes


def _count(nodes: list[Node]) -> int:
    return sum(1 + _count(node.replies) for node in nodes)


def comment_with_page(comment_id: UUID) -> Comment:
    """The comment with its thread and page. Raises Comment.DoesNotExist."""
    found = Comment.objects.select_related("thread__page", "root", "passage").annotate(parent_name=F("parent__name"))
    return found.get(pk=comment_id)


def passage_with_page(passage_id: UUID) -> Passage:
    """The passage with its question, thread and page. Raises Passage.DoesNotExist."""
    return Passage.objects.select_related("thread__page", "question").get(pk=passage_id)


def standing_question(passage: Passage) -> Question | None:
    """What the author asks at the passage, if they still ask it."""
    question = getattr(passage, "question", None)
    return question if question and question.withdrawn_at is None else None


def place_of(comment: Comment, *, after_number: int = 0) -> Place:
    """The comment's context: at most CONTEXT_DEPTH comments above, and a page of replies below.

    Below a root come all replies of its branch in their order; below a reply only those that answer it directly, each
    leading on to its own place: so every comment is reached at a bounded cost.
    """
    above = {found.id: found for found in drawn().filter(pk__in=[UUID(hex_id) for hex_id in comment.ancestors])}
    chain = [above[UUID(hex_id)] for hex_id in reversed(comment.ancestors) if UUID(hex_id) in above]
    below = drawn().filter(thread_id=comment.thread_id, reply_number__gt=after_number)
    below = below.filter(root_id=comment.id) if comment.depth == 0 else below.filter(parent_id=comment.id)
    page = list(below.order_by("reply_number", "id")[: rules.REPLIES_PER_BRANCH_PAGE + 1])
    replies = page[: rules.REPLIES_PER_BRANCH_PAGE]
    tree = as_tree([comment, *replies], closed=comment.root.branch_is_closed)
    top = tree.pop(comment.id)
    nodes = top.replies + [node for node in tree.values() if node.level == 1]
    for node in tree.values() if comment.depth else ():
        node.more = node.comment.child_count
    next_number = replies[-1].reply_number or 0 if len(page) > len(replies) else 0
    return Place(comment, chain, nodes, comment.depth > len(comment.ancestors), next_number)


def standing_removal(comment: Comment) -> Removal | None:
    return Removal.objects.filter(comment=comment, lifted_at=None).first() if comment.is_removed else None


def merged_into(comment_id: UUID) -> UUID | None:
    """The comment that stays where this one was merged with it."""
    standing = Removal.objects.filter(comment_id=comment_id, lifted_at=None)
    return standing.values_list("merged_into", flat=True).first()


def removal_with_comment(removal_id: UUID) -> Removal:
    """The removal with its comment, thread and page. Raises Removal.DoesNotExist."""
    return Removal.objects.select_related("comment__thread__page", "comment__root").get(pk=removal_id)


def own_report(comment: Comment, key: str) -> Report | None:
    return Report.objects.filter(comment=comment, reporter_key=key).first()


def marks_of(thread_id: UUID, key: str) -> Marks:
    """What one person's marks on a thread are: their votes, what they may still edit, their held comments."""
    votes = Vote.objects.filter(thread_id=thread_id, voter_key=key).values_list("comment_id", "value")
    own = Comment.objects.filter(thread_id=thread_id, author_key=key).filter(
        Q(created_at__gt=timezone.now() - rules.EDIT_WINDOW)
        | Q(state=State.HELD)
        | Q(state=State.REMOVED, created_at__gt=timezone.now() - rules.APPEAL_WINDOW)
    )
    # Votes and own comments in one query; a comment of one's own stands with the vote nobody can give.
    mine = Comment.objects.filter(thread_id=thread_id, author_key=key, state=State.PUBLISHED)
    both = list(votes.union(mine.values_list("id", Value(0, output_field=SmallIntegerField())), all=True)[:MAX_MARKS])
    own = (
        own.select_related("thread", "root")
        .prefetch_related("holds")
        .annotate(parent_name=F("parent__name"))
        .order_by("created_at")[:DESK_PAGE]
    )
    fresh = [comment for comment in own if timezone.now() < rules.editable_until(comment)]
    return Marks(
        votes={str(comment_id): value for comment_id, value in both if value},
        editable={
            str(comment.id): rules.editable_until(comment).isoformat()
            for comment in fresh
            if not comment.is_gone and not comment.thread.is_closed and not comment.root.branch_is_closed
        },
        held=[comment for comment in own if comment.is_held],
        own=[str(comment_id) for comment_id, value in both if not value],
        removals=_removals_of([comment for comment in own if comment.is_removed]),
    )


def _removals_of(comments: list[Comment]) -> list[Removal]:
    if not comments:
        return []
    return list(Removal.objects.filter(comment__in=comments, lifted_at=None).select_related("comment"))


def own_vote(comment: Comment, key: str) -> int:
    return Vote.objects.filter(comment=comment, voter_key=key).values_list("value", flat=True).first() or 0


def discussion_settings() -> DiscussionSettings:
    return DiscussionSettings.for_site(current_newsroom().site)


def holds_first_comments() -> bool:
    return discussion_settings().hold_first_comments


def heard_by_all(page_ids: list[str]) -> set[str]:
    """Those of the pages whose discussion anybody may listen to."""
    public = Page.objects.live().filter(~restricted(), pk__in=page_ids)
    return {str(pk) for pk in public.values_list("pk", flat=True)}


def most_discussed(number: int) -> QuerySet[Page]:
    """Public pages with the most comments, those with a comment in the last weeks first."""
    shows(MOST_DISCUSSED)
    # Who has gone quiet may be told with a day's delay.
    fades(timezone.now() + timedelta(days=1))
    since = timezone.now() - LATELY
    return (
        Page.objects.live()
        .filter(~restricted(), discussion_thread__comment_count__gt=0)
        .annotate(
            comment_count=F("discussion_thread__comment_count"),
            quiet=Case(When(discussion_thread__last_comment_at__gte=since, then=Value(0)), default=Value(1)),
        )
        .order_by("quiet", "-comment_count", "-pk")[:number]
    )


def reported_exist() -> bool:
    return Comment.objects.filter(open_reports__gt=0).exists()


def held_count() -> int:
    """How many comments wait for approval, from the threads' kept counts."""
    return Thread.objects.filter(held_count__gt=0).aggregate(total=Sum("held_count"))["total"] or 0


def public_comments() -> QuerySet[Comment]:
    """Published comments under public pages, newest first, with their pages."""
    shows(PAGES)
    pages = Page.objects.live().filter(~restricted())
    found = Comment.objects.filter(state=State.PUBLISHED, thread__page__in=pages)
    return found.select_related("thread__page").order_by("-created_at", "-id")
