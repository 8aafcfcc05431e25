"""Serving an application from listening sockets until the process is asked to end."""

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Callable

import uvloop

from pennypress.delivery.http.connection import Application, Connection
from pennypress.lib.processes import return_free_memory

# How many may wait in the system for a process that is busy.
BACKLOG = 1_024
LOOK_SECONDS = 5
# What is being answered is finished within this time at the end; after it, it is cut, so that Ctrl-C takes < 5 s.
END_SECONDS = 3


class Server:
    """The connections of one web process."""

    def __init__(self, application: Application, *, most: int) -> None:
        self.application = application
        self.most = most
        self.connections: set[Connection] = set()
        # The event loop itself would forget them.
        self.tasks: set[asyncio.Task[None]] = set()
        self.is_ending = False

    async def serve(self, sockets: list[socket.socket], ending: asyncio.Event) -> None:
        """Answer until `ending` is set, and then until all that was asked is answered, or END_SECONDS are over."""
        loop = asyncio.get_running_loop()
        listeners = [await loop.create_server(lambda: Connection(self), sock=one, backlog=BACKLOG) for one in sockets]
        try:
            while not ending.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(ending.wait(), LOOK_SECONDS)
                return_free_memory()
                now = time.monotonic()
                for connection in list(self.connections):
                    connection.look(now)
        finally:
            self.is_ending = True
            for listener in listeners:
                listener.close()
            await self._finish()

    async def _finish(self) -> None:
        until = time.monotonic() + END_SECONDS
        for connection in list(self.connections):
            connection.close_when_done()
        while self.connections and time.monotonic() < until:
            await asyncio.sleep(0.02)


def listen(host: str, port: int, processes: int) -> list[socket.socket]:
    """A socket for each process that will serve. Raises OSError where the address cannot be had.

    Each has its own queue, and the system deals connections out among them: with one for all, whoever wakes first takes all that
    wait. They are made by who lives longest, so that what waits for a process that was killed is served by the next.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    sockets = []
    for _process in range(processes):
        one = socket.socket(family, kind, protocol)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(address)
        one.listen(BACKLOG)
        one.setblocking(False)
        sockets.append(one)
    return sockets


def run(
    application: Application, sockets: list[socket.socket], *, most: int, at_end: Callable[[], None] = lambda: None
) -> None:
    """Serve until SIGTERM or SIGINT; `at_end` is called then, before what is being answered is waited for."""

    async def story() -> None:
        ending = asyncio.Event()

        def end() -> None:
            at_end()
            ending.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end)
        await Server(application, most=most).serve(sockets, ending)

    uvloop.run(story())
