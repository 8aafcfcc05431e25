"""Word lists: one word or phrase a line, `*` at the end for a stem. Looked for in one pass, however many there are."""

from collections.abc import Iterable
from dataclasses import dataclass

import ahocorasick
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pennypress.discussion.screening.folding import is_spaceless, readings, words

# More than any newsroom keeps; the automaton for so many takes about 10 MB of each process.
MAX_LINES = 5_000
MAX_LINE = 100
# Shorter stems are inside of too many innocent words.
MIN_STEM = 3
# A reason names this many words; whoever uses more has made their point.
MAX_NAMED = 5

_EDGES = {" ", "\n"}


@dataclass(frozen=True)
class Listed:
    """A line of a list: as it was written, and what to look for."""

    line: str
    folded: str
    is_stem: bool


@dataclass(frozen=True)
class BadLine:
    number: int
    line: str
    why: str


class WordList:
    """The words of a list, ready to be looked for."""

    def __init__(self, listed: Iterable[Listed]) -> None:
        by_word: dict[str, list[Listed]] = {}
        for entry in listed:
            by_word.setdefault(entry.folded, []).append(entry)
        self._automaton = ahocorasick.Automaton()
        for word, entries in by_word.items():
            self._automaton.add_word(word, (len(word), entries))
        if by_word:
            self._automaton.make_automaton()
        self._is_empty = not by_word

    def found_in(self, text: str) -> list[str]:
        """The lines whose word stands in the text, at most MAX_NAMED.

        Time grows with the text's length alone, not with the list's: one pass of an Aho-Corasick automaton over the
        text's readings.
        """
        found: dict[str, None] = {}
        if self._is_empty:
            return []
        read = f"\n{readings(text)}\n"
        for end, (length, entries) in self._automaton.iter(read):
            before, after = read[end - length], read[end + 1]
            first, last = read[end - length + 1], read[end]
            if before not in _EDGES and not is_spaceless(first):
                continue
            for entry in entries:
                if entry.is_stem or after in _EDGES or is_spaceless(last):
                    found[entry.line] = None
            if len(found) >= MAX_NAMED:
                break
        return list(found)[:MAX_NAMED]


def parsed(text: str) -> tuple[list[Listed], list[BadLine]]:
    """The lines of a list, and those that cannot be used, with the reason. Empty lines and lines with # are neither."""
    listed: list[Listed] = []
    bad: list[BadLine] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        is_stem = line.endswith("*")
        folded = words(line.removesuffix("*"))
        if why := _fault(line, folded, is_stem, len(listed)):
            bad.append(BadLine(number, line[:MAX_LINE], why))
        else:
            listed.append(Listed(line, folded, is_stem))
    return listed, bad


def check_list(text: str) -> None:
    """Raises ValidationError with each line that cannot be used."""
    bad = parsed(text)[1]
    if bad:
        raise ValidationError(
            [
                _("Line %(number)s, “%(line)s”: %(why)s")
                % {"number": fault.number, "line": fault.line, "why": fault.why}
                for fault in bad[:20]
            ]
        )


def _fault(line: str, folded: str, is_stem: bool, so_many: int) -> str:
    if len(line) > MAX_LINE:
        return _("too long; at most %(limit)s characters.") % {"limit": MAX_LINE}
    if "*" in line.removesuffix("*"):
        return _("a star may only stand at the end.")
    if not folded:
        return _("nothing in it can be looked for.")
    if is_stem and len(folded) < MIN_STEM and not is_spaceless(folded[0]):
        return _("the beginning of a word needs at least %(limit)s letters.") % {"limit": MIN_STEM}
    if len(folded) == 1 and not is_spaceless(folded) and folded.isalnum():
        return _("a single letter stands in every comment.")
    if so_many >= MAX_LINES:
        return _("the list is full; at most %(limit)s lines.") % {"limit": MAX_LINES}
    return ""
