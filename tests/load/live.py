"""How many open pages one web process can tell of a comment. Run: `.venv/bin/python -m tests.load.live [streams] [rounds]`.

Makes the demo in a temporary directory, serves it by one process, opens so many streams from some hundred local addresses,
and has another process post comments. Prints what a stream costs in memory, how long a comment takes from its commit to
every page, and how long a ready page takes without streams, with them, and while a comment goes out. Client and server
share the machine. Linux only; 10,000 streams need a hard limit of 12,300 open files (`ulimit -Hn`).
"""

import asyncio
import http.client
import os
import re
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

PENNYPRESS = Path(sys.executable).with_name("pennypress")
# As many streams from one address as the door lets in, with room for those that ended a moment ago.
STREAMS_PER_ADDRESS = 100
# Connections that are being opened at once.
OPENING = 100
PAGES_ASKED = 400
PATIENCE_SECONDS = 60

SERVER = """
import sys, django
django.setup()
from pennypress.delivery.http.server import listen
from pennypress.ops.web import run
run(*listen("127.0.0.1", int(sys.argv[1]), 1))
"""
# Posts a comment for each line it reads, and answers with the moment at which the comment was committed.
WRITER = """
import sys, time, django
django.setup()
from pennypress.discussion.actions import post_comment
from pennypress.newsroom.actions import entered
from pennypress.newsroom.models import Newsroom
from pennypress.readers.identity import Identity
page = int(sys.argv[1])
with entered(Newsroom.objects.get()):
    print("ready", flush=True)
    for number, line in enumerate(sys.stdin):
        post_comment(page_id=page, identity=Identity("guest:load", None, "", False), name="Ida", by_staff=True,
                     text=f"Comment {time.time()} from the quay, where the ferry lies in the fog this morning")
        print(time.monotonic(), flush=True)
"""


@dataclass
class Reader(asyncio.Protocol):
    """One open page."""

    path: str
    host: str
    opened: asyncio.Future[None]
    heard: list[float] = field(default_factory=list)
    ended: bool = False
    rest: bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(f"GET {self.path} HTTP/1.1\r\nHost: {self.host}\r\nAccept: text/event-stream\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        if not self.opened.done() and b"event: hello" in data:
            self.opened.set_result(None)
        self.heard += [time.monotonic()] * data.count(b"event: comment\n")
        # A line may come in two parts.
        self.rest = data.rpartition(b"\n")[2]

    def connection_lost(self, error: Exception | None) -> None:
        self.ended = True
        if not self.opened.done():
            self.opened.set_exception(error or ConnectionError("The stream ended before it began."))


@dataclass
class Figures:
    streams: int
    kb_per_stream: float
    threads: tuple[int, int]
    arrivals: list[list[float]]
    page_ms: dict[str, tuple[float, float]]

    @property
    def last(self) -> list[float]:
        """For each comment, the seconds until the last stream had it."""
        return [max(round_) for round_ in self.arrivals]


def allow_files(wanted: int) -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise SystemExit(f"{wanted} open files are needed, {hard} allowed (ulimit -Hn).")
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def open_streams(url: str, page: int, streams: int) -> list[Reader]:
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    room = asyncio.Semaphore(OPENING)

    async def open_one(number: int) -> Reader:
        network = number // STREAMS_PER_ADDRESS + 2
        source = f"127.0.{network // 250}.{network % 250 + 2}"
        async with room:
            reader = Reader(f"/live/thread:{page}/", parts.netloc, loop.create_future())
            await loop.create_connection(lambda: reader, parts.hostname, parts.port, local_addr=(source, 0))
            await asyncio.wait_for(reader.opened, PATIENCE_SECONDS)
        return reader

    return await asyncio.gather(*(open_one(number) for number in range(streams)))


def page_times(url: str, path: str, asked: int = PAGES_ASKED) -> tuple[float, float]:
    """Median and 99th percentile of a ready page, in milliseconds, one after the other on one connection."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    times = []
    for _ in range(asked):
        begun = time.perf_counter()
        connection.request("GET", path, headers={"Accept-Encoding": "br"})
        connection.getresponse().read()
        times.append((time.perf_counter() - begun) * 1000)
    connection.close()
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.99) - 1]


def descendants(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(number for child in children for number in descendants(int(child)))]


def status_of(process: int, name: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text()
    found = re.search(rf"^{name}:\s+(\d+)", lines, re.MULTILINE)
    assert found is not None
    return int(found[1])


def total(process: int, name: str) -> int:
    return sum(status_of(number, name) for number in descendants(process))


@contextmanager
def writer(data: Path, page: int) -> Iterator[subprocess.Popen[str]]:
    """A process that posts comments on the page."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(page)], env=environment(data), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


def environment(data: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PENNYPRESS_")}
    return {**own, "PENNYPRESS_DATA": str(data), "DJANGO_SETTINGS_MODULE": "pennypress.config.settings"}


async def post(process: subprocess.Popen[str]) -> float:
    """Have a comment posted; the moment of its commit, or shortly after."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return float(await asyncio.to_thread(process.stdout.readline))


def article_of(url: str) -> tuple[str, int]:
    """An article with a discussion: its path and number."""
    path = "/town/the-ferry-will-run-until-midnight-after-all/"
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)) as connection:
        connection.request("GET", path)
        found = re.search(r'data-live="/live/thread:(\d+)/"', connection.getresponse().read().decode())
    assert found is not None
    return path, int(found[1])


async def measure(url: str, data: Path, server: int, streams: int, rounds: int) -> Figures:
    """Open the streams on a site that runs, post comments, and close the streams again."""
    path, page = article_of(url)
    pages = {"without streams": await asyncio.to_thread(page_times, url, path)}
    memory, threads = total(server, "VmRSS"), total(server, "Threads")
    readers = await open_streams(url, page, streams)
    memory = total(server, "VmRSS") - memory
    now = total(server, "Threads")
    pages["with streams"] = await asyncio.to_thread(page_times, url, path)
    arrivals = []
    with writer(data, page) as process:
        for number in range(1, rounds + 1):
            asking = asyncio.create_task(asyncio.to_thread(page_times, url, path)) if number == rounds else None
            committed = await post(process)
            until = time.monotonic() + PATIENCE_SECONDS
            while any(len(reader.heard) < number for reader in readers) and time.monotonic() < until:
                await asyncio.sleep(0.05)
            arrivals.append([reader.heard[number - 1] - committed for reader in readers])
            if asking is not None:
                pages["while a comment goes out"] = await asking
            # A channel that spoke within the last second waits until it is over.
            await asyncio.sleep(1.5)
    for reader in readers:
        reader.transport.close()
    return Figures(streams, memory / streams, (threads, now), arrivals, pages)


def served_by_one(data: Path, port: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], env=environment(data))
    wait_for(f"http://127.0.0.1:{port}")
    return process


def wait_for(url: str) -> None:
    until = time.monotonic() + 4 * PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)) as connection:
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit("The site did not become ready.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_demo(data: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [PENNYPRESS, "serve", "--data", data, "--port", str(port)], env=environment(data), stdout=subprocess.DEVNULL
    )
    wait_for(f"http://127.0.0.1:{port}")
    process.terminate()
    process.wait(30)


def main(streams: int, rounds: int) -> None:
    allow_files(streams + 2_300)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        make_demo(data)
        port = free_port()
        server = served_by_one(data, port)
        try:
            figures = asyncio.run(measure(f"http://127.0.0.1:{port}", data, server.pid, streams, rounds))
        finally:
            begun = time.monotonic()
            server.send_signal(signal.SIGTERM)
            server.wait(30)
            stop = time.monotonic() - begun
    print(f"{figures.streams} streams on one process: {figures.kb_per_stream:.1f} kB each")
    print(f"threads without and with them: {figures.threads[0]} and {figures.threads[1]}")
    everything = sorted(value for round_ in figures.arrivals for value in round_)
    print(
        f"a comment, from its commit: half of the streams {statistics.median(everything):.2f} s, "
        f"99 % {everything[int(len(everything) * 0.99) - 1]:.2f} s, the last {max(figures.last):.2f} s "
        f"(in {rounds} rounds: {', '.join(f'{last:.2f}' for last in figures.last)})"
    )
    for name, (median, late) in figures.page_ms.items():
        print(f"a ready page {name}: median {median:.2f} ms, 99 % {late:.2f} ms")
    print(f"the server ended {stop:.1f} s after SIGTERM")


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*(numbers + [10_000, 5][len(numbers) :]))
