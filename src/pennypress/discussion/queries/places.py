"""One comment or passage: where it stands, what it answers and what answers it, and what became of it."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import UUIDField

from pennypress.discussion import rules
from pennypress.discussion.models import Comment, Passage, Question, Removal
from pennypress.discussion.queries.threads import Node, as_tree, drawn
from pennypress.lib.prepared import Given, Prepared


@dataclass(frozen=True)
class Place:
    """A comment in its context: what it answers, itself, and what answers it."""

    comment: Comment
    above: list[Comment]
    nodes: list[Node]
    cut_above: bool
    next_number: int = 0


def comment_with_page(comment_id: UUID) -> Comment:
    """The comment with its thread and page. Raises Comment.DoesNotExist."""
    found = _with_page.first(comment=comment_id)
    if found is None:
        raise Comment.DoesNotExist
    return found


_with_page = Prepared(
    lambda: Comment.objects.select_related("thread__page", "root", "passage").filter(pk=Given("comment", UUIDField()))
)


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
    tree = as_tree([comment, *replies])
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
