import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date


class BadStatement(ValueError):
    """The file is none of ours to read, whole; the message is one sentence for the editor."""


@dataclass(frozen=True)
class Row:
    """One movement of the account. `amount` is in minor units, more than zero for money that came in.

    `number` is the bank's own number of it where it gives one. `returned` says that the bank calls it a payment given back.
    """

    booked_on: date
    amount: int
    currency: str
    name: str
    purpose: str
    account: str = ""
    number: str = ""
    returned: bool = False
    key: str = ""


def keyed(rows: Iterable[Row]) -> list[Row]:
    """The rows, each with a key that is the same in every statement that holds it.

    The bank's number is that key. Without one it is what the row says and which of the equal rows of its day it is, so that
    two equal payments of a day are two, and a day that stands in two statements is counted once.
    """
    seen: Counter[tuple[object, ...]] = Counter()
    found = []
    for row in rows:
        words: tuple[object, ...] = (row.account, row.booked_on, row.amount, row.currency, row.name, row.purpose)
        if row.number:
            words = (row.account, row.booked_on, row.amount, row.currency, row.number)
        seen[words] += 1
        text = "\0".join(map(str, (*words, seen[words])))
        found.append(replace(row, key=hashlib.blake2b(text.encode(), digest_size=16).hexdigest()))
    return found
