"""The front door without a network: what a connection would hand the dispatcher, and what it would send."""

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections

from pennypress.delivery.dispatcher import Dispatcher, call, environ_for_nobody
from pennypress.delivery.http.head import lines_of
from pennypress.delivery.http.request import Request
from pennypress.delivery.ready.changes import Changes
from pennypress.delivery.ready.door import ReadyPages
from pennypress.delivery.ready.store import Disk, Memory


def run(asked):
    """The result of a coroutine, in a thread of its own: this one may have playwright's loop running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked).result()


def one_thread() -> ThreadPoolExecutor:
    """A thread that shares this one's database connection, and with it the test's transaction."""
    mine = connections["default"]
    mine.inc_thread_sharing()
    return ThreadPoolExecutor(1, initializer=connections.__setitem__, initargs=("default", mine))


@contextmanager
def connection_kept():
    """As Django's own test client does: the connection is the test's, and does not end with the request."""
    signals = (request_started, request_finished)
    ours = [signal for signal in signals if signal.disconnect(close_old_connections)]
    try:
        yield
    finally:
        for signal in ours:
            signal.connect(close_old_connections)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        coded = self.headers.get("content-encoding")
        return (gzip.decompress(self.body) if coded == "gzip" else self.body).decode()


@dataclass
class Protocol:
    answers: list[Answer] = field(default_factory=list)

    def respond(self, status, headers, body=b""):
        self.respond_with(status, lines_of(headers), body)

    def respond_with(self, status, lines, body=b""):
        pairs = [line.split(": ", 1) for line in lines.decode("latin-1").splitlines()]
        self.answers.append(Answer(status, dict(pairs), body))


async def ask(dispatcher, request, protocol) -> Answer:
    if not dispatcher.at_once(request, protocol):
        await dispatcher.answer(request, protocol)
    return protocol.answers[-1]


class Door:
    """One web process's dispatcher with its ready pages in `folder`."""

    def __init__(self, folder, *, memory: int = 10_000_000, has_edge: bool = False) -> None:
        self.application = get_wsgi_application()
        self.dispatcher = Dispatcher(self.application, [])
        self.dispatcher.threads = one_thread()
        clock = Changes(folder)
        self.ready = self.dispatcher.ready = ReadyPages(
            clock=clock,
            disk=Disk(folder, clock),
            memory=Memory(memory),
            render=self.fresh,
            threads=self.dispatcher.threads,
            has_edge=has_edge,
        )

    def fresh(self, address: str, query: str = ""):
        """The page rendered by Django for nobody, past everything kept."""
        with connection_kept():
            return call(self.application, environ_for_nobody(address, query, settings.BASE_URL))

    def get(self, path: str, query: str = "", method: str = "GET", **headers: str) -> Answer:
        protocol = Protocol()
        with connection_kept():
            run(ask(self.dispatcher, scope(path, query, method, headers), protocol))
        (answer,) = protocol.answers
        return answer


def scope(path: str, query: str = "", method: str = "GET", headers: dict[str, str] | None = None) -> Request:
    named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
    target = f"{path}?{query}" if query else path
    return Request(method, target, "1.1", {"host": "127.0.0.1:8000", **named}, "203.0.113.9:4000", "127.0.0.1:8000")
