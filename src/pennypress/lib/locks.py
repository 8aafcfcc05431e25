import fcntl
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def flocked(file: int) -> Iterator[None]:
    """Hold the lock of an open file, against all processes and all other openings of it in this one."""
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
