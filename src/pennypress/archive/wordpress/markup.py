"""What WordPress does to a text before it shows it, done once: blocks, shortcodes, paragraphs from blank lines.

The result is a tree of plain HTML (lxml), not yet cleaned; `body.py` makes the article's blocks from it.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from lxml import html

from pennypress.archive.wordpress.tree import append_text, serialised
from pennypress.lib.markup import without_controls

# A synced block may hold another; a circle of them must end.
MAX_SYNCED_DEPTH = 5

_BLOCK = re.compile(r"<!--\s+(/)?wp:([a-z][a-z0-9_/-]*)\s+(\{.*?\}\s+)?(/)?-->", re.DOTALL)
DRAWN = "Blocks that WordPress draws from its database were left out of the text"
SHORTCODE = "Shortcodes of plugins were left out of the text; words inside them were kept"
# Drawn by WordPress from its database at each visit: lists of posts, the site's own furniture, forms.
_DRAWN = (
    "query", "post-template", "comments", "navigation", "latest-posts", "latest-comments", "archives", "calendar",
    "categories", "page-list", "rss", "search", "tag-cloud", "loginout", "social-links", "post-comments-form",
    "query-title", "post-navigation-link", "read-more", "term-description", "comment-template",
)  # fmt: skip

_CODE = re.compile(r"(<pre\b.*?</pre>|<code\b.*?</code>)", re.DOTALL | re.IGNORECASE)
_SHORTCODE = re.compile(r"""\[(\[?)([a-zA-Z][\w-]*)(?![\w-])((?:[^\[\]"']|"[^"]*"|'[^']*')*?)(/?)\](\]?)""", re.DOTALL)
_CLOSING = re.compile(r"\[/([a-zA-Z][\w-]*)\]")
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'\]]+))|"([^"]*)"|(\S+)""")
_KNOWN_ALONE = {"gallery", "audio", "video", "playlist", "slideshow", "archives", "sitemap", "nextpage", "more"}

_BLOCK_TAGS = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tfoot",
    "tr", "td", "th", "pre", "blockquote", "figure", "figcaption", "div", "section", "article", "aside", "header",
    "footer", "main", "nav", "hr", "address", "details", "summary", "form", "fieldset", "iframe", "video", "audio",
    "object", "center", "caption", "colgroup", "col",
}  # fmt: skip
_MAY_HOLD_PARAGRAPHS = {"div", "section", "article", "aside", "blockquote", "center", "main", "td", "li", "dd"}
_BLANK_LINE = re.compile(r"\n[ \t\xa0]*\n\s*")


@dataclass
class Markup:
    """How to look things up while a text is read, and whom to tell what was left out."""

    synced_block: Callable[[int], str] = lambda _number: ""
    left_out: Callable[[str, str], None] = lambda _why, _what: None
    _depth: int = field(default=0, init=False)

    def tree(self, content: str) -> Any:
        """A <div> with the text's HTML as WordPress would have shown it."""
        content = without_controls(content)
        whole = html.fragment_fromstring("<div></div>")
        for text, is_classic in self._segments(content):
            part = parse(self._expand(text))
            if is_classic:
                make_paragraphs(part)
            _move_into(whole, part)
        return whole

    def _segments(self, content: str) -> Iterator[tuple[str, bool]]:
        """Blocks' HTML without their comments, and the classic text between them; True for classic text."""
        written: list[str] = []
        open_blocks: list[str] = []
        dropped_at: int | None = None
        end = 0
        for found in _BLOCK.finditer(content):
            closing, name, attributes, alone = found.groups()
            between = content[end : found.start()]
            end = found.end()
            if dropped_at is None:
                if not open_blocks and between.strip():
                    yield "".join(written), False
                    written.clear()
                    yield between, True
                else:
                    written.append(between)
            if closing:
                if name in open_blocks:
                    while open_blocks.pop() != name:
                        pass
                if dropped_at is not None and len(open_blocks) <= dropped_at:
                    dropped_at = None
                continue
            if dropped_at is None and name.removeprefix("core/") in _DRAWN:
                self.left_out(DRAWN, name)
                # One that is never closed must not swallow the rest of the text.
                dropped_at = None if alone or f"/wp:{name} " not in content[end:] else len(open_blocks)
            elif dropped_at is None and alone:
                written.append(self._standing_alone(name, attributes))
            if not alone:
                open_blocks.append(name)
        rest = content[end:]
        yield "".join(written) + (rest if open_blocks and dropped_at is None else ""), False
        if not open_blocks and rest.strip():
            yield rest, True

    def _standing_alone(self, name: str, attributes: str | None) -> str:
        values = _json(attributes)
        if name in ("block", "core/block") and self._depth < MAX_SYNCED_DEPTH:
            text = self.synced_block(_whole_number(values.get("ref")))
            if text:
                self._depth += 1
                shown = serialised(self.tree(text))
                self._depth -= 1
                return shown
        self.left_out(DRAWN, name)
        return ""

    def _expand(self, text: str) -> str:
        """Shortcodes become HTML; unknown ones leave their inner text. Code stays as it is."""
        return "".join(part if _CODE.fullmatch(part) else self._shortcodes(part) for part in _CODE.split(text))

    def _shortcodes(self, text: str) -> str:
        result: list[str] = []
        position = 0
        for _guard in range(len(text) + 1):
            found = _SHORTCODE.search(text, position)
            if found is None:
                break
            result.append(text[position : found.start()])
            escaped, name, attributes, _alone, escaped_end = found.groups()
            if escaped and escaped_end:
                result.append(f"[{name}{attributes}]")
                position = found.end()
                continue
            closing = f"[/{name}]"
            end = text.find(closing, found.end())
            if end < 0 and not self._is_shortcode(text, found):
                result.append(text[found.start() : found.start() + 1])
                position = found.start() + 1
                continue
            inner = text[found.end() : end] if end >= 0 else ""
            result.append(self._shortcode(name.lower(), _attributes(attributes), self._shortcodes(inner)))
            position = end + len(closing) if end >= 0 else found.end()
        result.append(text[position:])
        # What closes nothing any more: its opening half went, or never was.
        return _CLOSING.sub("", "".join(result))

    def _is_shortcode(self, text: str, found: re.Match[str]) -> bool:
        """Whether brackets without a closing pair are a shortcode and not words of the writer, as in [sic]."""
        name, attributes = found.group(2), found.group(3)
        if "=" in attributes or name.lower() in _KNOWN_ALONE:
            return True
        line_start = text.rfind("\n", 0, found.start()) + 1
        line_end = text.find("\n", found.end())
        line = text[line_start : line_end if line_end >= 0 else len(text)].strip()
        return line == found.group() and name.islower() and ("-" in name or "_" in name)

    def _shortcode(self, name: str, values: dict[str, str], inner: str) -> str:
        if name in ("caption", "wp_caption"):
            return _caption(values, inner)
        if name == "gallery":
            numbers = values.get("ids") or values.get("include") or ""
            return f'\n\n<figure class="wp-block-gallery" data-ids="{escape(numbers)}"></figure>\n\n'
        if name in ("audio", "video", "playlist"):
            source = next((v for k, v in values.items() if k in ("src", "mp3", "mp4", "m4a", "ogg", "webm", "0")), "")
            tag = "video" if name == "video" else "audio"
            return f'\n\n<figure class="wp-block-{tag}"><{tag} src="{escape(source)}"></{tag}></figure>\n\n'
        if name == "embed":
            return f"\n\n{inner.strip()}\n\n"
        if name in ("nextpage", "more"):
            return "\n\n"
        if name == "wpdiscuz-feedback":
            return self._question(values, inner)
        self.left_out(SHORTCODE, f"[{name}]")
        return inner

    def _question(self, values: dict[str, str], inner: str) -> str:
        """wpDiscuz's question at a passage is ours, if it is about words of one paragraph."""
        key, question = values.get("id", ""), " ".join(unescape(values.get("question", "")).split())
        if (
            not key
            or not question
            or _BLANK_LINE.search(inner)
            or any(e.tag in _BLOCK_TAGS for e in parse(inner).iterdescendants())
        ):
            self.left_out(
                "A question to readers that is not about words of one paragraph; the words were kept", question
            )
            return inner
        is_open = "1" if values.get("opened") == "1" else ""
        return f'<span data-key="{escape(key)}" data-open="{is_open}" data-question="{escape(question)}">{inner}</span>'


def question_keys(content: str) -> list[str]:
    """What the text's questions to readers are called, in their order."""
    found = (match for match in _SHORTCODE.finditer(content) if match.group(2).lower() == "wpdiscuz-feedback")
    return [key for match in found if (key := _attributes(match.group(3)).get("id", ""))]


def parse(text: str) -> Any:
    return html.fragment_fromstring(text, create_parent="div")


def make_paragraphs(container: Any) -> None:
    """Blank lines part paragraphs, single line ends become <br>, as WordPress shows classic texts."""
    pieces: list[Any] = []
    run: list[Any] = []

    def flush() -> None:
        if any(not isinstance(piece, str) or piece.strip() for piece in run):
            pieces.append(_paragraph(run))
        run.clear()

    for piece in _children(container):
        if isinstance(piece, str):
            first, *others = _BLANK_LINE.split(piece)
            run.append(first)
            for other in others:
                flush()
                run.append(other)
        elif piece.tag in _BLOCK_TAGS:
            flush()
            if piece.tag in _MAY_HOLD_PARAGRAPHS and _has_blank_line(piece):
                make_paragraphs(piece)
            elif piece.tag == "blockquote" and not any(child.tag in _BLOCK_TAGS for child in piece):
                make_paragraphs(piece)
            pieces.append(piece)
        elif isinstance(piece.tag, str):
            run.append(piece)
    flush()
    container.text = None
    for child in list(container):
        container.remove(child)
    container.extend(pieces)


def paragraphs_html(text: str) -> str:
    """Classic text as HTML, for comments; not yet cleaned."""
    whole = parse(without_controls(text))
    make_paragraphs(whole)
    for element in whole.iter("b", "i"):
        # What a comment's own markup calls them.
        element.tag = {"b": "strong", "i": "em"}[element.tag]
    return "".join(html.tostring(child, encoding="unicode") for child in whole)


def _children(container: Any) -> list[Any]:
    """Texts and elements in order; elements are taken out of the tree, comments are dropped."""
    found: list[Any] = [container.text or ""]
    for child in list(container):
        tail, child.tail = child.tail or "", None
        if isinstance(child.tag, str):
            found.append(child)
        found.append(tail)
    return found


def _paragraph(run: list[Any]) -> Any:
    paragraph = html.Element("p")
    run = [piece for piece in run if piece != ""]
    for number, piece in enumerate(run):
        if isinstance(piece, str):
            piece = piece.lstrip() if number == 0 else piece
            piece = piece.rstrip() if number == len(run) - 1 else piece
            before_break = number + 1 < len(run) and getattr(run[number + 1], "tag", "") == "br"
            after_break = number > 0 and getattr(run[number - 1], "tag", "") == "br"
            piece = piece.rstrip("\n") if before_break else piece
            _append_lines(paragraph, piece.lstrip("\n") if after_break else piece)
        else:
            paragraph.append(piece)
    return paragraph


def _append_lines(parent: Any, text: str) -> None:
    for number, line in enumerate(text.split("\n")):
        if number:
            parent.append(html.Element("br"))
        append_text(parent, line)


def _move_into(whole: Any, part: Any) -> None:
    for piece in _children(part):
        if isinstance(piece, str):
            append_text(whole, piece)
        else:
            whole.append(piece)


def _has_blank_line(element: Any) -> bool:
    return any(_BLANK_LINE.search(text or "") for text in [element.text, *(child.tail for child in element)])


def _caption(values: dict[str, str], inner: str) -> str:
    picture = re.search(r"(?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?", inner, re.IGNORECASE)
    shown = picture.group() if picture else ""
    words = values.get("caption") or (inner.replace(shown, "", 1) if shown else inner)
    align = values.get("align", "")
    return f'\n\n<figure class="{escape(align)}">{shown}<figcaption>{words.strip()}</figcaption></figure>\n\n'


def _attributes(text: str) -> dict[str, str]:
    """Named values, and unnamed ones under "0", "1" and so on."""
    values: dict[str, str] = {}
    # Editors' curly quotes and entities stand where straight quotes were meant.
    straight = re.sub("[“”″]", '"', text.replace("&quot;", '"').replace("&#8221;", '"').replace("&#8220;", '"'))
    unnamed = 0
    for found in _ATTRIBUTE.finditer(straight):
        name, *kinds = found.groups()
        value = unescape(next((kind for kind in kinds if kind is not None), ""))
        if name:
            values[name.lower()] = value
        else:
            values[str(unnamed)] = value
            unnamed += 1
    return values


def _json(text: str | None) -> dict[str, Any]:
    try:
        values = json.loads(text or "{}")
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _whole_number(value: Any) -> int:
    return value if isinstance(value, int) else 0
