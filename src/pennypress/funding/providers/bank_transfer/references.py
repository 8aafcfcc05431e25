"""Reference codes: what a supporter writes into the purpose of a transfer, so that the money finds its promise.

Eight characters in two groups, "7K3M-9QX2": seven by chance and a check character, which tells apart every code with one wrong
character and every code with two neighbours swapped (a weighted sum modulo a prime; H. Verhoeff, 1969, ch. 2).
"""

import secrets
from collections.abc import Iterator

# 31 characters, a prime, without those that are read as others: 0 and O, I and L, U and V.
ALPHABET = "123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
# What people and banks' scanners make of ours.
READ_AS = str.maketrans({"I": "1", "L": "1", "U": "V", "0": "Q", "O": "Q"})


def new_reference() -> str:
    """A code by chance, written without its dash."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return letters + _check(letters)


def shown(reference: str) -> str:
    """The code as it is printed: 7K3M-9QX2."""
    return f"{reference[:4]}-{reference[4:]}"


def is_reference(text: str) -> bool:
    return len(text) == LENGTH and all(letter in ALPHABET for letter in text) and _check(text[:-1]) == text[-1]


def references_in(text: str) -> Iterator[str]:
    """Every code that may stand in a purpose, whatever spaces, dashes, small letters and other words are around it."""
    letters = "".join(letter for letter in text.upper() if letter.isascii() and letter.isalnum()).translate(READ_AS)
    for start in range(len(letters) - LENGTH + 1):
        if is_reference(letters[start : start + LENGTH]):
            yield letters[start : start + LENGTH]


def _check(letters: str) -> str:
    # The weights differ and none is a multiple of 31, nor is the difference of two neighbours.
    total = sum(weight * ALPHABET.index(letter) for weight, letter in enumerate(letters, start=2))
    return ALPHABET[total % len(ALPHABET)]
