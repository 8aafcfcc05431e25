"""What changed between two texts, word by word."""

import re
from dataclasses import dataclass
from typing import Literal

# An edit within a quarter of an hour changes words. One that changes more than this says something else, and is shown as
# that: the old words gone, the new ones there. It bounds the work to texts × this.
MAX_CHANGES = 200
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    kind: Literal["same", "gone", "new"]
    text: str


def word_changes(before: str, after: str) -> list[Piece]:
    """The pieces that lead from one text to the other; all but the "new" ones are the first, all but the "gone" the second.

    The shortest way (E. W. Myers, "An O(ND) difference algorithm and its variations", Algorithmica 1 (1986)), while it has
    at most MAX_CHANGES steps.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle = _shortest(old[start : len(old) - end], new[start : len(new) - end])
    pieces = [Piece("same", word) for word in old[:start]] + middle
    return _joined(pieces + [Piece("same", word) for word in old[len(old) - end :]])


def _shortest(old: list[str], new: list[str]) -> list[Piece]:
    reach = {1: 0}
    trace: list[dict[int, int]] = []
    for steps in range(min(len(old) + len(new), MAX_CHANGES) + 1):
        trace.append(reach.copy())
        for diagonal in range(-steps, steps + 1, 2):
            down = diagonal == -steps or (diagonal != steps and reach[diagonal - 1] < reach[diagonal + 1])
            x = reach[diagonal + 1] if down else reach[diagonal - 1] + 1
            while x < len(old) and x - diagonal < len(new) and old[x] == new[x - diagonal]:
                x += 1
            reach[diagonal] = x
            if x >= len(old) and x - diagonal >= len(new):
                return _walked_back(old, new, trace)
    return [Piece("gone", word) for word in old] + [Piece("new", word) for word in new]


def _walked_back(old: list[str], new: list[str], trace: list[dict[int, int]]) -> list[Piece]:
    pieces: list[Piece] = []
    x, y = len(old), len(new)
    for steps in range(len(trace) - 1, -1, -1):
        reach, diagonal = trace[steps], x - y
        down = diagonal == -steps or (diagonal != steps and reach[diagonal - 1] < reach[diagonal + 1])
        before = diagonal + 1 if down else diagonal - 1
        from_x = reach[before] if steps else 0
        from_y = from_x - before if steps else 0
        while x > from_x and y > from_y:
            x, y = x - 1, y - 1
            pieces.append(Piece("same", old[x]))
        if steps and down:
            y -= 1
            pieces.append(Piece("new", new[y]))
        elif steps:
            x -= 1
            pieces.append(Piece("gone", old[x]))
    return pieces[::-1]


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(piece.kind, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined
