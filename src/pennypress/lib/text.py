"""Small things to do with plain text."""

import unicodedata

# No language stacks more marks on one letter; more are a tower that covers the lines around it.
MAX_MARKS = 4
_JOINERS = {"\u200c", "\u200d"}
# Their letters join by themselves or not at all: there a joiner only makes one name look like another's.
_NEVER_JOINED = ("LATIN", "GREEK", "CYRILLIC", "DIGIT")


def without_towers(text: str) -> str:
    """The text with at most MAX_MARKS combining marks on each letter."""
    kept: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
        if marks <= MAX_MARKS:
            kept.append(letter)
    return "".join(kept)


def plainly_visible(name: str) -> str:
    """A name on one line without what nobody sees: direction marks, zero-width characters, tags, lone fillers.

    Joiners stay where they do something: in emoji and in scripts whose letters join.
    """
    kept: list[str] = []
    for letter in without_towers(name):
        category = unicodedata.category(letter)
        if letter in _JOINERS:
            before = unicodedata.name(kept[-1], "") if kept else ""
            if before and not before.startswith(_NEVER_JOINED) and not kept[-1].isspace() and kept[-1] not in _JOINERS:
                kept.append(letter)
        elif category not in {"Cc", "Cf", "Zl", "Zp"}:
            kept.append(letter)
    return "".join(kept).strip()


def has_something_to_see(text: str) -> bool:
    """Whether any character leaves a mark: spaces, zero-width and direction characters alone do not."""
    return any(unicodedata.category(letter)[0] in "LNPS" for letter in text)


def shortened(text: str, letters: int) -> str:
    """The text on one line, cut at a word where it is longer than so many letters."""
    text = " ".join(text.split())
    if len(text) <= letters:
        return text
    cut = text[:letters]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:–-") + "…"
