"""An answer without an end."""

from collections.abc import Callable
from typing import Any, Protocol

# What its reader has not taken. An event is a few hundred bytes, and the system itself holds some of them.
UNTAKEN = 64 * 1024


class Connection(Protocol):
    transport: Any
    gone: Callable[[], None] | None
    is_closed: bool
    ends: bool

    def close(self) -> None: ...


class Stream:
    """What is sent is sent at once, or not at all."""

    __slots__ = ("connection", "is_chunked")

    def __init__(self, connection: Connection, *, is_chunked: bool) -> None:
        self.connection, self.is_chunked = connection, is_chunked

    def send(self, data: bytes) -> bool:
        """Whether its reader is still there, and takes what is sent."""
        connection = self.connection
        if connection.is_closed or connection.ends:
            return False
        if connection.transport.get_write_buffer_size() > UNTAKEN:
            return False
        connection.transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self.is_chunked else data)
        return True

    def end(self) -> None:
        connection = self.connection
        connection.gone = None
        if connection.is_closed or connection.ends:
            return
        if connection.transport.get_write_buffer_size() > UNTAKEN:
            connection.ends = True
            connection.transport.abort()
            return
        if self.is_chunked:
            connection.transport.write(b"0\r\n\r\n")
        connection.close()
