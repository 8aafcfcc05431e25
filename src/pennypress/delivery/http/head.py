"""The head of an answer."""

import time
from http import HTTPStatus

from django.utils.http import http_date

type Headers = list[tuple[str, str]]

# Said by the server about the connection itself; nobody behind it may.
OURS = frozenset(("connection", "content-length", "date", "keep-alive", "transfer-encoding"))

BEGINNINGS = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
# Their length is not theirs to say (RFC 9110, 8.6).
BODILESS = (204, 304)


def head_of(status: int, lines: bytes) -> bytes:
    """All but what the connection itself has to say. Raises KeyError for a status that there is none of."""
    return b"%b%bdate: %b\r\n" % (BEGINNINGS[status], lines, date_now())


def lines_of(headers: Headers) -> bytes:
    """Headers as they go over the wire. Raises ValueError for a line break in one: what follows it would be another header."""
    lines = [f"{name}: {value}\r\n" for name, value in headers if name not in OURS]
    text = "".join(lines)
    if not text.count("\r") == text.count("\n") == len(lines):
        raise ValueError("a header has a line break")
    return text.encode("latin-1")


_date = (0, b"")


def date_now() -> bytes:
    global _date
    now = int(time.time())
    if _date[0] != now:
        _date = (now, http_date(now).encode())
    return _date[1]
