"""The one place where text of other people becomes HTML: markup for comments, and the sanitiser for imported articles."""

import html as html_entities
import re
from collections.abc import Mapping
from typing import Any

import nh3
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

COMMENT_TAGS = {
    "p", "br", "em", "strong", "blockquote", "ul", "ol", "li", "code", "pre", "a", "details", "summary",
}  # fmt: skip
COMMENT_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
# Readers' links earn nobody a place in a search engine, and tell the target nothing about the reader.
COMMENT_LINK_REL = "nofollow ugc noopener noreferrer"

ARTICLE_TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "a", "em", "strong", "b", "i", "s", "u", "small", "q", "cite", "abbr", "dfn",
    "sub", "sup", "del", "ins", "mark", "code", "kbd", "samp", "var", "pre", "br", "wbr", "hr", "ul", "ol", "li", "dl",
    "dt", "dd", "blockquote", "figure", "figcaption", "img", "table", "caption", "colgroup", "col", "thead", "tbody",
    "tfoot", "tr", "th", "td", "time", "address", "bdi", "bdo", "ruby", "rt", "rp", "details", "summary", "span", "div",
}  # fmt: skip
ARTICLE_ATTRIBUTES = {
    "*": {"lang", "dir", "title"},
    "a": {"href", "hreflang"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "reversed", "type"},
    "li": {"value"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "scope", "headers"},
    "col": {"span"},
    "colgroup": {"span"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "del": {"cite", "datetime"},
    "ins": {"cite", "datetime"},
    "time": {"datetime"},
    "details": {"open"},
    # A question to readers at these words.
    "span": {"data-key", "data-open", "data-question"},
}
ARTICLE_CLASSES = {"align-start", "align-end", "align-center", "align-wide", "gallery"}
ARTICLE_CLASS_TAGS = ("p", "h2", "h3", "h4", "h5", "h6", "figure", "img", "div", "ul", "table", "blockquote", "span")
# Their contents are code or machinery, never text to keep.
DROPPED_WITH_CONTENT = {"script", "style", "template", "noscript", "iframe", "object", "textarea", "title"}

# A quote in a quote in a quote, with a list in it, is still a conversation; more is a bomb. The parser goes on a little
# further, so that what is too deep is told and not cut off.
MAX_NESTING = 16

LINK_SCHEMES = {"http", "https", "mailto"}
_BARE_LINK = re.compile(r"https?://[^\s<>\"“”]+", re.IGNORECASE)
_AFTER_LINK = ".,;:!?'…"
# Lone surrogates are half a character: no database and no page can hold them.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BLOCK_END = re.compile(
    r"</(?:p|div|h[1-6]|li|dt|dd|tr|td|th|caption|blockquote|pre|figure|figcaption|summary|details|address)>|<[bhw]b?r\b[^>]*>"
)

# Made once: to tell nh3 what it may leave takes several times as long as cleaning a comment.
_OF_COMMENTS = nh3.Cleaner(
    tags=COMMENT_TAGS,
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes=COMMENT_ATTRIBUTES,
    url_schemes=LINK_SCHEMES,
    link_rel=COMMENT_LINK_REL,
)
_OF_ARTICLES = nh3.Cleaner(
    tags=ARTICLE_TAGS,
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes=ARTICLE_ATTRIBUTES,
    allowed_classes={tag: ARTICLE_CLASSES for tag in ARTICLE_CLASS_TAGS},
    set_tag_attribute_values={"img": {"loading": "lazy"}},
    url_schemes=LINK_SCHEMES | {"tel"},
    link_rel="noopener",
)
_OF_WORDS = nh3.Cleaner(tags=set(), link_rel=None)
_WITHOUT_SPOILERS = nh3.Cleaner(tags=COMMENT_TAGS - {"details"}, clean_content_tags={"details"}, link_rel=None)


class TooNested(ValueError):
    """Quotes, lists or emphasis stand deeper in each other than MAX_NESTING."""


def render_comment(text: str, mentions: Mapping[str, str] | None = None) -> str:
    """Safe HTML of a comment's small markup: emphasis, quotes, lists, code, links, spoilers; a line break stays one.

    `mentions` are names and the addresses their `@name` leads to. No HTML, no images, no headings. The result holds only COMMENT_TAGS and is safe wherever a block may stand. Takes
    time in proportion to the text. Raises TooNested for markup within markup within markup; plain_comment takes it.
    """
    tokens = _comment_markup.parse(without_controls(text), {"mentions": mentions or {}})
    if _depth(tokens) > MAX_NESTING:
        raise TooNested
    return clean_comment_html(_comment_markup.renderer.render(tokens, _comment_markup.options, {}))


def plain_comment(text: str) -> str:
    """The words of a comment as paragraphs, every sign of markup as it was typed."""
    paragraphs = re.split(r"\n\s*\n", html_entities.escape(without_controls(text).strip()))
    return "\n".join(f"<p>{paragraph.replace('\n', '<br>\n')}</p>" for paragraph in paragraphs)


def clean_comment_html(html: str) -> str:
    """Safe HTML of a comment: what render_comment could have made, nothing else; also for one written as HTML elsewhere."""
    return _OF_COMMENTS.clean(without_controls(html)).strip()


def clean_article_html(html: str) -> str:
    """Safe HTML of an article's body: the tags an article may hold, classes from ARTICLE_CLASSES, no style, no script.

    For trusted words with untrusted markup (an imported post). Headings start at the second level: the first is the
    headline's.
    """
    return _OF_ARTICLES.clean(without_controls(html)).strip()


def plain_text(html: str) -> str:
    """The words of some HTML on one line, entities resolved. It is text: escape it before it becomes HTML again."""
    spaced = _BLOCK_END.sub(lambda found: found.group() + " ", clean_article_html(html))
    text = html_entities.unescape(_OF_WORDS.clean(spaced))
    return " ".join(text.split())


def first_words(html: str, length: int) -> str:
    """The beginning of a comment on one line, as text; what stands behind a spoiler stays there."""
    text = plain_text(_WITHOUT_SPOILERS.clean(html))
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def without_controls(text: str) -> str:
    """The text without null bytes, other control characters and half characters, and those no feed may hold; line ends and tabs stay."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _link_bare_addresses(state: StateCore) -> None:
    """Turn https://… in running text into links; text that is inside a link already stays as it is."""
    for block in state.tokens:
        if block.type != "inline" or not block.children:
            continue
        inside_link = 0
        children: list[Token] = []
        for token in block.children:
            inside_link += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            if token.type == "text" and not inside_link:
                children.extend(_with_links(token.content, state.md))
            else:
                children.append(token)
        block.children = children


def _with_links(text: str, markup: MarkdownIt) -> list[Token]:
    tokens: list[Token] = []
    end = 0
    for found in _BARE_LINK.finditer(text):
        address = found.group().rstrip(_AFTER_LINK)
        # "(see https://example.org/)" closes the bracket of the sentence, not of the address.
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1].rstrip(_AFTER_LINK)
        href = markup.normalizeLink(address)
        if not markup.validateLink(href):
            continue
        tokens.append(_token("text", content=text[end : found.start()]))
        tokens.append(_token("link_open", tag="a", nesting=1, attrs={"href": href}))
        tokens.append(_token("text", content=address))
        tokens.append(_token("link_close", tag="a", nesting=-1))
        end = found.start() + len(address)
    tokens.append(_token("text", content=text[end:]))
    return tokens


def _link_mentions(state: StateCore) -> None:
    """Turn `@name` in running text into links, for the names that are known."""
    mentions = state.env["mentions"]
    if not mentions:
        return
    # The longest first: of "Ann" and "Ann Smith" the second is meant where both fit.
    names = "|".join(map(re.escape, sorted(mentions, key=len, reverse=True)))
    pattern = re.compile(rf"(?<!\w)@({names})(?!\w)")
    for block in state.tokens:
        children: list[Token] = []
        inside_link = 0
        for token in block.children or ():
            inside_link += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            if token.type != "text" or inside_link:
                children.append(token)
                continue
            for number, part in enumerate(pattern.split(token.content)):
                if number % 2 == 0:
                    children.append(_token("text", content=part))
                else:
                    children.append(_token("link_open", tag="a", nesting=1, attrs={"href": mentions[part]}))
                    children.append(_token("text", content=f"@{part}"))
                    children.append(_token("link_close", tag="a", nesting=-1))
        if block.type == "inline":
            block.children = children


def _token(kind: str, *, tag: str = "", nesting: Any = 0, **fields: Any) -> Token:
    return Token(kind, tag, nesting, **fields)


def _depth(tokens: list[Token]) -> int:
    """How many elements stand in each other at the deepest place."""
    depth = deepest = 0
    for token in tokens:
        depth += token.nesting
        deepest = max(deepest, depth + (_depth(token.children) if token.children else 0))
    return deepest


def _spoiler(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines that begin with `>!` are a spoiler, as on Stack Exchange; a closing `!<`, as on reddit, is taken off."""
    # What is hidden already is not hidden again: the parser begins anew inside, and would do so for every `>!` of a line.
    if state.env.get("in_spoiler") or not _spoiler_line(state, start):
        return False
    if silent:
        return True
    after = start
    lines = []
    while after < end and _spoiler_line(state, after):
        lines.append(state.src[state.bMarks[after] + state.tShift[after] + 2 : state.eMarks[after]].removeprefix(" "))
        after += 1
    lines[-1] = lines[-1].removesuffix("!<").rstrip()
    state.push("spoiler_open", "details", 1).map = [start, after]
    state.push("summary_open", "summary", 1)
    summary = state.push("inline", "", 0)
    summary.content, summary.map, summary.children = _("Spoiler"), [start, start], []
    state.push("summary_close", "summary", -1)
    state.md.block.parse("\n".join(lines), state.md, {**state.env, "in_spoiler": True}, state.tokens)
    state.push("spoiler_close", "details", -1)
    state.line = after
    return True


def _spoiler_line(state: StateBlock, line: int) -> bool:
    begin = state.bMarks[line] + state.tShift[line]
    # Four spaces more are code in every other place of the markup.
    return state.sCount[line] - state.blkIndent < 4 and state.src.startswith(">!", begin)


def _comment_parser() -> MarkdownIt:
    # The "zero" preset knows only paragraphs; what nests deeper than the parser goes, which render_comment refuses, is cut.
    parser = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": 2 * MAX_NESTING})
    parser.enable(["emphasis", "newline", "escape", "backticks", "link", "autolink", "entity"])
    parser.enable(["blockquote", "list", "fence"])
    parser.block.ruler.before("blockquote", "spoiler", _spoiler, {"alt": ["paragraph", "list", "blockquote"]})
    parser.core.ruler.push("bare_links", _link_bare_addresses)
    parser.core.ruler.push("mentions", _link_mentions)
    return parser


_comment_markup = _comment_parser()
