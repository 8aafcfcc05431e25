"""`pennypress ledger check` and `pennypress ledger export`: the books looked at, and handed to an accounting program."""

import sys
from datetime import date
from typing import TextIO

from pennypress.ops.data import DataDirectory


def check(data: DataDirectory) -> int:
    """Print what is wrong with the books; exit status 1 where something is."""
    _begin(data)
    from pennypress.funding.audit import audit
    from pennypress.newsroom.actions import entered
    from pennypress.newsroom.queries import load_newsroom

    with entered(load_newsroom()):
        faults = audit()
    for fault in faults:
        print(fault)
    if not faults:
        print("The books balance, agree with the months and the gifts, and are guarded.")
    return 1 if faults else 0


def export(
    data: DataDirectory, *, format: str, first: date | None, last: date | None, out: TextIO | None = None
) -> int:
    """Write the entries of these days to the standard output, oldest first, without holding them all."""
    _begin(data)
    from pennypress.funding import exports
    from pennypress.funding.journal import FORMATS
    from pennypress.newsroom.actions import entered
    from pennypress.newsroom.queries import load_newsroom

    newsroom = load_newsroom()
    out = out or sys.stdout
    with entered(newsroom):
        title = newsroom.name if newsroom else "Pennypress"
        for text in FORMATS[format](exports.booked(first, last), exports.chart(first, last), title=title):
            out.write(text)
    return 0


def _begin(data: DataDirectory) -> None:
    data.make_usable()
    import django

    django.setup()
