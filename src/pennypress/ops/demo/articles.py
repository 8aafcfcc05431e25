"""The articles of the Lowmarsh Courier, a paper of a town that is on no map, read from `stories/`.

A story is a text file: facts as `name: value`, a blank line, then the body in paragraphs parted by blank lines. A paragraph
may begin with `## ` (heading), `> ` (pull quote, with the speaker after a dash), `[facts]`, `[image]`, `[gallery]` or
`[embed]`; `[words](01-ferry)` links to another story and `**words**` are strong;
`{{words|question}}` asks readers a question at these words, and `{{words|question|open}}` shows it in the article.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from django.utils.text import slugify

STORIES = Path(__file__).with_name("stories")


@dataclass(frozen=True)
class Story:
    name: str
    facts: dict[str, str]
    paragraphs: tuple[str, ...]

    def list_of(self, fact: str) -> list[str]:
        return [part.strip() for part in self.facts.get(fact, "").split(",") if part.strip()]

    @property
    def hours_old(self) -> int | None:
        """Negative for one that is planned, None for a draft."""
        return None if self.facts["hours old"] == "draft" else int(self.facts["hours old"])

    @property
    def motifs(self) -> set[str]:
        """Every picture the story shows."""
        shown = re.findall(r"^\[(?:image|gallery)\] ([^|]*)", "\n".join(self.paragraphs), re.MULTILINE)
        return {self.facts["motif"], *(motif.strip() for row in shown for motif in row.split(","))}


def read_stories() -> list[Story]:
    return [_read(file) for file in sorted(STORIES.glob("*.txt"))]


def _read(file: Path) -> Story:
    head, _, body = file.read_text(encoding="utf-8").partition("\n\n")
    facts = dict(line.split(": ", 1) for line in head.splitlines())
    return Story(file.stem, facts, tuple(_typeset(part.strip()) for part in body.split("\n\n") if part.strip()))


def _typeset(text: str) -> str:
    """Quotation marks as in print."""
    return re.sub(r'(^|[\s(\[])"', r"\1“", text, flags=re.MULTILINE).replace('"', "”").replace("'", "’")


def blocks(story: Story, *, pictures: dict[str, int], descriptions: dict[str, str], pages: dict[str, int]) -> list[Any]:
    """The article's body as (block, value), with images and pages by their numbers."""
    made: list[Any] = []
    for kind, text in _marked(story.paragraphs):
        words, _, caption = (part.strip() for part in text.partition("|"))
        if kind == "text":
            paragraph = f"<p>{_inline(text, pages)}</p>"
            if made and made[-1][0] == "text":
                made[-1] = ("text", made[-1][1] + paragraph)
            else:
                made.append(("text", paragraph))
        elif kind == "heading":
            made.append(("heading", {"text": text, "level": "2"}))
        elif kind == "quote":
            quote, _, speaker = text.rpartition(" — ")
            made.append(("pull_quote", {"quote": quote, "attribution": speaker}))
        elif kind == "facts":
            title, *items = text.splitlines()
            rows = "".join(f"<li>{escape(item.removeprefix('- '), quote=False)}</li>" for item in items)
            made.append(("fact_box", {"title": title, "text": f"<ul>{rows}</ul>"}))
        elif kind == "image":
            picture = {"image": pictures[words], "alt": descriptions[words], "caption": caption, "placement": "column"}
            made.append(("image", picture))
        elif kind == "gallery":
            motifs = [motif.strip() for motif in words.split(",")]
            images = [{"image": pictures[motif], "alt": descriptions[motif], "caption": ""} for motif in motifs]
            made.append(("gallery", {"images": images, "caption": caption}))
        elif kind == "embed":
            made.append(("embed", {"url": text}))
    return made


def _marked(paragraphs: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for paragraph in paragraphs:
        if paragraph.startswith("## "):
            yield "heading", paragraph[3:]
        elif paragraph.startswith("> "):
            yield "quote", paragraph[2:]
        elif found := re.match(r"\[(facts|image|gallery|embed)\] ", paragraph):
            yield found.group(1), paragraph[found.end() :]
        else:
            yield "text", paragraph


_QUESTION = re.compile(r"\{\{([^|}]+)\|([^|}]+)(\|open)?\}\}")


def _asked(found: re.Match[str]) -> str:
    words, question, is_open = found.groups()
    key = slugify(words)[:30]
    return f'<span data-key="{key}" data-open="{"1" if is_open else ""}" data-question="{question}">{words}</span>'


def _inline(text: str, pages: dict[str, int]) -> str:
    html = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text, quote=False))
    html = _QUESTION.sub(_asked, html)
    return re.sub(r"\[([^\]]+)\]\(([\w-]+)\)", lambda m: f'<a linktype="page" id="{pages[m[2]]}">{m[1]}</a>', html)
