"""Whether a text was said before, by the same person or by others: sketches of texts that can be compared by their rows.

A sketch is the smallest of the hashes of all runs of three words (a bottom-k sketch, Broder 1997): texts that share
most of their runs share most of their sketch, whatever was added at the beginning or the end.
"""

import hashlib
import re

from pennypress.discussion.screening.folding import words

RUN = 3
# So many rows for each comment; the share of two sketches then tells the likeness of two texts to about a seventh.
SKETCH = 8
# Of a full sketch this many in common say "the same text with small changes" (three quarters).
ALIKE = 6
# "Thank you, well said" is said by many people, and honestly; below this only advertising with a link is compared.
MIN_WORDS = 8

_QUOTED = re.compile(r"^\s*>.*$", re.MULTILINE)


def sketch_of(text: str, *, has_link: bool) -> tuple[int, ...]:
    """The sketch of a comment's own words, quotations left out; empty for one that is too short to say."""
    said = words(_QUOTED.sub("", text)).split()
    if len(said) < MIN_WORDS:
        return (_hash(" ".join(said)),) if has_link and said else ()
    runs = {_hash(" ".join(said[start : start + RUN])) for start in range(len(said) - RUN + 1)}
    return tuple(sorted(runs)[:SKETCH])


def enough(sketch: tuple[int, ...]) -> int:
    """How many of this sketch's hashes another text has to share to be the same in other words."""
    return max(1, len(sketch) * ALIKE // SKETCH)


def _hash(run: str) -> int:
    # 63 bits, so that every database's big integer holds it.
    return int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8).digest()) >> 1
