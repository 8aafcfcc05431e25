"""The roots of a thread's next page, in the order at which its reader began (decision 0013)."""

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pennypress.discussion.cursors import Order, Position
from pennypress.discussion.models import Comment, Standing


def roots_after(roots: QuerySet[Comment], order: Order, position: Position | None, number: int) -> QuerySet[Any]:
    """The ids of so many of the roots as follow."""
    if position is None:
        return roots.order_by(*order.by).values("pk")[:number]
    if not order.by_votes:
        return roots.filter(position.after(order)).order_by(*order.by).values("pk")[:number]
    # Those without a vote since stand where they stood, and the index finds them; the few others where they were.
    moved = Standing.objects.filter(thread_id=position.thread_id, number__gt=position.moment)
    still = roots.filter(position.after(order)).exclude(Exists(moved.filter(comment=OuterRef("pk"))))
    earlier = moved.filter(comment=OuterRef("comment"), number__lt=OuterRef("number"))
    sign = "-" if order.descending else ""
    others = (
        moved.filter(position.after(order, key="comment_id"))
        .filter(~Exists(earlier), Exists(roots.filter(pk=OuterRef("comment_id"))))
        .order_by(f"{sign}{order.field}", f"{sign}comment_id")
    )
    first = Comment.objects.filter(pk__in=still.order_by(*order.by).values("pk")[:number])
    second = Comment.objects.filter(pk__in=others.values("comment_id")[:number])
    both = Comment.objects.filter(pk__in=first.values("pk").union(second.values("pk"), all=True))
    return both.annotate(key=sort_key(order, position)).order_by(f"{sign}key", f"{sign}id").values("pk")[:number]


def sort_key(order: Order, position: Position | None) -> Any:
    """A comment's sort key; with a position, what it was at that moment: what the first vote since then found."""
    if position is None or not order.by_votes:
        return F(order.field)
    since = Standing.objects.filter(comment=OuterRef("pk"), number__gt=position.moment).order_by("number")
    return Coalesce(Subquery(since.values(order.field)[:1]), F(order.field))
