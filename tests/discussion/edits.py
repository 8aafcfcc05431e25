"""An article, an edit of it, and the truth: where each of its words went. For tests of anchors and for their load."""

import random
from dataclasses import dataclass

from pennypress.discussion.anchors import Anchor, Text
from pennypress.lib.blocks import id_of

SYLLABLES = "ka lo mer tin sa vo ber nal di fu rest ham wey pol gra es um ter ja qui ston ly".split()


@dataclass
class Word:
    """One word of the article; an edit changes what it says or takes it away, and it stays the same word."""

    says: str


@dataclass(frozen=True)
class Passage:
    anchor: Anchor
    words: tuple[Word, ...]


def vocabulary(chance: random.Random, size: int = 900) -> list[str]:
    return ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(size)]


def article(chance: random.Random, letters: int = 8_000) -> list[list[Word]]:
    """Paragraphs of words that are used as often as words are: few of them often, most of them seldom."""
    words = vocabulary(chance)
    weights = [1 / (rank + 2) for rank in range(len(words))]
    paragraphs: list[list[Word]] = []
    while sum(len(word.says) + 1 for paragraph in paragraphs for word in paragraph) < letters:
        paragraphs.append([Word(says) for says in chance.choices(words, weights, k=chance.randint(35, 90))])
    return paragraphs


def text_of(paragraphs: list[list[Word]]) -> Text:
    texts = [" ".join(word.says for word in paragraph) for paragraph in paragraphs]
    return Text((id_of(text), text) for text in texts)


def places(paragraphs: list[list[Word]]) -> dict[int, tuple[str, int, int]]:
    """Where each word stands: block, first letter, letter after the last."""
    found = {}
    for paragraph in paragraphs:
        block, at = id_of(" ".join(word.says for word in paragraph)), 0
        for word in paragraph:
            found[id(word)] = block, at, at + len(word.says)
            at += len(word.says) + 1
    return found


def passages(chance: random.Random, paragraphs: list[list[Word]], number: int) -> list[Passage]:
    """Passages of one word to a whole paragraph, most of them a line or two."""
    text, where = text_of(paragraphs), places(paragraphs)
    made = []
    for _ in range(number):
        paragraph = chance.choice(paragraphs)
        length = min(len(paragraph), chance.choice((2, 4, 6, 8, 12, 20, 30, 90)))
        first = chance.randint(0, len(paragraph) - length)
        words = tuple(paragraph[first : first + length])
        block, start, _end = where[id(words[0])]
        made.append(Passage(text.anchor(block, start, where[id(words[-1])][2]), words))
    return made


def edit(chance: random.Random, paragraphs: list[list[Word]], share: float = 0.06, moved: int = 2) -> list[list[Word]]:
    """The same article with so many of its words replaced, taken out or put in, and so many paragraphs elsewhere."""
    words = vocabulary(chance)
    edited: list[list[Word]] = []
    for paragraph in paragraphs:
        now: list[Word] = []
        for word in paragraph:
            change = chance.choice(("replaced", "gone", "before")) if chance.random() < share else ""
            if change == "replaced":
                word.says = chance.choice(words)
            elif change == "before":
                now.append(Word(chance.choice(words)))
            if change != "gone":
                now.append(word)
        edited.append(now)
    for _ in range(moved):
        paragraph = edited.pop(chance.randrange(len(edited)))
        edited.insert(chance.randint(0, len(edited)), paragraph)
    return edited
