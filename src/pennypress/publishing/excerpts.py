"""The place where a search hit stands, with the words marked."""

import re
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from pennypress.lib.markup import plain_text

BEFORE, LENGTH = 60, 240


def excerpt(page: Any, words: str) -> SafeString:
    """About 240 characters around the first word found; escaped first, then marked."""
    text = " ".join([page.standfirst, plain_text(page.rendered.get("body", ""))])
    wanted = re.compile("|".join(re.escape(word) for word in words.split()), re.IGNORECASE)
    first = wanted.search(text)
    start = 0
    if first is not None and first.start() > BEFORE:
        # From word to word, where there are spaces at all.
        start = first.start() - BEFORE
        start = text.find(" ", start, first.start()) + 1 or start
    piece = text[start : start + LENGTH]
    if start + LENGTH < len(text) and " " in piece:
        piece = piece.rpartition(" ")[0]
    shown, at = [], 0
    for match in wanted.finditer(piece):
        shown += [escape(piece[at : match.start()]), "<mark>", escape(match.group()), "</mark>"]
        at = match.end()
    shown.append(escape(piece[at:]))
    ends = ("… " if start else "", " …" if start + LENGTH < len(text) else "")
    return mark_safe(ends[0] + "".join(shown) + ends[1])  # noqa: S308 - every part was escaped above
