"""An article's HTML as paragraphs that can be pointed at: each has an id made of its own words, and its plain text.

A block is an element of running text that holds no other one: a paragraph, a list's item, a heading. Its text is what a
browser calls its textContent, letter for letter, so that both mean the same by "from the 12th to the 40th character"
(Unicode code points). Since the id is a hash of that text, it names these words and no others, wherever they stand.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from html import unescape

BLOCK_TAGS = (
    "p", "li", "h2", "h3", "h4", "h5", "h6", "blockquote", "figcaption", "td", "th", "dt", "dd", "pre", "summary", "address",
    "caption", "div",
)  # fmt: skip
# They hold blocks and are none.
_HOLDERS = {"ul", "ol", "dl", "table", "tbody", "thead", "tr", "figure", "section", "aside", "details", "hr", "img"}
# What stands in it is not the newsroom's text.
_NOT_TEXT = re.compile(r'\bclass="(?:[^"]* )?embed\b')

_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
_EDITORS_KEY = re.compile(r' data-block-key="[^"]*"')
_ID = r"p-[0-9a-f]{8}(?:-\d+)?"
BLOCK_ID = re.compile(rf"^{_ID}\Z")
_BLOCK = re.compile(
    rf'<({"|".join(BLOCK_TAGS)})\b[^<>]*? id="({_ID})"(?:[^>"\']|"[^"]*"|\'[^\']*\')*>(.*?)</\1>', re.DOTALL
)
_ATTRIBUTE = re.compile(r' (data-[a-z]+)="([^"]*)"')


@dataclass(frozen=True)
class Mark:
    """A stretch of a block's text that its author marked: a <span> with `data-` attributes."""

    start: int
    end: int
    data: dict[str, str]


@dataclass(frozen=True)
class Block:
    """`ends_at` is where the block's closing tag begins in the HTML it was read from, `after` where it has ended."""

    id: str
    tag: str
    text: str
    marks: tuple[Mark, ...] = ()
    ends_at: int = 0
    after: int = 0


def numbered(html: str) -> str:
    """The HTML with an id on each block; what had one keeps it. Made once, at publication."""
    html = _EDITORS_KEY.sub("", html.replace("\r\n", "\n"))
    pieces, end = [], 0
    seen: dict[str, int] = {}
    for opening, inner in _leaves(html):
        if " id=" in opening.group(3):
            continue
        name = id_of(_text(opening.group(2), inner))
        seen[name] = seen.get(name, 0) + 1
        mark = name if seen[name] == 1 else f"{name}-{seen[name]}"
        at = opening.end(2)
        pieces += [html[end:at], f' id="{mark}"']
        end = at
    return "".join([*pieces, html[end:]])


def id_of(text: str) -> str:
    """The id of a block with this text, unless another one before it says the same."""
    return "p-" + blake2b(text.encode(errors="replace"), digest_size=4).hexdigest()


def blocks_of(html: str) -> list[Block]:
    """The blocks of numbered HTML, in their order."""
    return [
        Block(
            id=found.group(2), tag=found.group(1), text=_text(found.group(1), found.group(3)), marks=_marks(found.group(3)),
            ends_at=found.end(3), after=found.end(),
        )
        for found in _BLOCK.finditer(html)
    ]  # fmt: skip


def _leaves(html: str) -> list[tuple[re.Match[str], str]]:
    """Opening tag and inner HTML of each block with something to read."""
    leaves: list[tuple[re.Match[str], str]] = []
    open_tags: list[re.Match[str]] = []
    holders: set[int] = set()
    for found in _TAG.finditer(html):
        closing, name = found.group(1), found.group(2).lower()
        if name in _HOLDERS and not closing:
            holders.update(tag.start() for tag in open_tags)
        if name not in BLOCK_TAGS:
            continue
        if not closing:
            holders.update(tag.start() for tag in open_tags)
            open_tags.append(found)
        elif any(tag.group(2).lower() == name for tag in open_tags):
            while (opening := open_tags.pop()).group(2).lower() != name:
                pass
            inner = html[opening.end() : found.start()]
            inside = [opening, *open_tags]
            foreign = any(_NOT_TEXT.search(tag.group(3)) for tag in inside)
            if opening.start() not in holders and not foreign and _text(name, inner).strip():
                leaves.append((opening, inner))
    return leaves


def _text(tag: str, inner: str) -> str:
    # A browser leaves out the line end that a <pre> begins with.
    return unescape(_TAG.sub("", inner.removeprefix("\n") if tag == "pre" else inner))


def _marks(inner: str) -> tuple[Mark, ...]:
    return tuple(_found_marks(inner)) if "data-" in inner else ()


def _found_marks(inner: str) -> Iterator[Mark]:
    """Spans are not nested in each other by any editor of ours; where they are, the outer one counts."""
    begun: tuple[int, dict[str, str]] | None = None
    depth, at, length = 0, 0, 0
    for found in _TAG.finditer(inner):
        length += len(unescape(inner[at : found.start()]))
        at = found.end()
        if found.group(2).lower() != "span":
            continue
        if found.group(1):
            depth -= 1
            if depth == 0 and begun and length > begun[0]:
                yield Mark(begun[0], length, begun[1])
                begun = None
        else:
            depth += 1
            data = {name: unescape(value) for name, value in _ATTRIBUTE.findall(found.group(3))}
            if begun is None and data:
                begun, depth = (length, data), 1
