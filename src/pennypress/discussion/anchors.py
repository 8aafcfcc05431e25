"""Where a quoted passage stands in an article, and where it stands after the article was edited.

An anchor is a W3C TextQuote (the quote with what stands before and after it) and a TextPosition within one block, in
code points. After an edit each anchor is sought in three steps: in the same block, if that still says the same; along a
diff of the whole text by words; and, for what was moved, in the blocks that share most words with the old one. What is found
by the last two has to be so much like the quote, and to stand in so familiar a place, that it cannot be another passage;
what is not, is lost and said to be: no place is better than a wrong one. Without database; the same input gives the
same result.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from rapidfuzz.distance import LCSseq, Levenshtein

# So much of what stands before and after a quote is kept; as much as Hypothesis keeps.
CONTEXT = 32
# The share of letters that may differ from the quote. Of quotes under forty letters more would match by chance: of
# those with twenty letters two in three are "found" in a foreign text when half may differ, one in two hundred at a fifth.
SHORT, SHORT_ERRORS, ERRORS = 40, 0.2, 0.3
# A side of the context agrees when no more of it differs than this, and when it is long enough to say anything: for a
# short quote, twice as long.
CONTEXT_ERRORS, MIN_CONTEXT = 0.3, 8
# The blocks in which moved text is sought are those that share most words with its old one.
LIKELY_BLOCKS = 3

# Words; and single letters where a writing puts no spaces between words.
_TOKEN = re.compile(r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af]+|.", re.DOTALL)


@dataclass(frozen=True)
class Anchor:
    """From the `start`th letter of the block to before the `end`th. `prefix` and `suffix` reach into other blocks."""

    block: str
    start: int
    end: int
    quote: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Found:
    """The anchor's new place, the words there, and by which step: "same", "diff", "moved"."""

    anchor: Anchor
    words: str
    how: str


class Text:
    """The blocks of one version of an article, as (id, text), and its words in one row."""

    def __init__(self, blocks: Iterable[tuple[str, str]]) -> None:
        self.blocks = dict(blocks)
        self.whole = "\n".join(self.blocks.values())
        self.at: dict[str, int] = {}
        position = 0
        for name, text in self.blocks.items():
            self.at[name] = position
            position += len(text) + 1

    def anchor(self, block: str, start: int, end: int) -> Anchor:
        """The anchor of this stretch. Raises KeyError or ValueError for a stretch that is not in the text."""
        text = self.blocks[block]
        if not 0 <= start < end <= len(text):
            raise ValueError("Not a stretch of this block.")
        from_, to = self.at[block] + start, self.at[block] + end
        before, after = self.whole[max(0, from_ - CONTEXT) : from_], self.whole[to : to + CONTEXT]
        return Anchor(block, start, end, text[start:end], before, after)

    def block_at(self, from_: int, to: int) -> str | None:
        """The block that holds this stretch of the whole text, or None for one that no single block holds."""
        for name, begins in self.at.items():
            if begins <= from_ and to <= begins + len(self.blocks[name]):
                return name
        return None


class Tokens:
    """A text as words, each with where it begins."""

    def __init__(self, text: str) -> None:
        found = list(_TOKEN.finditer(text))
        self.words = [match.group() for match in found]
        self.starts = [match.start() for match in found] + [len(text)]

    def index_at(self, position: int) -> int:
        """The word in which the letter at this position stands."""
        low, high = 0, len(self.words)
        while low < high:
            middle = (low + high) // 2
            if self.starts[middle + 1] <= position:
                low = middle + 1
            else:
                high = middle
        return low


def located(
    text: Text, *, block: str, start: int, end: int, quote: str, prefix: str = "", suffix: str = ""
) -> Anchor | None:
    """The anchor of what a reader chose in the page they had open: there if it still says so, else where the quote is.

    None when the quote is not in the text any more, or in several places of which none is the right one for certain.
    """
    here = text.blocks.get(block)
    if here is not None and 0 <= start < end <= len(here) and here[start:end] == quote:
        return text.anchor(block, start, end)
    places = [text.anchor(name, at, at + len(quote)) for name, at in _exactly(text, quote)]
    if len(places) > 1 or len(quote) < SHORT:
        wanted = Anchor(block, start, end, quote, prefix, suffix)
        places = [place for place in places if _familiar(wanted, place)]
    return places[0] if len(places) == 1 else None


def anchored_again(anchors: Sequence[Anchor], old: Text, new: Text) -> list[Found | None]:
    """Where each anchor of the old text stands in the new one, or None. The quotes stay what they were.

    An anchor that is in no block of the old text (it was lost before) is found again where its quote stands to the letter.
    """
    unchanged, sought = _unchanged(old, new), _Sought(old, new)
    found: list[Found | None] = []
    for anchor in anchors:
        place: Found | None = None
        if _is_there(anchor, old):
            if anchor.block in unchanged:
                place = _at(new, anchor, anchor.block, anchor.start, anchor.end, "same")
            else:
                place = sought.along_the_diff(anchor) or sought.moved(anchor)
        found.append(place or sought.to_the_letter(anchor))
    return found


def _is_there(anchor: Anchor, text: Text) -> bool:
    block = text.blocks.get(anchor.block)
    return block is not None and 0 <= anchor.start < anchor.end <= len(block)


def _unchanged(old: Text, new: Text) -> set[str]:
    """Blocks that say in both texts the same. Of those that were said more than once only if all of them stand still."""
    groups = [Counter(name[:10] for name in text.blocks) for text in (old, new)]
    return {
        name
        for name, text in old.blocks.items()
        if new.blocks.get(name) == text and groups[0][name[:10]] == groups[1][name[:10]]
    }


class _Sought:
    """Seeks stretches of the old text in the new one; what is compared once is kept for the next stretch."""

    def __init__(self, old: Text, new: Text) -> None:
        self.old, self.new = old, new
        self.likely: dict[str, list[str]] = {}
        self.between: dict[tuple[str, str], Paths] = {}
        self.exact: dict[str, list[tuple[str, int]]] = {}

    @cached_property
    def whole(self) -> "Paths":
        return Paths(Tokens(self.old.whole), Tokens(self.new.whole))

    @cached_property
    def holders(self) -> dict[str, list[str]]:
        """The new blocks in which each word stands; words that stand in many of them tell nothing."""
        where: dict[str, list[str]] = defaultdict(list)
        for name, text in self.new.blocks.items():
            for word in set(_TOKEN.findall(text)):
                where[word].append(name)
        many = max(4, len(self.new.blocks) // 4)
        return {word: names for word, names in where.items() if len(names) <= many}

    def along_the_diff(self, anchor: Anchor) -> Found | None:
        """Where a diff of both texts leads, if it leads into one block; then from block to block, which is finer."""
        begins = self.old.at[anchor.block]
        stretch = self.whole.follow(begins + anchor.start, begins + anchor.end)
        name = self.new.block_at(*stretch) if stretch else None
        if stretch is None or name is None:
            return None
        at = self.new.at[name]
        found = self._within(anchor, name, "diff")
        return found or self._checked(anchor, name, stretch[0] - at, stretch[1] - at, "diff")

    def moved(self, anchor: Anchor) -> Found | None:
        """The familiar place in the likely blocks; of several the one most like the quote, if no other is as much."""
        places = [place for name in self._likely(anchor.block) if (place := self._within(anchor, name, "moved"))]
        places.sort(key=lambda place: Levenshtein.distance(anchor.quote, place.words))
        best = [Levenshtein.distance(anchor.quote, place.words) for place in places[:2]]
        return places[0] if places and (len(places) == 1 or best[0] < best[1]) else None

    def to_the_letter(self, anchor: Anchor) -> Found | None:
        """The only place where the quote stands to the letter, with one side of its context."""
        if anchor.quote not in self.exact:
            self.exact[anchor.quote] = list(_exactly(self.new, anchor.quote))
        places = [(name, at, at + len(anchor.quote)) for name, at in self.exact[anchor.quote]]
        found = [place for place in places if _familiar(anchor, self.new.anchor(*place))]
        return _at(self.new, anchor, *found[0], "moved") if len(found) == 1 else None

    def _likely(self, block: str) -> list[str]:
        if block not in self.likely:
            shared = Counter(
                name for word in set(_TOKEN.findall(self.old.blocks[block])) for name in self.holders.get(word, ())
            )
            order = {name: number for number, name in enumerate(self.new.blocks)}
            ranked = sorted(shared, key=lambda name: (-shared[name], order[name]))
            self.likely[block] = ranked[:LIKELY_BLOCKS]
        return self.likely[block]

    def _within(self, anchor: Anchor, name: str, how: str) -> Found | None:
        pair = anchor.block, name
        if pair not in self.between:
            self.between[pair] = Paths(Tokens(self.old.blocks[anchor.block]), Tokens(self.new.blocks[name]))
        stretch = self.between[pair].follow(anchor.start, anchor.end)
        return self._checked(anchor, name, *stretch, how) if stretch else None

    def _checked(self, anchor: Anchor, name: str, start: int, end: int, how: str) -> Found | None:
        """The stretch, if it is like the quote and stands in a familiar place."""
        words = self.new.blocks[name][start:end]
        if not words.strip() or not _alike(anchor.quote, words):
            return None
        place = self.new.anchor(name, start, end)
        at_edges = len(anchor.quote) >= SHORT and _edges(self.old, anchor) & _edges(self.new, place)
        return _at(self.new, anchor, name, start, end, how) if at_edges or _familiar(anchor, place) else None


class Paths:
    """Where each word of one text went in another, by their longest common subsequence."""

    def __init__(self, old: Tokens, new: Tokens) -> None:
        self.old, self.new = old, new
        codes = list(LCSseq.opcodes(old.words, new.words))
        # The word that each old one became, or None for one that is gone.
        self.to: list[int | None] = [None] * len(old.words)
        for gone, come in _regions(codes):
            # As many words came as went: one for one. The first and last of others are each other's as well.
            if len(gone) == len(come):
                for a, b in zip(gone, come, strict=True):
                    self.to[a] = b
            elif gone and come:
                self.to[gone[0]], self.to[gone[-1]] = come[0], come[-1]
        for code in codes:
            if code.tag == "equal":
                for step in range(code.src_end - code.src_start):
                    self.to[code.src_start + step] = code.dest_start + step

    def follow(self, start: int, end: int) -> tuple[int, int] | None:
        """From where to where in the new text what stood from `start` to `end` in the old one is."""
        first, last = self.old.index_at(start), self.old.index_at(end - 1)
        kept = [index for index in range(first, last + 1) if self.to[index] is not None]
        if not kept:
            return None
        from_, to = self._edge(kept[0], start, first), self._edge(kept[-1], end, last)
        return (from_[0], to[1]) if from_[0] < to[1] else None

    def _edge(self, index: int, position: int, wanted: int) -> tuple[int, int]:
        """The new word for this one, or the part of it, where the stretch begins or ends within the word."""
        there = self.to[index]
        assert there is not None
        begins, ends = self.new.starts[there], self.new.starts[there + 1]
        if index == wanted and self.old.words[index] == self.new.words[there]:
            inside = position - self.old.starts[index]
            return begins + inside, begins + inside
        return begins, ends


def _regions(codes: Iterable) -> Iterator[tuple[range, range]]:
    """What went and what came between words that stayed."""
    ends = [(0, 0, 0, 0)]
    last = (0, 0)
    for code in codes:
        if code.tag == "equal":
            ends.append((code.src_start, code.src_end, code.dest_start, code.dest_end))
        last = (code.src_end, code.dest_end)
    ends.append((last[0], last[0], last[1], last[1]))
    for before, after in pairwise(ends):
        yield range(before[1], after[0]), range(before[3], after[2])


def _alike(quote: str, words: str) -> bool:
    allowed = int(len(quote) * (SHORT_ERRORS if len(quote) < SHORT else ERRORS))
    return Levenshtein.distance(quote, words, score_cutoff=allowed) <= allowed


def _edges(text: Text, anchor: Anchor) -> set[str]:
    """At which edges of its block a stretch begins or ends: for a long quote, as good as a neighbour."""
    sides = {"start": anchor.start == 0, "end": anchor.end == len(text.blocks[anchor.block])}
    return {side for side, there in sides.items() if there}


def _familiar(anchor: Anchor, place: Anchor) -> bool:
    """Whether one side of the context agrees."""
    least = 2 * MIN_CONTEXT if len(anchor.quote) < SHORT else MIN_CONTEXT
    sides = ((anchor.prefix[::-1], place.prefix[::-1]), (anchor.suffix, place.suffix))
    return any(_agrees(was, now, least) or _agrees(*_in_block(was, now), least) for was, now in sides)


def _in_block(was: str, now: str) -> tuple[str, str]:
    """What of both belongs to the quote's own block: a neighbour may have come or gone."""
    own = was.partition("\n")[0], now.partition("\n")[0]
    length = min(map(len, own))
    return own[0][:length], own[1][:length]


def _agrees(was: str, now: str, least: int) -> bool:
    if len(was) < least or len(now) < least:
        return False
    allowed = int(len(was) * CONTEXT_ERRORS)
    return Levenshtein.distance(was, now, score_cutoff=allowed) <= allowed


def _exactly(text: Text, quote: str) -> Iterator[tuple[str, int]]:
    """Every place where the quote stands to the letter."""
    for name, words in text.blocks.items() if quote else ():
        at = words.find(quote)
        while at >= 0:
            yield name, at
            at = words.find(quote, at + 1)


def _at(text: Text, anchor: Anchor, name: str, start: int, end: int, how: str) -> Found:
    place = text.anchor(name, start, end)
    return Found(replace(place, quote=anchor.quote), place.quote, how)
