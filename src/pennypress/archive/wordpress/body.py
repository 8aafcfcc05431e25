"""Make an article's blocks (StreamField's raw form) from a tree of HTML.

Text that the editor knows becomes `text`, `heading`, `image`, `gallery`, `pull_quote` and `embed`; everything else that may
stand on a page (tables, code, aligned paragraphs) becomes `archive_html`. Nothing is fetched.
"""

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import NAMESPACE_URL, uuid5

from django.utils.translation import gettext as _
from lxml import html

from pennypress.archive.media import original_path
from pennypress.archive.wordpress.tree import (
    alignment_of,
    append_text,
    caption_of,
    is_simple,
    keep_alignment,
    own_caption,
    placement_of,
    serialised,
    taken_out,
    without_attributes,
)
from pennypress.lib.markup import clean_article_html
from pennypress.publishing.embeds import recognise

AS_LINK = "Embeds, films and sound that cannot be shown here became links"
NEVER_SHOWN = "Scripts, forms and the like were left out of the text"
_INLINE = {"a", "b", "strong", "i", "em", "s", "del", "strike", "sup", "sub", "code", "br", "span", "font"}
_CONTAINERS = {"div", "section", "article", "aside", "header", "footer", "main", "center", "nav", "fieldset"}
_LEFT_OUT = {"script", "style", "form", "input", "button", "select", "textarea", "object", "embed", "noscript", "svg", "canvas"}  # fmt: skip
_BACKGROUND = re.compile(r"background-image\s*:\s*url\(['\"]?([^'\")]+)")
_BARE_ADDRESS = re.compile(r"https?://\S+")
_PAGE_LINK = re.compile(r'<a href="/\.page/(\d+)"(?: rel="noopener")?')


@dataclass(frozen=True)
class Picture:
    """A picture to show: its number here, or None where its file did not come along."""

    image_id: int | None
    url: str
    alt: str = ""
    caption: str = ""


@dataclass
class Surroundings:
    """What the text refers to, looked up by whoever brings the text in."""

    picture: Callable[[str, int], Picture]
    attached: Callable[[str], list[int]]
    link: Callable[[str], str]
    left_out: Callable[[str, str], None]


@dataclass
class BodyWriter:
    """Walks a tree once and writes blocks. `key` makes the blocks' ids, so that a second import makes the same ones."""

    around: Surroundings
    key: str
    blocks: list[dict[str, Any]] = field(default_factory=list)

    def write(self, tree: Any) -> list[dict[str, Any]]:
        self._walk(tree)
        for number, block in enumerate(self.blocks):
            if block["type"] == "text":
                block["value"] = _PAGE_LINK.sub(r'<a linktype="page" id="\1"', clean_article_html(block["value"]))
            elif block["type"] == "archive_html":
                block["value"] = clean_article_html(block["value"])
            block["id"] = str(uuid5(NAMESPACE_URL, f"{self.key}#{number}"))
        return [block for block in self.blocks if block["value"]]

    def _walk(self, container: Any) -> None:
        loose = html.Element("p")
        append_text(loose, container.text)
        for child in list(container):
            tail, child.tail = child.tail, None
            if isinstance(child.tag, str) and (child.tag in _CONTAINERS or self._writer_of(child)):
                self._paragraph(loose)
                loose = html.Element("p")
                (self._writer_of(child) or self._container)(child)
            elif isinstance(child.tag, str):
                loose.append(child)
            append_text(loose, tail)
        self._paragraph(loose)

    def _writer_of(self, element: Any) -> Callable[[Any], None] | None:
        tag, classes = element.tag, set(element.get("class", "").split())
        if tag in _LEFT_OUT:
            return self._leave_out
        for mark, writer in self._by_class().items():
            if mark in classes:
                return writer
        return self._by_tag().get(tag)

    def _by_class(self) -> dict[str, Callable[[Any], None]]:
        return {
            "wp-block-gallery": self._gallery, "blocks-gallery-grid": self._gallery, "tiled-gallery": self._gallery,
            "wp-block-pullquote": self._pull_quote, "wp-block-embed": self._embed, "wp-block-cover": self._cover,
            "wp-block-media-text": self._media_text, "wp-block-button": self._button, "wp-block-file": self._file,
            "wp-block-spacer": self._nothing,
        }  # fmt: skip

    def _by_tag(self) -> dict[str, Callable[[Any], None]]:
        return {
            "p": self._paragraph, "h1": self._heading, "h2": self._heading, "h3": self._heading, "h4": self._heading,
            "h5": self._heading, "h6": self._heading, "ul": self._list, "ol": self._list, "hr": self._rule,
            "blockquote": self._quotation, "table": self._archive, "pre": self._archive, "dl": self._archive,
            "address": self._archive, "details": self._archive, "figure": self._figure, "img": self._figure,
            "audio": self._media, "video": self._media, "iframe": self._frame,
        }  # fmt: skip

    # Text

    def _paragraph(self, element: Any) -> None:
        for picture in [e for e in element.iter("img")]:
            self._figure(taken_out(picture))
        for frame in list(element.iter("iframe", "audio", "video", *_LEFT_OUT)):
            frame.drop_tree()
            (self._writer_of(frame) or self._leave_out)(frame)
        words = "".join(element.itertext()).strip()
        if not words and not list(element.iter("hr")):
            return
        if _BARE_ADDRESS.fullmatch(words) and len(element) <= 1:
            self._address(words)
        elif is_simple(element):
            self._text(element)
        else:
            self._archive(element)

    def _heading(self, element: Any) -> None:
        level = min(4, max(2, int(element.tag[1])))
        words = " ".join("".join(element.itertext()).split())
        holds_more = any(child.tag in ("a", "img", "br", "code") or child.get("data-key") for child in element.iter())
        if holds_more or len(words) > 200:
            self._archive(element, tag=f"h{level}")
        elif words and alignment_of(element):
            self._archive(element, tag=f"h{level}")
        elif words:
            self._add("heading", {"text": words, "level": str(level)})

    def _list(self, element: Any) -> None:
        if is_simple(element):
            self._text(element)
        else:
            for picture in list(element.iter("img")):
                self._figure(taken_out(picture))
            self._archive(element)

    def _quotation(self, element: Any) -> None:
        """One paragraph without a source is the editor's own quotation; the rest needs its markup."""
        if len(element) == 1 and element[0].tag == "p" and not (element.text or "").strip():
            element[0].drop_tag()
        if all(child.tag in _INLINE for child in element) and is_simple(element, frozenset({"blockquote"})):
            self._text(element)
        else:
            self._archive(element)

    def _rule(self, element: Any) -> None:
        self._join("text", "<hr>")

    def _text(self, element: Any) -> None:
        self._follow_links(element)
        without_attributes(element)
        self._join("text", serialised(element))

    def _archive(self, element: Any, *, tag: str = "") -> None:
        for picture in [e for e in element.iter("img")]:
            self._figure(taken_out(picture))
        for extra in list(element.iter("iframe", "audio", "video", *_LEFT_OUT)):
            (self._writer_of(extra) or self._leave_out)(deepcopy(extra))
            extra.drop_tree()
        if not "".join(element.itertext()).strip():
            return
        self._follow_links(element)
        for part in element.iter():
            if isinstance(part.tag, str):
                keep_alignment(part)
                # The first level is the headline's.
                part.tag = {"h1": "h2", "acronym": "abbr", "strike": "s", "tt": "code", "center": "div"}.get(
                    part.tag, part.tag
                )
        element.tag = tag or element.tag
        self._join("archive_html", serialised(element))

    def _follow_links(self, element: Any) -> None:
        for link in element.iter("a"):
            if link.get("href"):
                link.set("href", self.around.link(link.get("href")))

    # Pictures

    def _figure(self, element: Any) -> None:
        image = element if element.tag == "img" else next(element.iter("img"), None)
        table = next(element.iter("table"), None)
        media = next(element.iter("audio", "video", "iframe"), None)
        if image is None and table is None and media is not None:
            (self._frame if media.tag == "iframe" else self._media)(media, caption=caption_of(element))
            return
        if image is None or table is not None:
            self._archive(element) if table is not None or element.tag == "figure" else self._container(element)
            return
        number = re.search(r"wp-image-(\d+)", image.get("class", ""))
        link = (
            image.getparent().get("href", "") if image.getparent() is not None and image.getparent().tag == "a" else ""
        )
        self._picture(
            image.get("data-src") or image.get("src") or "", int(number.group(1)) if number else 0,
            alt=image.get("alt", ""), caption=caption_of(element), placement=placement_of(element, image), link=link,
        )  # fmt: skip

    def _picture(
        self, url: str, number: int, *, alt: str = "", caption: str = "", placement: str = "column", link: str = ""
    ) -> None:
        picture = self.around.picture(url, number)
        if picture.image_id is None:
            self._missing([Picture(None, picture.url, alt or picture.alt, caption)])
            return
        # A link to the picture's own file leads to what is on the page already.
        target = self.around.link(link) if link and not _is_file_of(link, url) else ""
        self._add(
            "image",
            {
                "image": picture.image_id, "alt": alt or picture.alt, "caption": caption, "credit": "",
                "placement": placement, "link": target if target.startswith(("http://", "https://")) else "",
            },
        )  # fmt: skip

    def _gallery(self, element: Any) -> None:
        pictures: list[Picture] = []
        if element.get("data-ids") is not None:
            for number in self.around.attached(element.get("data-ids")):
                pictures.append(self.around.picture("", number))
        for image in element.iter("img"):
            number_found = re.search(r"wp-image-(\d+)", image.get("class", ""))
            found = self.around.picture(
                image.get("data-full-url") or image.get("src") or "",
                int(image.get("data-id") or 0) if (image.get("data-id") or "0").isdecimal() and not number_found
                else int(number_found.group(1)) if number_found else 0,
            )  # fmt: skip
            holder = next((a for a in image.iterancestors("figure") if a is not element), None)
            caption = caption_of(holder) if holder is not None else ""
            pictures.append(Picture(found.image_id, found.url, image.get("alt") or found.alt, caption))
        here = [picture for picture in pictures if picture.image_id is not None]
        caption = own_caption(element)
        if here:
            images = [
                {"type": "item", "id": str(uuid5(NAMESPACE_URL, f"{self.key}#{len(self.blocks)}.{number}")),
                 "value": {"image": picture.image_id, "alt": picture.alt, "caption": picture.caption}}
                for number, picture in enumerate(here)
            ]  # fmt: skip
            self._add("gallery", {"images": images, "caption": caption})
        self._missing([picture for picture in pictures if picture.image_id is None], caption="" if here else caption)

    def _missing(self, pictures: list[Picture], *, caption: str = "") -> None:
        """Pictures whose files did not come along: what they showed, and the way to them."""
        rows = []
        for picture in pictures:
            words = _("Picture: %(words)s") % {
                "words": picture.alt or picture.caption or _file_name(picture.url) or "…"
            }
            link = f'<a href="{escape(picture.url)}">{escape(words)}</a>' if picture.url else escape(words)
            caption_row = (
                f"<figcaption>{escape(picture.caption)}</figcaption>" if picture.alt and picture.caption else ""
            )
            rows.append(f"<figure>{link}{caption_row}</figure>")
        if caption and rows:
            rows.append(f"<p>{escape(caption)}</p>")
        if rows:
            self._join("archive_html", "".join(rows))

    def _cover(self, element: Any) -> None:
        background = next((e for e in element.iter("img") if "cover__image" in e.get("class", "")), None)
        styled = next((m for e in element.iter() if (m := _BACKGROUND.search(e.get("style") or ""))), None)
        if background is not None:
            self._figure(taken_out(background))
        elif styled:
            self._picture(styled.group(1), 0)
        for film in [e for e in element.iter("video")]:
            self._media(taken_out(film))
        self._walk(element)

    def _media_text(self, element: Any) -> None:
        figure = next(element.iter("figure"), None)
        if figure is not None:
            self._figure(figure)
            figure.drop_tree()
        self._walk(element)

    # Films, sound, files

    def _embed(self, element: Any) -> None:
        address = _BARE_ADDRESS.search("".join(element.itertext()))
        frame = next((e.get("src") for e in element.iter("iframe")), "")
        link = next((e.get("href") for e in element.iter("a")), "")
        self._address(address.group() if address else _watch_address(frame) or link or "", caption=caption_of(element))

    def _frame(self, element: Any, *, caption: str = "") -> None:
        source = element.get("src") or element.get("data-src") or ""
        self._address(_watch_address(source), caption=caption)

    def _address(self, url: str, *, caption: str = "") -> None:
        """An address on a line of its own: shown as an embed where the provider is known, else a link."""
        if recognise(url):
            self._add("embed", {"url": url})
        elif url.startswith(("http://", "https://")):
            self.around.left_out(AS_LINK, urlsplit(url).netloc)
            self._join("text", f'<p><a href="{escape(self.around.link(url))}">{escape(url)}</a></p>')
        if caption:
            self._join("text", f"<p><em>{escape(caption)}</em></p>")

    def _media(self, element: Any, *, caption: str = "") -> None:
        source = element.get("src") or next((e.get("src") for e in element.iter("source")), "") or ""
        if not source.startswith(("http://", "https://", "/")):
            return
        kind = "film" if element.tag == "video" else "sound"
        self.around.left_out(AS_LINK, f"{kind} file")
        self._join("text", f'<p><a href="{escape(source)}">{escape(caption or _file_name(source))}</a></p>')

    def _file(self, element: Any) -> None:
        link = next((e for e in element.iter("a") if e.get("href")), None)
        if link is not None:
            words = "".join(link.itertext()).strip() or _file_name(link.get("href"))
            self._join("text", f'<p><a href="{escape(self.around.link(link.get("href")))}">{escape(words)}</a></p>')

    def _button(self, element: Any) -> None:
        words = " ".join("".join(element.itertext()).split())
        link = next((e.get("href") for e in element.iter("a") if e.get("href")), "")
        if words:
            inner = f'<a href="{escape(self.around.link(link))}">{escape(words)}</a>' if link else escape(words)
            self._join("text", f"<p><b>{inner}</b></p>")

    # The rest

    def _pull_quote(self, element: Any) -> None:
        source = next(element.iter("cite"), None)
        attribution = " ".join("".join(source.itertext()).split()) if source is not None else ""
        if source is not None:
            source.drop_tree()
        words = [" ".join("".join(p.itertext()).split()) for p in element.iter("p")]
        quote = "\n".join(word for word in words if word) or " ".join("".join(element.itertext()).split())
        if quote:
            self._add("pull_quote", {"quote": quote, "attribution": attribution})

    def _container(self, element: Any) -> None:
        alignment = alignment_of(element)
        if alignment:
            for child in element:
                if isinstance(child.tag, str) and child.tag in ("p", "h2", "h3", "h4") and not alignment_of(child):
                    child.set("class", alignment)
        self._walk(element)

    def _nothing(self, element: Any) -> None:
        """Space between blocks is the theme's."""

    def _leave_out(self, element: Any) -> None:
        self.around.left_out(NEVER_SHOWN, f"<{element.tag}>")

    def _add(self, kind: str, value: Any) -> None:
        self.blocks.append({"type": kind, "value": value})

    def _join(self, kind: str, markup: str) -> None:
        """Neighbours of one kind are one block, so that an editor finds a text in one piece."""
        if self.blocks and self.blocks[-1]["type"] == kind:
            self.blocks[-1]["value"] += markup
        else:
            self._add(kind, markup)


def _watch_address(frame: str) -> str:
    """The address people know for the address a player's frame has."""
    frame = f"https:{frame}" if frame.startswith("//") else frame
    if found := re.match(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{11})", frame):
        return f"https://www.youtube.com/watch?v={found.group(1)}"
    if found := re.match(r"https?://player\.vimeo\.com/video/(\d+)", frame):
        return f"https://vimeo.com/{found.group(1)}"
    return frame


def _is_file_of(link: str, picture: str) -> bool:
    return _file_name(original_path(link)) == _file_name(original_path(picture))


def _file_name(url: str) -> str:
    return unquote(urlsplit(url).path.rpartition("/")[2]) or url
