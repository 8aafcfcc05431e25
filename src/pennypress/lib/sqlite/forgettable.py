from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def forgettable(connection: Any) -> Iterator[None]:
    """Statements that write within the block, outside of a transaction, are not waited for until they are on the disk.

    Everybody sees them at once, and the next flush takes them along; only a power cut before that forgets them. For counts
    that keep somebody from hurrying, and for nothing that anybody was told. Where the database is not SQLite it changes nothing.
    """
    connection.ensure_connection()
    ours = connection.connection
    if connection.vendor != "sqlite" or not ours.flushes:
        yield
        return
    ours.flushes = False
    try:
        yield
    finally:
        ours.flushes = True
