"""Finding words in one thread, newest comments first, in windows of bounded work."""

import re
from dataclasses import dataclass
from datetime import datetime
from html import escape
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe

from pennypress.discussion.models import Comment, State, Thread
from pennypress.lib.markup import first_words

MAX_QUERY = 100
MAX_WORDS = 6
HITS_PER_PAGE = 30
# So many comments are looked through for one answer: some 20 milliseconds. "Further back" looks through the next.
WINDOW = 10_000
EXCERPT = 280
# Before the first hit in an excerpt: a few words of what leads to it.
LEAD = 60


@dataclass(frozen=True)
class Hit:
    comment: Comment
    excerpt: SafeString


@dataclass(frozen=True)
class Hits:
    """What was found; `before` is the comment after which to go on, if there is more to look through."""

    hits: list[Hit]
    before: UUID | None


def asked_words(query: str) -> list[str]:
    """The words of a query, the first few of them."""
    return " ".join(query.replace("\0", " ").split())[:MAX_QUERY].split()[:MAX_WORDS]


def search_thread(thread: Thread, words: list[str], *, before: UUID | None = None) -> Hits:
    """Published comments that hold all of the words, in any case, the newest first. At most three queries.

    Not an index of words, since a reader who looks for "ferr" in one discussion means "ferry", and each window is small.
    """
    public = Comment.objects.filter(thread=thread, state=State.PUBLISHED).order_by("-created_at", "-id")
    if before:
        last = Comment.objects.filter(thread=thread, pk=before).values_list("created_at", flat=True).first()
        if last is None:
            return Hits([], None)
        public = public.filter(_older(last, before))
    window = list(public.values_list("id", flat=True)[WINDOW - 1 : WINDOW])
    looked = public
    if window:
        oldest = Comment.objects.values_list("created_at", flat=True).get(pk=window[0])
        looked = public.exclude(_older(oldest, window[0]))
    for word in words:
        looked = looked.filter(_holds(word))
    found = list(looked.only("id", "name", "html", "created_at", "thread_id")[: HITS_PER_PAGE + 1])
    following: UUID | None = window[0] if window else None
    if len(found) > HITS_PER_PAGE:
        following = found[HITS_PER_PAGE - 1].id
    return Hits([Hit(comment, excerpt(comment.html, words)) for comment in found[:HITS_PER_PAGE]], following)


def _older(moment: datetime, comment_id: UUID) -> Q:
    return Q(created_at__lt=moment) | Q(created_at=moment, id__lt=comment_id)


def _holds(word: str) -> Q:
    # SQLite's own comparison without case knows the letters of English only.
    if connection.vendor == "sqlite":
        return Q(text__iregex=re.escape(word))
    return Q(text__icontains=word)


def excerpt(html: str, words: list[str]) -> SafeString:
    """The place of the first hit with what stands around it, the words marked; spoilers stay hidden."""
    text = first_words(html, 1_000_000)
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)
    found = pattern.search(text)
    start = max(0, found.start() - LEAD) if found else 0
    if start:
        start = text.find(" ", start) + 1 or start
    end = start + EXCERPT
    shown = text[start:end].rstrip()
    marked, at = "", 0
    for hit in pattern.finditer(shown):
        marked += f"{escape(shown[at : hit.start()])}<mark>{escape(hit.group())}</mark>"
        at = hit.end()
    marked += escape(shown[at:])
    return mark_safe(f"{'… ' if start else ''}{marked}{' …' if end < len(text) else ''}")
