"""Finding words in one thread, newest comments first, in windows of bounded work."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from html import escape
from uuid import UUID

from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe

from pennypress.discussion.models import Comment, State, Thread
from pennypress.lib.markup import first_words

MAX_QUERY = 100
MAX_WORDS = 6
HITS_PER_PAGE = 30
# So many comments are looked through for one answer: less than a tenth of a second. "Further back" looks through the next.
WINDOW = 10_000
EXCERPT = 280
# Letters that are one with a mark to a reader, and to no table of Unicode's.
_MARKED = {"đ": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "ŧ": "t"}
# Latin, Greek and Cyrillic letters with their marks.
_ALPHABETS = (range(0x00C0, 0x0530), range(0x1E00, 0x2000))
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
    """Published comments that hold all of the words, in any case and with any accents, the newest first. At most three
    queries.

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


def _plain(letter: str) -> str:
    """The letter in small, without its marks."""
    small = letter.lower()
    return _MARKED.get(small) or unicodedata.normalize("NFD", small)[0]


def _alike() -> dict[str, str]:
    """Of each plain letter, all that are it with marks."""
    found: dict[str, str] = defaultdict(str)
    for letter in (chr(code) for alphabet in _ALPHABETS for code in alphabet):
        plain = _plain(letter)
        if plain != letter.lower() and plain.isalpha():
            found[plain] += letter
    return dict(found)


ALIKE = _alike()


def pattern_of(word: str) -> str:
    """A regular expression, for Python and PostgreSQL alike, of the word in any accents: "cafe" finds "Café", and so does
    "café"; both find "cafe"."""
    return "".join(
        f"[{plain}{ALIKE[plain]}]" if (plain := _plain(letter)) in ALIKE else re.escape(letter)
        for letter in unicodedata.normalize("NFC", word)
    )


def _holds(word: str) -> Q:
    return Q(text__iregex=pattern_of(word))


def excerpt(html: str, words: list[str]) -> SafeString:
    """The place of the first hit with what stands around it, the words marked; spoilers stay hidden."""
    text = first_words(html, 1_000_000)
    pattern = re.compile("|".join(pattern_of(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)
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
