import json
from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Page

from pennypress.discussion import holding, margins, queries
from pennypress.discussion.cursors import DEFAULT_ORDER, ORDERS, BadCursor, order_named
from pennypress.discussion.drawing import draw, draw_badges
from pennypress.discussion.faces import face_of
from pennypress.discussion.models import Comment
from pennypress.discussion.queries import Node

register = template.Library()

# For each plural category of CLDR a number that is in it, in whatever language has the category.
PLURALS = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}


@register.inclusion_tag("discussion/_discussion.html", takes_context=True)
def thread(context: Context, page: Page) -> dict[str, Any]:
    """The whole discussion under an article: its first page in the order of `?order=`, or the one at `?after=`."""
    asked = context["request"].GET
    order = order_named(asked.get("order"))
    about = asked.get("show", "")
    about = about if about == "passages" else ""
    try:
        shown = queries.thread_page(page, order, cursor=asked.get("after", ""), about=about)
    except BadCursor:
        shown = queries.thread_page(page, order, about=about)
    return {"page": page, "shown": shown, "orders": ORDERS.values(), "default_order": DEFAULT_ORDER}


@register.simple_tag(takes_context=True)
def annotated(context: Context, page: Page, body: str) -> SafeString:
    """The article's body with what readers and authors have said at its passages."""
    if getattr(context["request"], "is_preview", False) or not getattr(page, "has_discussion", False):
        return mark_safe(body)  # noqa: S308 - as it was rendered at publication
    return margins.annotated(body, page_id=page.pk, thread=queries.thread_of(page))


@register.inclusion_tag("discussion/_passage_invitation.html", takes_context=True)
def passage_invitation(context: Context, page: Page) -> dict[str, Any]:
    """The way to comment on one paragraph, for who does not select its words."""
    thread = None if getattr(context["request"], "is_preview", False) else queries.thread_of(page)
    return {"is_open": not (thread and thread.is_closed)}


@register.simple_tag
def comments(nodes: Iterable[Node], first: bool = False) -> SafeString:
    """The comments as list items, each with its replies; `first` where a skip link leads to the first of them."""
    return draw(nodes, first=first)


@register.inclusion_tag("discussion/_skip_links.html", takes_context=True)
def thread_skip_links(context: Context, page: Page) -> dict[str, Any]:
    """The short ways of a keyboard to the discussion: three presses to each thing one may do there."""
    if getattr(context["request"], "is_preview", False) or not getattr(page, "has_discussion", False):
        return {}
    thread = queries.thread_of(page)
    return {"is_open": not (thread and thread.is_closed), "has_comments": bool(thread and thread.root_count)}


@register.simple_tag
def badges(comment: Comment) -> SafeString:
    """What is said of the comment's author beside the name, and that it is a pick."""
    return draw_badges(comment)


@register.simple_tag
def why_it_waits(comment: Comment) -> str:
    """For its author."""
    return holding.why_it_waits(comment)


@register.simple_tag
def face(comment: Comment) -> SafeString:
    return mark_safe(face_of(comment.author_key))  # noqa: S308 - drawn from a hash


@register.simple_tag
def most_discussed(number: int) -> list[Page]:
    return queries.most_discussed(number)


@register.simple_tag
def comment_count(page: Page) -> int:
    thread = queries.thread_of(page)
    return thread.comment_count if thread else 0


@register.simple_tag
def news_words() -> str:
    """What the script of live events says, in the page's language."""
    return json.dumps(
        {
            "comments": plural_forms("%(n)s new comment", "%(n)s new comments"),
            "replies": plural_forms("%(n)s new reply", "%(n)s new replies"),
            "changed": _("Changed: show"),
            "stale": _("More has happened: show"),
            "removed": _("This comment was removed."),
            "deleted": _("This comment was deleted by its author."),
            "away": _("This comment is not shown at the moment."),
            "closed": _("This discussion was closed a moment ago."),
            "in_all": plural_forms("%(n)s comment", "%(n)s comments"),
            "answers": plural_forms("%(n)s answer", "%(n)s answers"),
            "question": _("Question to readers"),
            "at": _("on the passage “%(quote)s”") % {"quote": "%q"},
            "pinned": _("Pinned"),
            "pick": _("Newsroom's pick"),
            "picks": _("Newsroom's picks"),
            "branch": _("This branch is closed."),
            "now": _("just now"),
            "reply": _("Reply"),
        },
        ensure_ascii=False,
    )


def plural_forms(one: str, other: str) -> dict[str, str]:
    """The sentence for each of a language's plural categories, as browsers name them (CLDR); %n stands for the number."""
    return {name: ngettext(one, other, number) % {"n": "%n"} for name, number in PLURALS.items()}
