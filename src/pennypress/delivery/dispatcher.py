"""The front door: one RSGI application that hands requests to Django.

Django runs as WSGI in a bounded pool of threads, because it is several times faster that way than under ASGI. What
does not need Django gets its own branch in `Dispatcher.__rsgi__`; there is one today (`/livez`), and ready pages and
event streams have their place beside it.
"""

import asyncio
import io
import logging
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

logger = logging.getLogger(__name__)

# Database-bound work on small machines: more threads only queue at the database, and each keeps a connection.
THREADS = 8
# Requests that may wait for a thread before newcomers are told to come back.
WAITING = 256
# The largest picture an editor may send (settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE) and its form around it.
LARGEST_BODY = 16 * 1024 * 1024

type Headers = list[tuple[str, str]]
type WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Request(Protocol):
    """The parts of Granian's RSGI scope that we read."""

    proto: str
    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    headers: Any


class Dispatcher:
    """RSGI application around a WSGI one."""

    def __init__(self, application: WSGIApplication, trusted_proxies: list[str]) -> None:
        self.application = application
        self.trusted_proxies = frozenset(trusted_proxies)
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="django")
        self.waiting = 0

    async def __rsgi__(self, scope: Request, protocol: Any) -> None:
        if scope.proto != "http":
            protocol.close(None)
        elif scope.path == "/livez":
            protocol.response_str(200, [("content-type", "text/plain"), ("cache-control", "no-store")], "alive\n")
        elif self.waiting >= WAITING:
            refuse(protocol, 503, "The server is busy. Please try again in a few seconds.\n", [("retry-after", "5")])
        else:
            await self.ask_django(scope, protocol)

    async def ask_django(self, scope: Request, protocol: Any) -> None:
        self.waiting += 1
        try:
            body = await read_body(scope, protocol)
            if body is None:
                refuse(protocol, 413, "This is larger than the server accepts.\n", [("connection", "close")])
                return
            environ = wsgi_environ(scope, body, self.trusted_proxies)
            loop = asyncio.get_running_loop()
            status, headers, answer = await loop.run_in_executor(self.threads, call, self.application, environ)
        finally:
            self.waiting -= 1
        if scope.method == "HEAD" or status in (204, 304) or not answer:
            protocol.response_empty(status, headers)
        else:
            protocol.response_bytes(status, headers, answer)


def refuse(protocol: Any, status: int, sentence: str, headers: Headers) -> None:
    protocol.response_str(status, [("content-type", "text/plain; charset=utf-8"), *headers], sentence)


async def read_body(scope: Request, protocol: Any) -> bytes | None:
    """The request's body, or None when it is larger than LARGEST_BODY, announced or not."""
    announced = scope.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > LARGEST_BODY:
        return None
    if scope.method in ("GET", "HEAD"):
        return b""
    parts, size = [], 0
    async for part in protocol:
        size += len(part)
        if size > LARGEST_BODY:
            return None
        parts.append(bytes(part))
    return b"".join(parts)


def wsgi_environ(scope: Request, body: bytes, trusted_proxies: frozenset[str]) -> dict[str, Any]:
    """The PEP 3333 environment of one request.

    Header names with an underscore are dropped: in the environment they cannot be told from the dashed ones
    (CVE-2026-3902). X-Forwarded-For and -Proto are believed from trusted proxies only, and removed otherwise.
    """
    client = scope.client.rpartition(":")[0].strip("[]")
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.path).decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host or "localhost",
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(body)),
    }
    for name, value in scope.headers.items():
        if "_" in name or name in ("content-length", "transfer-encoding"):
            continue
        key = "CONTENT_TYPE" if name == "content-type" else "HTTP_" + name.upper().replace("-", "_")
        # A browser that splits its cookies over several lines means one list (RFC 9113, 8.2.3).
        separator = "; " if name == "cookie" else ","
        environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value
    forwarded_for = environ.pop("HTTP_X_FORWARDED_FOR", "")
    forwarded_proto = environ.pop("HTTP_X_FORWARDED_PROTO", "")
    if client in trusted_proxies:
        client = forwarded_for.rpartition(",")[2].strip() or client
        if forwarded_proto in ("http", "https"):
            environ["wsgi.url_scheme"] = forwarded_proto
    environ["REMOTE_ADDR"] = client
    return environ


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


def make_dispatcher() -> Dispatcher:
    """What Granian loads: the dispatcher around Pennypress's own WSGI application."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pennypress.config.settings")
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    return Dispatcher(get_wsgi_application(), settings.PENNYPRESS_TRUSTED_PROXIES)
