"""The front door: it answers what it has at hand, and hands all other requests to Django.

Django runs as WSGI in a bounded pool of threads, because it is several times faster that way than under ASGI. What
does not need Django gets its own branch in `Dispatcher.answer`: `/livez`, the ready pages, and the streams of live events.
"""

import asyncio
import io
import logging
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from django.utils.translation import gettext as _

from pennypress.delivery.bodies import Bodies, NoBody
from pennypress.delivery.http.connection import Connection
from pennypress.delivery.http.head import Headers
from pennypress.delivery.http.request import Request
from pennypress.delivery.live.door import PREFIX, LiveDoor
from pennypress.delivery.live.hub import Hub
from pennypress.delivery.networks import network_key_of
from pennypress.delivery.ready.changes import Changes
from pennypress.delivery.ready.door import ReadyPages
from pennypress.delivery.ready.sending import is_our_host, send
from pennypress.delivery.ready.store import Disk, Memory
from pennypress.theme.views import bare_page

logger = logging.getLogger(__name__)

# In each of the two web processes. More would only wait for the processor, and each keeps a connection and its memory.
THREADS = 4
# Requests that may wait for a thread before newcomers are told to come back.
WAITING = 256

type WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Dispatcher:
    """What is asked of one web process, around a WSGI application."""

    def __init__(self, application: WSGIApplication, trusted_proxies: list[str]) -> None:
        self.application = application
        self.trusted_proxies = frozenset(trusted_proxies)
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="django")
        self.waiting = 0
        self.bodies = Bodies()
        self.ready: ReadyPages | None = None
        self.live: LiveDoor | None = None

    def at_once(self, request: Request, connection: Connection) -> bool:
        """Whether the answer was at hand, and is sent."""
        if self.ready is None or request.method not in ("GET", "HEAD"):
            return False
        page = self.ready.at_hand(request.path, request.query_string)
        if page is None or not is_our_host(request):
            return False
        send(page, request, connection, self.ready.has_edge)
        self.ready.settle(request.path, page)
        return True

    async def answer(self, request: Request, connection: Connection) -> None:
        """Answer what is not at hand."""
        if request.path == "/livez":
            connection.respond(200, [("content-type", "text/plain"), ("cache-control", "no-store")], b"alive\n")
        elif self.live is not None and request.path.startswith(PREFIX) and is_our_host(request):
            await self.live.answer(request, connection, network_key_of(client_of(request, self.trusted_proxies)))
        elif self.waiting >= WAITING:
            self.refuse_busy(request, connection)
        elif request.method in ("GET", "HEAD"):
            await self.make_answer(request, connection, b"")
        else:
            await self.take(request, connection)

    async def take(self, request: Request, connection: Connection) -> None:
        """A request that brings something: it waits for a thread when all of it is there, and holds up nobody before."""
        announced = request.headers.get("content-length", "")
        network = network_key_of(client_of(request, self.trusted_proxies))
        try:
            body = await self.bodies.read(connection, path=request.path, announced=announced, network=network)
        except NoBody as error:
            refuse(request, connection, error.status, error.sentence, error.headers)
            return
        if self.waiting >= WAITING:
            self.refuse_busy(request, connection)
        else:
            await self.make_answer(request, connection, body)

    async def make_answer(self, request: Request, connection: Connection, body: bytes) -> None:
        """From a ready page that is made first, else by Django."""
        self.waiting += 1
        try:
            page = None
            if self.ready is not None and request.method in ("GET", "HEAD") and is_our_host(request):
                page = await self.ready.page(request.path, request.query_string)
            if page is not None:
                send(page, request, connection, self.ready is not None and self.ready.has_edge)
            else:
                await self.ask_django(request, connection, body)
        finally:
            self.waiting -= 1

    async def ask_django(self, request: Request, connection: Connection, body: bytes) -> None:
        environ = wsgi_environ(request, body, self.trusted_proxies)
        loop = asyncio.get_running_loop()
        status, headers, answer = await loop.run_in_executor(self.threads, call, self.application, environ)
        connection.respond(status, headers, answer)

    def end(self) -> None:
        """The process ends: who listens to live events comes again, to whoever serves then."""
        if self.live is not None:
            self.live.hub.end()

    def refuse_busy(self, request: Request, connection: Connection) -> None:
        sentence = _("The server is busy. Please try again in a few seconds.")
        refuse(request, connection, 503, sentence, [("retry-after", "5")])


def refuse(request: Request, connection: Connection, status: int, sentence: str, headers: Headers) -> None:
    """One sentence: to who reads pages on a page, else by itself. Asks neither Django nor the database, which may be what is busy."""
    is_page = "text/html" in (request.headers.get("accept") or "") and not request.headers.get("x-fragment")
    kind, answer = ("text/html", page_of(status, sentence)) if is_page else ("text/plain", sentence + "\n")
    connection.respond(status, [("content-type", f"{kind}; charset=utf-8"), *headers], answer.encode())


@lru_cache
def page_of(status: int, sentence: str) -> str:
    return bare_page(_("Too large") if status == 413 else _("Please try again"), sentence)


def wsgi_environ(request: Request, body: bytes, trusted_proxies: frozenset[str]) -> dict[str, Any]:
    """The PEP 3333 environment of one request.

    Header names with an underscore are dropped: in the environment they cannot be told from the dashed ones
    (CVE-2026-3902). X-Forwarded-For and -Proto are believed from trusted proxies only, and removed otherwise.
    """
    host, _, port = request.server.rpartition(":")
    environ: dict[str, Any] = {
        **plain_environ(request.method, body),
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query_string,
        "SERVER_NAME": host or "localhost",
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": f"HTTP/{request.http_version}",
        "wsgi.url_scheme": "http",
    }
    for name, value in request.headers.items():
        if "_" in name or name in ("content-length", "transfer-encoding"):
            continue
        environ["CONTENT_TYPE" if name == "content-type" else "HTTP_" + name.upper().replace("-", "_")] = value
    environ.pop("HTTP_X_FORWARDED_FOR", "")
    forwarded_proto = environ.pop("HTTP_X_FORWARDED_PROTO", "")
    if forwarded_proto in ("http", "https") and peer_of(request) in trusted_proxies:
        environ["wsgi.url_scheme"] = forwarded_proto
    environ["REMOTE_ADDR"] = client_of(request, trusted_proxies)
    return environ


def peer_of(request: Request) -> str:
    """The address at the other end of the connection."""
    return request.client.rpartition(":")[0].strip("[]")


def client_of(request: Request, trusted_proxies: frozenset[str]) -> str:
    """The reader's address: the one a trusted proxy names, else the peer's own."""
    peer = peer_of(request)
    if peer not in trusted_proxies:
        return peer
    return request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip() or peer


def plain_environ(method: str, body: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(body)),
    }


def environ_for_nobody(address: str, query: str, base_url: str) -> dict[str, Any]:
    """What Django is asked with to render a ready page: the address, and nothing of any reader."""
    base = urlsplit(base_url)
    return {
        **plain_environ("GET", b""),
        "PATH_INFO": address.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": base.hostname or "localhost",
        "SERVER_PORT": str(base.port or (443 if base.scheme == "https" else 80)),
        "HTTP_HOST": base.netloc,
        "wsgi.url_scheme": base.scheme,
        "REMOTE_ADDR": "127.0.0.1",
    }


def call(application: WSGIApplication, environ: dict[str, Any]) -> tuple[int, Headers, bytes]:
    """Run the WSGI application to its end, in a thread of the pool."""
    started: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
        started.append((status, headers))
        return lambda data: None

    answer = application(environ, start_response)
    try:
        body = b"".join(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
    status, headers = started[-1]
    return int(status[:3]), [(name.lower(), value) for name, value in headers], body


def make_dispatcher(application: WSGIApplication) -> Dispatcher:
    """The dispatcher around an application, as the settings have it."""
    from django.conf import settings

    from pennypress.delivery.ready.showing import shared_clock

    dispatcher = Dispatcher(application, settings.PENNYPRESS_TRUSTED_PROXIES)
    if settings.PENNYPRESS_READY_PAGES:
        dispatcher.ready = ready_pages(dispatcher)
    if settings.PENNYPRESS_LIVE_STREAMS:
        dispatcher.live = LiveDoor(Hub(shared_clock()), settings.PENNYPRESS_LIVE_STREAMS)
    return dispatcher


def ready_pages(dispatcher: Dispatcher) -> ReadyPages:
    """The ready pages in front of this dispatcher's application."""
    from django.conf import settings

    from pennypress.delivery.ready.showing import shared_clock

    def render(address: str, query: str) -> tuple[int, Headers, bytes]:
        return call(dispatcher.application, environ_for_nobody(address, query, settings.BASE_URL))

    clock: Changes = shared_clock()
    folder = settings.DATA / "ready"
    memory = Memory(settings.PENNYPRESS_READY_MEMORY_MB * 1_000_000)
    return ReadyPages(
        clock=clock, disk=Disk(folder, clock), memory=memory, render=render, threads=dispatcher.threads,
        has_edge=bool(settings.PENNYPRESS_EDGE_URL),
    )  # fmt: skip
