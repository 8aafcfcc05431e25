"""How long it takes to bring 1,000 passages through an edit: `.venv/bin/python -m tests.load.passages`.

An article of 8,000 letters, 6 % of its words changed, two paragraphs moved. The goal is half a second.
"""

import random
import time

from pennypress.discussion.anchors import anchored_again
from tests.discussion.edits import article, edit, passages, text_of

PASSAGES, LETTERS, GOAL = 1_000, 8_000, 0.5


def main() -> None:
    for seed in range(5):
        chance = random.Random(seed)
        paragraphs = article(chance, LETTERS)
        old, chosen = text_of(paragraphs), passages(chance, paragraphs, PASSAGES)
        new = text_of(edit(chance, paragraphs))
        begun = time.perf_counter()
        found = anchored_again([passage.anchor for passage in chosen], old, new)
        seconds = time.perf_counter() - begun
        kept = sum(place is not None for place in found)
        print(f"{len(old.whole):,} letters, {kept} of {PASSAGES} kept, {seconds:.3f} s (goal {GOAL} s)")


if __name__ == "__main__":
    main()
