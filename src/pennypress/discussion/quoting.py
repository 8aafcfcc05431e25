"""Somebody's words at the head of an answer to them."""

from pennypress.discussion.models import Comment
from pennypress.discussion.rules import MAX_QUOTE


def quote_of(comment: Comment) -> str:
    """The beginning of the comment as a quote in our markup, with an empty line after it to write on."""
    text = comment.text.strip()
    if len(text) > MAX_QUOTE:
        text = text[: MAX_QUOTE - 1].rstrip() + "…"
    return "".join(f"> {line}".rstrip() + "\n" for line in text.splitlines()) + "\n"
