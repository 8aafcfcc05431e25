"""A small picture beside a name, so that two people of one name are told apart. Drawn here: nobody else is asked.

It is made from a keyed hash of the identity (an account's or a guest's random number), never of an address, and the
key is the site's own: so no picture says who somebody is elsewhere, and no guess at an address can be tried on it.
"""

import hashlib
import hmac
from functools import lru_cache

from django.conf import settings

# Five by five, the left half mirrored: 15 squares and so many colours make a quarter of a million pictures.
SIDE = 5
HALF = 3
COLOURS = 8
# Fewer squares or more look like a speck or a block, and like each other.
FEWEST, MOST = 5, 11


@lru_cache(maxsize=5_000)
def face_of(author_key: str) -> str:
    """The picture as SVG; it says nothing that the name beside it does not, so it is hidden from screen readers."""
    drawn = hmac.digest(_key(), author_key.encode(), "sha256")
    for start in range(0, len(drawn) - 2, 2):
        bits = int.from_bytes(drawn[start : start + 2]) >> 1
        if FEWEST <= bits.bit_count() <= MOST:
            break
    rows = [
        [bool(bits >> (row * HALF + min(column, SIDE - 1 - column)) & 1) for column in range(SIDE)]
        for row in range(SIDE)
    ]
    path = "".join(_strokes(row, squares) for row, squares in enumerate(rows))
    return f'<svg class="face face-{drawn[-1] % COLOURS}" viewBox="0 0 5 5" aria-hidden="true"><path d="{path}"/></svg>'


def _strokes(row: int, squares: list[bool]) -> str:
    """A row's squares, each run of them as one stroke."""
    found, column = "", 0
    while column < SIDE:
        run = 0
        while column + run < SIDE and squares[column + run]:
            run += 1
        if run:
            found += f"M{column} {row}.5h{run}"
        column += run + 1
    return found


def _key() -> bytes:
    return hashlib.blake2b(b"discussion.faces", key=settings.SECRET_KEY.encode()[:64], digest_size=32).digest()
