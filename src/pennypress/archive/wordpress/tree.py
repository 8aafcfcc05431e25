"""What an element of an old text is like: simple enough for the editor's own field, aligned, captioned, and so on."""

import re
from copy import deepcopy
from typing import Any

from lxml import etree, html

from pennypress.lib.markup import plain_text

# What the editor's rich text field can hold without losing anything.
_SIMPLE = {"p", "br", "a", "b", "strong", "i", "em", "s", "del", "strike", "sup", "sub", "code", "ul", "ol", "li", "hr"}
_ALIGNMENT = {"left": "align-start", "center": "align-center", "right": "align-end"}
_STYLE_ALIGNMENT = re.compile(r"text-align\s*:\s*(left|center|right)")


# What marks the words of a question to readers.
QUESTION = {"data-key", "data-open", "data-question"}


def append_text(element: Any, text: str | None) -> None:
    """Add text at the element's end."""
    if text and len(element):
        element[-1].tail = (element[-1].tail or "") + text
    elif text:
        element.text = (element.text or "") + text


def is_simple(element: Any, more: frozenset[str] = frozenset()) -> bool:
    for part in element.iter():
        if not isinstance(part.tag, str):
            continue
        if part.tag not in _SIMPLE | more and part.tag not in {"span", "font"}:
            return False
        if alignment_of(part) or part.get("dir") or part.get("start") or part.get("reversed") is not None:
            return False
    return True


def without_attributes(element: Any) -> None:
    for part in list(element.iter()):
        if not isinstance(part.tag, str):
            continue
        for name in list(part.attrib):
            if (part.tag, name) != ("a", "href") and not (part.tag == "span" and name in QUESTION):
                del part.attrib[name]
        if (part.tag in ("span", "font") and not part.attrib) or (part.tag == "a" and not part.get("href")):
            part.drop_tag()


def alignment_of(element: Any) -> str:
    classes = element.get("class", "")
    for side, name in _ALIGNMENT.items():
        if f"has-text-align-{side}" in classes or f"align{side}" in classes or name in classes.split():
            return "" if side == "left" and element.tag == "p" else name
    found = _STYLE_ALIGNMENT.search(element.get("style") or "") or re.fullmatch(
        "(left|center|right)", (element.get("align") or "").lower()
    )
    return _ALIGNMENT[found.group(1)] if found and found.group(1) != "left" else ""


def keep_alignment(element: Any) -> None:
    alignment = alignment_of(element)
    element.attrib.pop("class", None)
    if alignment:
        element.set("class", alignment)


def placement_of(*elements: Any) -> str:
    classes = {name for element in elements for name in element.get("class", "").split()}
    sides = {element.get("align") for element in elements}
    if "alignleft" in classes or "left" in sides:
        return "start"
    if "alignright" in classes or "right" in sides:
        return "end"
    return "wide" if classes & {"alignwide", "alignfull"} else "column"


def taken_out(element: Any) -> Any:
    """The element with the link around it if there is one, out of its paragraph; the words after it stay."""
    copy, parent = deepcopy(element), element.getparent()
    copy.tail = None
    if parent is None:
        return copy
    if parent.tag == "a" and not "".join(parent.itertext()).strip():
        # The picture's link goes with it; who draws the picture looks at its parent.
        html.Element("a", href=parent.get("href") or "").append(copy)
        (parent if len(parent) == 1 else element).drop_tree()
    else:
        element.drop_tree()
    return copy


def caption_of(element: Any) -> str:
    caption = next(element.iter("figcaption"), None) if element.tag != "img" else None
    return plain_text(serialised(caption)) if caption is not None else ""


def own_caption(gallery: Any) -> str:
    own = [child for child in gallery if child.tag == "figcaption"]
    return plain_text(serialised(own[0])) if own else ""


def serialised(element: Any) -> str:
    return etree.tostring(element, encoding="unicode", method="html", with_tail=False)
