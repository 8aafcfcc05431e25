from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from wagtail.models import Page

from pennypress.discussion import holding, queries
from pennypress.discussion.cursors import DEFAULT_ORDER, ORDERS, BadCursor, order_named
from pennypress.discussion.drawing import draw
from pennypress.discussion.models import Comment
from pennypress.discussion.queries import Node

register = template.Library()


@register.inclusion_tag("discussion/_discussion.html", takes_context=True)
def thread(context: Context, page: Page) -> dict[str, Any]:
    """The whole discussion under an article: its first page in the order of `?order=`, or the one at `?after=`."""
    asked = context["request"].GET
    order = order_named(asked.get("order"))
    try:
        shown = queries.thread_page(page, order, cursor=asked.get("after", ""))
    except BadCursor:
        shown = queries.thread_page(page, order)
    return {"page": page, "shown": shown, "orders": ORDERS.values(), "default_order": DEFAULT_ORDER}


@register.simple_tag
def comments(nodes: Iterable[Node]) -> SafeString:
    """The comments as list items, each with its replies."""
    return draw(nodes)


@register.simple_tag
def why_it_waits(comment: Comment) -> str:
    """For its author."""
    return holding.why_it_waits(comment)


@register.simple_tag
def most_discussed(number: int) -> list[Page]:
    return list(queries.most_discussed(number))


@register.simple_tag
def comment_count(page: Page) -> int:
    thread = queries.thread_of(page)
    return thread.comment_count if thread else 0
