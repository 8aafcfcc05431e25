"""Identifiers made by the program: UUIDv7 (RFC 9562, section 5.7), which sort by the time they were made."""

import os
import threading
import time
import uuid

# The identifier of nothing: where a query wants one and there is none.
NOBODY = uuid.UUID(int=0)

_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """Return a new UUIDv7; within one process each is greater than the one before.

    48 bits of Unix milliseconds, then a 12-bit counter that starts anew each millisecond and borrows the next
    millisecond when it runs over, then 62 random bits.
    """
    global _last
    with _lock:
        stamp = time.time_ns() // 1_000_000 << 12
        _last = stamp if stamp > _last else _last + 1
        millisecond, counter = _last >> 12, _last & 0xFFF
    random = int.from_bytes(os.urandom(8)) & (1 << 62) - 1
    return uuid.UUID(int=millisecond << 80 | 7 << 76 | counter << 64 | 2 << 62 | random)
