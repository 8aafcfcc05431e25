"""What stands beside an article's text: the author's questions, marks with their counts, and a way to each paragraph.

Written into the HTML that was rendered at publication, at the places of its paragraphs; the text itself is not touched,
and what is added stands at its paragraphs' ends, so that letters are counted alike with and without it.
"""

from collections import defaultdict
from collections.abc import Iterable
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypress.discussion.models import Thread
from pennypress.discussion.queries import annotations_of
from pennypress.lib.blocks import Block, blocks_of, numbered
from pennypress.lib.text import shortened

# Paragraphs with a link of their own; a heading or a caption is commented on by selecting its words.
WITH_LINK = {"p", "li", "blockquote", "dd", "pre"}
# Nothing may follow these but others of their kind, so what belongs to them stands inside.
CLOSED = {"li", "td", "th", "dt", "dd", "figcaption", "caption"}
# So many letters of a quote tell which passage a mark is of.
NAMED = 60


def annotated(html: str, *, page_id: int, thread: Thread | None) -> SafeString:
    """The body with its margins. Marks of paragraphs that are not in it are left out: no mark stands at a wrong place."""
    html = numbered(html)
    marks: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for mark in annotations_of(thread).marks:
        marks[mark["block"]].append(mark)
    words = "" if thread and thread.is_closed else escape(_("Comment on this paragraph"))
    address = reverse("discussion:block", args=[page_id, "BLOCK"])
    pieces, at = [], 0
    for block in blocks_of(html):
        pieces.append(html[at : block.ends_at])
        at = block.ends_at
        if words and block.tag in WITH_LINK:
            link = address.replace("BLOCK", block.id)
            pieces.append(f'<a class="comment-here margin" href="{link}">{words}</a>')
        if block.id in marks:
            if block.tag not in CLOSED:
                pieces.append(html[at : block.after])
                at = block.after
            pieces.append(_notes(block, marks[block.id], may_answer=bool(words)))
    return mark_safe("".join([*pieces, html[at:]]))  # noqa: S308 - the body as published, and what is escaped here


def _notes(block: Block, marks: Iterable[dict[str, Any]], *, may_answer: bool) -> str:
    """The questions and counts of one paragraph, in the order of their passages."""
    rows = [_note(block, mark, may_answer) for mark in sorted(marks, key=lambda mark: (mark["start"], mark["end"]))]
    return f'<div class="passage-notes margin" data-block="{block.id}">{"".join(rows)}</div>'


def _note(block: Block, mark: dict[str, Any], may_answer: bool) -> str:
    name, count = mark["id"], mark["count"]
    address = reverse("discussion:passage", args=[name])
    quote = escape(shortened(block.text[mark["start"] : mark["end"]], NAMED))
    place = f'data-passage="{name}" data-start="{mark["start"]}" data-end="{mark["end"]}"'
    question = mark.get("question")
    about = escape(_("on the passage “%(quote)s”")) % {"quote": quote}
    if question and mark["open"]:
        answers = escape(ngettext("%(n)s answer", "%(n)s answers", count) % {"n": count})
        answer = f'<a class="passage-open answer" href="{address}">{escape(_("Answer"))}</a>' if may_answer else ""
        return (
            f'<div class="question card" {place}><p class="question-words" dir="auto">{escape(question)}</p>'
            f'<p class="cluster">{answer}<a class="passage-open passage-count" href="{address}">{answers}'
            f'<span class="visually-hidden"> {about}</span></a></p></div>'
        )
    if question:
        shown = escape(_("Question to readers")) + (f" · {count}" if count else "")
        sign = "?"
    else:
        shown = escape(ngettext("%(n)s comment", "%(n)s comments", count) % {"n": count})
        sign = "❞"
    return (
        f'<a class="passage-open passage-count" {place} href="{address}"><span aria-hidden="true">{sign}</span> '
        f'{shown}<span class="visually-hidden"> {about}</span></a> '
    )
