"""Events as bytes on the wire: text/event-stream, as the WHATWG's HTML standard has it (9.2)."""

import json
from collections.abc import Iterable
from typing import Any

from pennypress.delivery.live.events import Told

HEADERS = [
    ("content-type", "text/event-stream; charset=utf-8"),
    ("cache-control", "no-store"),
    # nginx would gather events until its buffer is full.
    ("x-accel-buffering", "no"),
    ("x-content-type-options", "nosniff"),
]
# A comment: it keeps proxies from taking the silence for an end, and shows us who has gone.
HEARTBEAT = b":\n\n"


def event(kind: str, data: dict[str, Any], number: int | None = None) -> bytes:
    # JSON has no bare line breaks, so the data is one line whatever a reader wrote.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    mark = f"id: {number}\n" if number is not None else ""
    return f"{mark}event: {kind}\ndata: {text}\n\n".encode()


def told(events: Iterable[Told]) -> bytes:
    return b"".join(event(told.kind, told.payload, told.number) for told in events)


def greeting(retry_ms: int, followed: dict[str, int]) -> bytes:
    """The first words of a stream: when to come again after it ends, and how things stand."""
    return f"retry: {retry_ms}\n".encode() + event("hello", followed)


def stale(number: int) -> bytes:
    """The reader has missed more than is kept, and should load that part of the page anew."""
    return event("stale", {}, number)
