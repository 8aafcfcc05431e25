"""Read a WordPress export (WXR 1.0 to 1.2) as a stream: constant memory, entities and network off."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from lxml import etree

CHUNK = 1 << 16
# Real exports hold control characters that XML forbids; dropping them loses nothing anybody could read.
_CONTROLS = bytes(c for c in range(32) if c not in (9, 10, 13))
# A document of UTF-16 is full of null bytes, which must not be taken for stray control characters.
_WIDE = (b"\xff\xfe", b"\xfe\xff")


class BadExport(Exception):
    """The file cannot be used; the message is one clear sentence."""


@dataclass
class Comment:
    id: int
    parent: int
    author: str
    email: str
    date: datetime | None
    content: str
    approved: str
    kind: str
    user_id: int
    meta: dict[str, str]


@dataclass
class Item:
    """A post, page, attachment or other item, with its comments where they were asked for."""

    id: int
    kind: str
    status: str
    title: str
    link: str
    name: str
    creator: str
    date: datetime | None
    local_date: datetime | None
    modified: datetime | None
    parent: int
    order: int
    password: str
    attachment_url: str
    comment_status: str
    excerpt: str
    content: str
    terms: list[tuple[str, str, str]]
    meta: dict[str, str]
    comments: list[Comment] = field(default_factory=list)

    @property
    def main_category(self) -> str:
        """The nicename of the first category, which becomes the section; WordPress names no main one itself."""
        return next((nicename for domain, nicename, _label in self.terms if domain == "category"), "")

    def is_public(self, now: datetime) -> bool:
        """Only what every visitor of the old site could read. An unknown state is not public."""
        return self.status == "publish" and not self.password and (self.date is None or self.date <= now)


@dataclass
class Outline:
    """All of an export but the texts: what the first reading keeps, so that the second can look things up."""

    site: str = ""
    title: str = ""
    authors: dict[str, str] = field(default_factory=dict)
    author_ids: set[int] = field(default_factory=set)
    categories: dict[str, tuple[str, str]] = field(default_factory=dict)
    items: dict[int, Item] = field(default_factory=dict)
    attachments: dict[int, Item] = field(default_factory=dict)
    synced_blocks: dict[int, str] = field(default_factory=dict)
    other_kinds: dict[str, int] = field(default_factory=dict)
    doubled: list[int] = field(default_factory=list)


def read_outline(files: Sequence[Path]) -> Outline:
    """Read every file to its end before anything is written: a file cut in the middle changes nothing.

    Raises BadExport.
    """
    outline = Outline()
    for file in files:
        recognised = False
        for element in _channel(file):
            name = _local(element)
            recognised = recognised or name in ("wxr_version", "base_blog_url")
            _add_to_outline(outline, name, element)
        if not recognised:
            raise BadExport(f"{file.name} is not a WordPress export: it does not say which version of WXR it is.")
    if not outline.site:
        raise BadExport("The export does not say which site it is from, so its addresses cannot be kept.")
    return outline


def read_items(files: Sequence[Path]) -> Iterator[Item]:
    """Posts and pages with their texts and comments, one at a time."""
    for file in files:
        for element in _channel(file):
            if _local(element) == "item" and _text(element, "post_type") in ("post", "page"):
                yield _item(element, whole=True)


def _add_to_outline(outline: Outline, name: str, element: Any) -> None:
    if name == "base_blog_url" or (name == "link" and not outline.site):
        outline.site = (element.text or "").strip().rstrip("/") or outline.site
    elif name == "title":
        outline.title = (element.text or "").strip()
    elif name == "author":
        login = _text(element, "author_login")
        outline.authors[login] = " ".join((_text(element, "author_display_name") or login).split())
        if number := _number(_text(element, "author_id")):
            outline.author_ids.add(number)
    elif name == "category":
        nicename = _text(element, "category_nicename")
        outline.categories[nicename] = (_text(element, "cat_name"), _text(element, "category_description"))
    elif name == "item":
        _add_item(outline, _item(element, whole=False), element)


def _add_item(outline: Outline, item: Item, element: Any) -> None:
    if item.kind in ("post", "page"):
        if item.id in outline.items:
            outline.doubled.append(item.id)
        outline.items.setdefault(item.id, item)
    elif item.kind == "attachment":
        outline.attachments[item.id] = item
    elif item.kind == "wp_block" and item.status == "publish" and not item.password:
        outline.synced_blocks[item.id] = _text(element, "encoded", space="content")
    else:
        outline.other_kinds[item.kind] = outline.other_kinds.get(item.kind, 0) + 1


def _channel(file: Path) -> Iterator[Any]:
    """Each child of the channel, forgotten as soon as it has been looked at."""
    parser = etree.XMLPullParser(
        events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    depth = 0
    try:
        with open(file, "rb") as stream:
            begun = False
            while chunk := stream.read(CHUNK):
                if not begun:
                    chunk = chunk.lstrip() if not chunk.startswith(_WIDE) else chunk
                    if chunk.startswith(_WIDE):
                        raise BadExport(f"{file.name} is not encoded in UTF-8; please save it so and try again.")
                    begun = bool(chunk)
                parser.feed(chunk.translate(None, _CONTROLS))
                for event, element in parser.read_events():
                    if event == "start":
                        depth += 1
                        if depth == 1:
                            _check_root(file, element)
                    else:
                        depth -= 1
                        if depth == 2:
                            yield element
                            _forget(element)
            parser.close()
    except etree.XMLSyntaxError as error:
        line = f" in line {error.lineno}" if error.lineno else ""
        raise BadExport(
            f"{file.name} is not whole or not well-formed{line}; nothing of it was brought in. Please export it again."
        ) from None
    except OSError as error:
        raise BadExport(f"{file} cannot be read ({error.strerror}).") from None


def _check_root(file: Path, root: Any) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadExport(f"{file.name} declares a document type of its own, which no WordPress export does.")
    if _local(root) != "rss":
        raise BadExport(f"{file.name} is not a WordPress export.")


def _forget(element: Any) -> None:
    element.clear()
    parent = element.getparent()
    while element.getprevious() is not None:
        del parent[0]


def _item(element: Any, *, whole: bool) -> Item:
    local = _date(_text(element, "post_date"))
    return Item(
        id=_number(_text(element, "post_id")),
        kind=_text(element, "post_type"),
        status=_text(element, "status"),
        title=_text(element, "title", space=""),
        link=_text(element, "link", space=""),
        name=_text(element, "post_name"),
        creator=_text(element, "creator"),
        date=_moment(_text(element, "post_date_gmt")) or _published(_text(element, "pubDate", space="")),
        local_date=local,
        modified=_moment(_text(element, "post_modified_gmt")),
        parent=_number(_text(element, "post_parent")),
        order=_number(_text(element, "menu_order")),
        password=_text(element, "post_password"),
        attachment_url=_text(element, "attachment_url"),
        comment_status=_text(element, "comment_status"),
        excerpt=_text(element, "encoded", space="excerpt"),
        content=_text(element, "encoded", space="content") if whole else "",
        terms=[
            (child.get("domain") or "", child.get("nicename") or "", (child.text or "").strip())
            for child in element
            if _local(child) == "category"
        ],
        meta=_meta(element, "postmeta"),
        comments=[_comment(child) for child in element if _local(child) == "comment"] if whole else [],
    )


def _comment(element: Any) -> Comment:
    return Comment(
        id=_number(_text(element, "comment_id")),
        parent=_number(_text(element, "comment_parent")),
        author=_text(element, "comment_author"),
        email=_text(element, "comment_author_email").strip(),
        date=_moment(_text(element, "comment_date_gmt")) or _moment(_text(element, "comment_date")),
        content=_text(element, "comment_content"),
        approved=_text(element, "comment_approved"),
        kind=_text(element, "comment_type"),
        user_id=_number(_text(element, "comment_user_id")),
        meta=_meta(element, "commentmeta"),
    )


def _meta(element: Any, name: str) -> dict[str, str]:
    pairs = (child for child in element if _local(child) == name)
    return {_text(pair, "meta_key"): _text(pair, "meta_value") for pair in pairs}


def _local(element: Any) -> str:
    """The name without its namespace, which differs between versions and even between exports of one version."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _text(element: Any, name: str, *, space: str | None = None) -> str:
    """The text of the first child of that name; `space` must occur in its namespace where two share the name."""
    for child in element:
        if _local(child) == name:
            namespace = etree.QName(child).namespace or ""
            if space is None or (space in namespace if space else not namespace):
                text = "".join(child.itertext())
                return text if name in ("encoded", "comment_content", "meta_value") else text.strip()
    return ""


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text.strip()) else 0


def _date(text: str) -> datetime | None:
    """A date and time without a zone; None for WordPress's zeros and for nonsense."""
    try:
        found = datetime.strptime(text.strip(), "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return None
    return found if found.year > 1 else None


def _moment(text: str) -> datetime | None:
    found = _date(text)
    return found.replace(tzinfo=UTC) if found else None


def _published(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    # WordPress writes the year -1 for what was never published.
    return (found if found.tzinfo else found.replace(tzinfo=UTC)) if found.year > 1 else None
