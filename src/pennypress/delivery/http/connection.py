"""One connection: it reads requests, has them answered one after the other, and writes the answers.

What is ready is answered from within the call that brought the last byte of its request; all else in a task. Everything here
happens in the event loop.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import httptools
from django.utils.translation import gettext as _

from pennypress.delivery.http.head import BODILESS, Headers, head_of, lines_of
from pennypress.delivery.http.request import NotUnderstood, Request, address_of
from pennypress.delivery.http.stream import Stream

logger = logging.getLogger(__name__)

# A long address, a dozen headers and the cookies of a whole domain; proxies allow as much.
LARGEST_HEAD = 32 * 1024
# A head comes in one piece, or over a bad line.
HEAD_SECONDS = 20
# Longer than the 60 seconds after which a proxy in front commonly closes its side: who closes must not be who is asked.
IDLE_SECONDS = 75
# Who takes nothing of an answer for so long has gone.
STALLED_SECONDS = 60
# Requests a reader may send ahead of their answers; browsers send none.
AHEAD = 16
# Of a body that nobody reads yet.
UNREAD = 64 * 1024
# After an answer that ends a connection its reader may still be sending: it is heard out, or it would never read the answer.
LINGER_SECONDS = 2


class Application(Protocol):
    def at_once(self, request: Request, connection: "Connection") -> bool: ...

    def answer(self, request: Request, connection: "Connection") -> Coroutine[Any, Any, None]: ...


class Server(Protocol):
    application: Application
    connections: set["Connection"]
    tasks: set[asyncio.Task[None]]
    most: int
    is_ending: bool


class Connection(asyncio.Protocol):
    __slots__ = (
        "__weakref__", "client", "ends", "fields", "gone", "head_size", "here", "is_blocked", "is_closed",
        "is_paused", "is_streaming", "parser", "queue", "reading", "request", "server", "since", "target",
        "transport", "unsent", "waiter",
    )  # fmt: skip

    def __init__(self, server: Server) -> None:
        self.server = server
        self.parser: Any = httptools.HttpRequestParser(self)
        self.transport: Any = None
        self.client = self.here = ""
        # The head being read: its target, its headers, and how much came since it began.
        self.target, self.fields, self.head_size = b"", {}, 0  # type: ignore[var-annotated]
        # Whose body is being read; whose answer is being made; who waits for that.
        self.reading: Request | None = None
        self.request: Request | None = None
        self.queue: deque[Request] = deque()
        self.waiter: asyncio.Future[None] | None = None
        self.gone: Callable[[], None] | None = None
        self.ends = self.is_blocked = self.is_closed = self.is_paused = self.is_streaming = False
        self.since, self.unsent = time.monotonic(), 0

    # What the event loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.client = address_of(transport.get_extra_info("peername"))
        self.here = address_of(transport.get_extra_info("sockname"))
        is_full = len(self.server.connections) >= self.server.most
        self.server.connections.add(self)
        if is_full or self.server.is_ending:
            self._refuse(503, _("The server is busy. Please try again in a few seconds."), [("retry-after", "5")])
            self.close()

    def data_received(self, data: bytes) -> None:
        if self.ends or self.is_streaming:
            # What comes after the end is heard out, and a stream's reader has nothing to say.
            return
        # Of a body only what is none of its words: the sizes of its chunks, and what comes after the last.
        self.head_size += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # Nothing else is spoken here: it was answered as the request that it is too, and is the last.
            pass
        except httptools.HttpParserError as error:
            if isinstance(error, httptools.HttpParserCallbackError) and not isinstance(
                error.__context__, NotUnderstood
            ):
                logger.error("A request could not be read.", exc_info=error.__context__)
            self._end_with_refusal(400, _("This request was not understood."))
        else:
            if self.head_size > LARGEST_HEAD and not self.ends:
                self._end_with_refusal(431, _("This is larger than the server accepts."))

    def eof_received(self) -> bool:
        """The reader sends no more. What was asked is still answered; a stream's reader has gone."""
        if self.reading is not None:
            self._cut_off(self.reading)
        if self.request is None:
            return False
        self._last_asked(self.request).keeps_alive = False
        return True

    def pause_writing(self) -> None:
        self.is_blocked = True

    def resume_writing(self) -> None:
        self.is_blocked = False
        self._go_on()

    def connection_lost(self, error: Exception | None) -> None:
        self.is_closed = self.ends = True
        self.server.connections.discard(self)
        self.queue.clear()
        if self.reading is not None:
            self._cut_off(self.reading)
        if self.gone is not None:
            gone, self.gone = self.gone, None
            gone()
        # It knows this connection and this one it.
        self.parser = None

    # What the parser finds

    def on_message_begin(self) -> None:
        self.target, self.fields = b"", {}
        if self.request is None:
            self.since = time.monotonic()

    def on_url(self, target: bytes) -> None:
        self.target += target

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.reading is not None:
            # What comes after a body would speak for what came before it.
            return
        key, text = name.decode("latin-1").lower(), value.decode("latin-1").rstrip(" \t")
        fields = self.fields
        if key not in fields:
            fields[key] = text
        elif key == "host":
            raise NotUnderstood
        else:
            # A browser that splits its cookies over several lines means one list (RFC 9113, 8.2.3).
            fields[key] += f"{'; ' if key == 'cookie' else ','}{text}"

    def on_headers_complete(self) -> None:
        parser = self.parser
        try:
            method, target = parser.get_method().decode("ascii"), self.target.decode("ascii")
        except UnicodeDecodeError:
            raise NotUnderstood from None
        request = Request(method, target, parser.get_http_version(), self.fields, self.client, self.here)
        self.reading, self.head_size = request, 0
        if request.has_body:
            # So that it can be refused before all of it is here.
            self._take(request)

    def on_body(self, part: bytes) -> None:
        request, self.head_size = self.reading, 0
        if request is None or self.ends:
            return
        request.parts.append(part)
        request.unread += len(part)
        if request.unread > UNREAD:
            self._pause()
        self._wake()

    def on_message_complete(self) -> None:
        request, self.reading, self.head_size = self.reading, None, 0
        if request is None or self.ends:
            return
        request.whole = True
        request.keeps_alive = (
            request.keeps_alive and self.parser.should_keep_alive() and not self.parser.should_upgrade()
        )
        if request.has_body:
            self._wake()
        else:
            self._take(request)

    # Requests, one after the other

    def _take(self, request: Request) -> None:
        if self.ends:
            return
        if self.request is None and not self.is_blocked:
            self._begin(request)
        elif len(self.queue) < AHEAD:
            self.queue.append(request)
            self._pause()
        else:
            # Those before it are answered, and whoever sent it asks again.
            self._last_asked(request).keeps_alive = False

    def _last_asked(self, request: Request) -> Request:
        """What is answered last of what was sent; `request` is being answered."""
        return self.queue[-1] if self.queue else request

    def _begin(self, request: Request) -> None:
        self.request = request
        try:
            if self.server.application.at_once(request, self):
                return
        except Exception:
            self._failed(request)
            return
        task = asyncio.get_running_loop().create_task(self._answered(request))
        self.server.tasks.add(task)
        task.add_done_callback(self.server.tasks.discard)

    async def _answered(self, request: Request) -> None:
        try:
            await self.server.application.answer(request, self)
        except Exception:
            self._failed(request)
        else:
            if self.request is request and not self.ends:
                logger.error("A request was not answered.")
                self._refuse(500, _("Something went wrong here."))

    def _failed(self, request: Request) -> None:
        logger.exception("A request could not be answered.")
        if self.request is request:
            self._refuse(500, _("Something went wrong here."))
        elif self.is_streaming:
            self.close()

    def _go_on(self) -> None:
        if self.request is None and not self.is_blocked and not self.ends:
            if self.queue:
                self._begin(self.queue.popleft())
            else:
                self._resume()

    def _pause(self) -> None:
        if not self.is_paused and not self.is_closed:
            self.is_paused = True
            self.transport.pause_reading()

    def _resume(self) -> None:
        if self.is_paused and not self.is_closed:
            self.is_paused = False
            self.transport.resume_reading()

    # Bodies

    async def parts(self) -> Any:
        """The body of the request that is being answered, as it comes. Raises ConnectionError where it is cut off."""
        request = self.request
        assert request is not None
        if request.expects_continue and not request.whole and not request.parts:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while True:
            if request.parts:
                part = b"".join(request.parts)
                request.parts.clear()
                request.unread = 0
                yield part
            elif request.whole:
                return
            elif request.cut_off:
                raise ConnectionError("the body was cut off")
            else:
                self._resume()
                self.waiter = asyncio.get_running_loop().create_future()
                try:
                    await self.waiter
                finally:
                    self.waiter = None

    def __aiter__(self) -> Any:
        return self.parts()

    def _cut_off(self, request: Request) -> None:
        request.cut_off, self.reading = True, None
        self._wake()

    def _wake(self) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    # Answers

    def respond(self, status: int, headers: Headers, body: bytes = b"") -> None:
        """Answer the request. Raises ValueError for a header with a line break."""
        self.respond_with(status, lines_of(headers), body)

    def respond_with(self, status: int, lines: bytes, body: bytes = b"") -> None:
        """The same with headers that are lines already."""
        request = self.request
        if request is None or self.is_closed:
            # The reader has gone, or was told that they are too slow.
            return
        keeps_alive = request.keeps_alive and request.whole and not self.server.is_ending
        if status in BODILESS:
            body, head = b"", head_of(status, lines)
        else:
            head = b"%bcontent-length: %d\r\n" % (head_of(status, lines), len(body))
        if not keeps_alive:
            head += b"connection: close\r\n"
        elif request.http_version == "1.0":
            head += b"connection: keep-alive\r\n"
        self.transport.write(head + b"\r\n" + body if request.method != "HEAD" else head + b"\r\n")
        self.request = None
        if keeps_alive:
            self.since = time.monotonic()
            if self.queue or self.is_paused:
                # Not from here: a hundred of them would be a hundred calls deep.
                asyncio.get_running_loop().call_soon(self._go_on)
        else:
            self._end(is_heard_out=not request.whole)

    def stream(self, status: int, headers: Headers, gone: Callable[[], None]) -> Stream:
        """Begin an answer without an end. `gone` is called once when its reader has gone, or is let go."""
        request = self.request
        assert request is not None
        is_chunked = request.http_version != "1.0"
        length = b"transfer-encoding: chunked\r\n" if is_chunked else b""
        if not self.is_closed:
            self.transport.write(b"%b%bconnection: close\r\n\r\n" % (head_of(status, lines_of(headers)), length))
        self.is_streaming, self.gone, self.request = True, gone, None
        self.queue.clear()
        # Nothing more is read: a page that stays open for hours keeps no more than it needs.
        self.parser, self.reading, self.fields = None, None, {}
        # But its end is: a socket that is not read says nothing of that.
        self._resume()
        return Stream(self, is_chunked=is_chunked)

    def _refuse(self, status: int, sentence: str, headers: Headers | None = None) -> None:
        """One sentence about a request that nobody else answers, and the end of the connection."""
        plain = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store"), *(headers or [])]
        if self.request is None:
            self.request = Request("GET", "/", "1.0", {}, self.client, self.here)
        self.request.keeps_alive = False
        self.respond(status, plain, f"{sentence}\n".encode())

    def _end_with_refusal(self, status: int, sentence: str) -> None:
        """What follows cannot be read. What was read before is answered first."""
        if self.reading is not None:
            self._cut_off(self.reading)
        if self.ends:
            return
        last = self.queue[-1] if self.queue else self.request
        if last is None:
            self._refuse(status, sentence)
        else:
            last.keeps_alive = False
            self._pause()

    # The end

    def _end(self, *, is_heard_out: bool) -> None:
        self.ends = True
        self.queue.clear()
        if is_heard_out and self.transport.can_write_eof():
            self.transport.write_eof()
            self._resume()
            asyncio.get_running_loop().call_later(LINGER_SECONDS, self.close)
        else:
            self.close()

    def close(self) -> None:
        """Close it once what was written is sent."""
        self.ends = True
        if not self.is_closed:
            self.transport.close()

    def close_when_done(self) -> None:
        """The server ends: what is being answered is the last."""
        if self.request is None:
            self.close()

    def look(self, now: float) -> None:
        """Let go who has fallen silent. Called every few seconds."""
        unsent = self.transport.get_write_buffer_size()
        if unsent != self.unsent:
            self.unsent, self.since = unsent, now
        elif unsent:
            if now - self.since > STALLED_SECONDS:
                self.transport.abort()
        elif self.request is None and not self.ends and not self.is_streaming:
            is_idle = self.head_size == 0 and self.target
            if now - self.since > (IDLE_SECONDS if is_idle else HEAD_SECONDS):
                self.close()
