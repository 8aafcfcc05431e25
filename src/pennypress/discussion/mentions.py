"""People of a thread named with `@`. A name is no identity: each mention is bound to a comment of the person meant."""

import re
from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse

from pennypress.discussion.models import Comment, State

# More names than this in one comment call nobody in particular.
MAX_MENTIONS = 10
# A name given so often in one thread belongs to more than one person anyway.
MAX_LIKE_NAMED = 50
_PLAIN = re.compile(r"(?<![\w@])@([^\s@,;:!?()\[\]<>]{1,80})")


def people_named(text: str, page_id: int, chosen: Iterable[UUID] = ()) -> dict[str, Comment]:
    """Whom the text names, as names with a published comment of theirs under the same page. At most two queries.

    `chosen` are comments picked while writing, from suggestions. Another name counts when exactly one person of the thread
    goes by it: then their latest comment is meant. What is ambiguous stays text.
    """
    if "@" not in text:
        return {}
    published = Comment.objects.filter(thread__page_id=page_id, state=State.PUBLISHED)
    published = published.only("id", "name", "author_key", "thread_id").order_by("-created_at", "-id")
    picked = list(published.filter(pk__in=list(chosen)[:MAX_MENTIONS]))
    named = {comment.name: comment for comment in picked if f"@{comment.name}" in text}
    others = {name.rstrip(".'") for name in _PLAIN.findall(text)} - named.keys() - {""}
    likely: dict[str, list[Comment]] = {}
    for comment in published.filter(name__in=sorted(others)[:MAX_MENTIONS])[:MAX_LIKE_NAMED]:
        likely.setdefault(comment.name, []).append(comment)
    for name, comments in likely.items():
        if len({comment.author_key for comment in comments}) == 1:
            named[name] = comments[0]
    return dict(list(named.items())[:MAX_MENTIONS])


def links_to(named: dict[str, Comment]) -> dict[str, str]:
    """The addresses that the names lead to, as lib.markup takes them."""
    return {name: reverse("discussion:comment", args=[comment.id]) for name, comment in named.items()}
