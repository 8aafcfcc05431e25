"""HTTP/1.1 over real sockets: what is asked is answered, in its order, and what is ambiguous, slow or too much is not."""

import asyncio
import http.client
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest

from pennypress.delivery.http import connection as connections
from pennypress.delivery.http import server as serving
from pennypress.delivery.http.head import lines_of
from pennypress.delivery.http.request import NotUnderstood, Request, address_of
from pennypress.delivery.http.server import Server, listen
from pennypress.delivery.http.stream import UNTAKEN

HOST = "Host: a.example\r\n"


class Echo:
    """`/now…` is at hand; `/slow…` takes its time; `/body` says what came; `/stream` goes on until the test ends it."""

    def __init__(self):
        self.asked, self.streams, self.gone = [], [], 0
        self.go_on = asyncio.Event()

    def at_once(self, request, connection):
        self.asked.append(request)
        if request.path.startswith("/fails"):
            raise LookupError
        if request.path.startswith("/now"):
            connection.respond(200, [("content-type", "text/plain")], request.path.encode())
        return request.path.startswith("/now")

    async def answer(self, request, connection):
        if request.path.startswith("/slow"):
            await asyncio.sleep(0.05)
        elif request.path == "/held":
            await self.go_on.wait()
        elif request.path == "/stream":
            self.streams.append(connection.stream(200, [("content-type", "text/event-stream")], self.lost))
            self.streams[-1].send(b"hello\n")
            return
        elif request.path == "/breaks":
            connection.respond(200, [("x", "a\r\nset-cookie: b=c")], b"")
        elif request.path == "/silent":
            return
        elif request.path == "/unread":
            connection.respond(413, [], b"too large")
            return
        elif request.path == "/none":
            connection.respond(204, [], b"nothing")
            return
        body = b""
        try:
            async for part in connection:
                body += part
        except ConnectionError:
            body = b"cut off"
        connection.respond(200, [], body or request.path.encode())

    def lost(self):
        self.gone += 1


class Site:
    def __init__(self, most):
        self.most = most
        self.started = threading.Event()
        self.thread = threading.Thread(target=self.run)
        (self.listening,) = listen("127.0.0.1", 0, 1)
        self.port = self.listening.getsockname()[1]

    def run(self):
        # As in a web process, but for the signals, which only a process's first thread may take.
        serving.uvloop.run(self.serve())

    async def serve(self):
        self.loop, self.ending, self.echo = asyncio.get_running_loop(), asyncio.Event(), Echo()
        self.server = Server(self.echo, most=self.most)
        self.started.set()
        await self.server.serve([self.listening], self.ending)

    def call(self, function):
        """Call it in the event loop, and wait for that."""
        done = threading.Event()
        self.loop.call_soon_threadsafe(lambda: (function(), done.set()))
        assert done.wait(5)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def say(self, words, *, half_closed=False):
        """Send these words; all that comes until the other side closes."""
        with self.connect() as plain:
            plain.sendall(words.encode("latin-1") if isinstance(words, str) else words)
            if half_closed:
                plain.shutdown(socket.SHUT_WR)
            return received(plain)


def received(plain, until=None):
    data = b""
    while until is None or until not in data:
        part = plain.recv(65536)
        if not part:
            break
        data += part
    return data.decode("latin-1")


@contextmanager
def served(most=100):
    site = Site(most)
    site.thread.start()
    assert site.started.wait(10)
    try:
        yield site
    finally:
        site.loop.call_soon_threadsafe(site.ending.set)
        site.thread.join(10)
        assert not site.thread.is_alive()


@pytest.fixture
def site():
    with served() as site:
        yield site


def get(path, *lines, version="1.1"):
    return f"GET {path} HTTP/{version}\r\n{HOST}" + "".join(f"{line}\r\n" for line in lines) + "\r\n"


def statuses(text):
    return re.findall(r"HTTP/1\.1 (\d+) ", text)


# Answers


def test_one_connection_answers_one_after_the_other(site):
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    for method, path, body in [
        ("GET", "/now", None), ("POST", "/body", b"x" * 200_000), ("GET", "/slow", None), ("HEAD", "/now", None),
        ("POST", "/body", b""), ("GET", "/now?a=b", None), ("GET", "/none", None), ("POST", "/body", b"last"),
    ]:  # fmt: skip
        connection.request(method, path, body)
        answer = connection.getresponse()
        said = answer.read()
        if path == "/none":
            assert answer.status == 204 and answer.headers["content-length"] is None and said == b""
        elif method == "HEAD":
            assert said == b"" and answer.headers["content-length"] == "4"
        else:
            assert answer.status == 200 and said == (body or path.partition("?")[0].encode())
        assert answer.headers["date"].endswith(" GMT") and answer.headers["connection"] is None
    connection.close()
    assert len(site.server.connections) <= 1


def test_what_is_sent_ahead_is_answered_in_its_order(site):
    names = ["/now1", "/slow2", "/now3", "/slow4", "/now5"]
    said = site.say("".join(map(get, names)) + get("/now6", "Connection: close"))
    assert re.findall(r"\r\n\r\n(/[a-z]+\d)", said) == [*names, "/now6"] and statuses(said) == ["200"] * 6


def test_a_form_sent_ahead_of_an_answer_is_read_whole(site):
    form = f"POST /body HTTP/1.1\r\n{HOST}Content-Length: 300000\r\n\r\n" + "y" * 300_000
    said = site.say(get("/slow") + form + get("/now", "Connection: close"))
    assert statuses(said) == ["200"] * 3 and said.count("y") >= 300_000


def test_more_than_a_few_ahead_end_the_connection_after_the_last_answer(site):
    said = site.say(get("/slow") + get("/now") * 500)
    assert statuses(said) == ["200"] * (1 + connections.AHEAD)
    assert said.count("connection: close") == 1


def test_who_takes_no_answers_is_read_no_further(site):
    """Thousands of requests whose answers nobody reads would fill the memory."""
    asked, sent, most = get("/now" + "x" * 5_000).encode() * 3, 0, 0
    with site.connect() as plain:
        plain.setblocking(False)
        until = time.monotonic() + 3
        while time.monotonic() < until:
            try:
                sent += plain.send(asked)
            except BlockingIOError:
                time.sleep(0.01)
            except ConnectionError:
                # It asked for too much ahead, and was let go.
                break
            for connection in list(site.server.connections):
                most = max(most, connection.transport.get_write_buffer_size() + 5_000 * len(connection.queue))
    assert sent > 100_000 and most < 500_000


def test_a_chunked_body_is_read_and_what_follows_it_is_nobodys_word(site):
    said = site.say(
        f"POST /body HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nHost: evil\r\n"
        f"Cookie: a=b\r\n\r\n" + get("/now", "Connection: close")
    )
    assert statuses(said) == ["200", "200"] and "abcde" in said
    assert site.echo.asked[0].headers == {"host": "a.example", "transfer-encoding": "chunked"}


def test_who_waits_to_be_asked_for_the_body_is_asked_or_refused(site):
    head = f"POST {{}} HTTP/1.1\r\n{HOST}Content-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    with site.connect() as plain:
        plain.sendall(head.format("/body").encode())
        assert received(plain, b"\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n"
        plain.sendall(b"word")
        assert received(plain, b"word").startswith("HTTP/1.1 200 ")
    with site.connect() as plain:
        plain.sendall(head.format("/unread").encode())
        said = received(plain)
        assert statuses(said) == ["413"] and "connection: close" in said


def test_a_refused_body_is_heard_out_so_that_the_refusal_is_read(site):
    """A socket closed with something unread in it takes back what was written."""
    with site.connect() as plain:
        plain.sendall(f"POST /unread HTTP/1.1\r\n{HOST}Content-Length: 5000000\r\n\r\n".encode())
        for _ in range(20):
            plain.sendall(b"x" * 50_000)
        said = received(plain)
    assert said.endswith("too large") and "connection: close" in said


def test_a_body_cut_off_is_told_apart_from_a_whole_one(site):
    for head in ("Content-Length: 10", "Transfer-Encoding: chunked"):
        said = site.say(f"POST /body HTTP/1.1\r\n{HOST}{head}\r\n\r\n4\r\nab", half_closed=True)
        assert said.endswith("cut off"), said


def test_who_sends_no_more_still_gets_their_answer(site):
    assert statuses(site.say(get("/slow"), half_closed=True)) == ["200"]
    said = site.say("".join(get(f"/slow{number}") for number in range(5)), half_closed=True)
    assert re.findall(r"/slow\d", said) == [f"/slow{number}" for number in range(5)]


def test_the_old_version_of_the_protocol(site):
    closed = site.say("GET /now HTTP/1.0\r\n\r\n")
    assert "connection: close" in closed and closed.endswith("/now")
    kept = site.say(get("/now", "Connection: keep-alive", version="1.0") + get("/now", version="1.0"))
    assert statuses(kept) == ["200", "200"] and kept.count("connection: keep-alive") == 1


def test_nothing_else_is_spoken_here(site):
    said = site.say(get("/now", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c") + get("/now"))
    assert statuses(said) == ["200"] and "connection: close" in said
    assert statuses(site.say("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) == ["400"]


# What is ambiguous: two programs that read it differently, one in front of the other, are how requests are smuggled


@pytest.mark.parametrize(
    "asked",
    [
        f"POST /body HTTP/1.1\r\n{HOST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        f"POST /body HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        f"POST /body HTTP/1.1\r\n{HOST}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        f"POST /body HTTP/1.1\r\n{HOST}Content-Length: +3\r\n\r\nabc",
        f"POST /body HTTP/1.1\r\n{HOST}Content-Length: 3, 3\r\n\r\nabc",
        f"POST /body HTTP/1.1\r\n{HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        f"POST /body HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        f"POST /body HTTP/1.1\r\n{HOST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        f"POST /body HTTP/1.1\r\n{HOST}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        "POST /body HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        f"GET /now HTTP/1.1\r\n{HOST}Host: other.example\r\n\r\n",
        "GET /now HTTP/1.1\r\n\r\n",
        "GET /now HTTP/1.1\r\nHost:\r\n\r\n",
        "GET /now HTTP/1.1\nHost: a.example\n\n",
        f"GET /now HTTP/1.1\r\n{HOST} folded: x\r\n\r\n",
        f"GET /now HTTP/1.1\r\n{HOST}X: a\x00b\r\n\r\n",
        f"GET /now HTTP/2.0\r\n{HOST}\r\n",
        "GET /now\r\n\r\n",
        f"GET /n\xe9w HTTP/1.1\r\n{HOST}\r\n",
        f"GET * HTTP/1.1\r\n{HOST}\r\n",
        f"CONNECT other.example:80 HTTP/1.1\r\n{HOST}\r\n",
        f"GET http://user@other.example/ HTTP/1.1\r\n{HOST}\r\n",
        f"NONSENSE /now HTTP/1.1\r\n{HOST}\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_can_be_read_in_two_ways_is_not_read(site, asked, caplog):
    said = site.say(asked)
    assert statuses(said) == ["400"] and said.endswith("This request was not understood.\n")
    assert site.echo.asked == [] and caplog.records == []


def test_nonsense_after_a_request_does_not_come_into_its_answer(site):
    said = site.say(get("/slow") + "nonsense\r\n\r\n")
    assert statuses(said) == ["200"] and said.endswith("/slow") and "connection: close" in said
    said = site.say(get("/slow1") + get("/slow2") + get("/slow3") + "nonsense\r\n\r\n")
    assert re.findall(r"/slow\d", said) == ["/slow1", "/slow2", "/slow3"] and said.count("connection: close") == 1
    assert statuses(site.say(get("/now", "Connection: close") + get("/now"))) == ["200"]


def test_an_address_in_full_names_its_host(site):
    site.say("GET http://b.example/now?x=1#part HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
    asked = site.echo.asked[0]
    assert (asked.path, asked.query_string, asked.headers["host"]) == ("/now", "x=1", "b.example")
    assert Request("GET", "http://b.example", "1.1", {}, "", "").path == "/"
    with pytest.raises(NotUnderstood):
        Request("GET", "now", "1.1", {"host": "a.example"}, "", "")


def test_headers_that_come_twice_are_one_list(site):
    site.say(
        get("/now", "Cookie: a=1", "cookie: b=2", "X-Forwarded-For: 1", "x-forwarded-for:  2 ", "Connection: close")
    )
    headers = site.echo.asked[0].headers
    assert headers["cookie"] == "a=1; b=2" and headers["x-forwarded-for"] == "1,2"


def test_nothing_breaks_out_of_a_header(site, caplog):
    assert lines_of([("a", "b"), ("content-length", "5"), ("connection", "x"), ("c", "d")]) == b"a: b\r\nc: d\r\n"
    for value in ("b\r\nset-cookie: x", "b\nset-cookie: x", "b\rset-cookie: x", "b\n\r"):
        with pytest.raises(ValueError, match="line break"):
            lines_of([("a", value)])
    said = site.say(get("/breaks"))
    assert statuses(said) == ["500"] and "set-cookie" not in said


# What is too much, too slow, or goes wrong


def test_a_head_without_an_end_is_not_kept(site):
    said = site.say(f"GET /now HTTP/1.1\r\n{HOST}X: " + "x" * (connections.LARGEST_HEAD + 100))
    assert statuses(said) == ["431"]
    with site.connect() as plain:
        plain.sendall(f"GET /now HTTP/1.1\r\n{HOST}".encode())
        for number in range(40):
            plain.sendall(f"X{number}: {'x' * 1_000}\r\n".encode())
            time.sleep(0.001)
        assert statuses(received(plain)) == ["431"]
    assert site.echo.asked == []


def test_a_trailer_without_an_end_is_not_kept(site):
    """It was kept, and copied with each piece that came: 47 MB of it held up everybody else for nine seconds."""
    with site.connect() as plain:
        plain.sendall(f"POST /body HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: ".encode())
        with suppress(ConnectionError):
            for _ in range(30):
                plain.sendall(b"x" * 20_000)
                time.sleep(0.01)
        said = received(plain)
    assert said.endswith("cut off") and "connection: close" in said


def test_nonsense_behind_what_waits_is_not_its_answer():
    """While a reader takes nothing, what they ask waits; the next answer is that of the first of it."""

    class Blocked:
        def __init__(self):
            self.sent, self.closed = b"", False

        def __getattr__(self, name):
            return lambda *values: None

        def write(self, data):
            self.sent += data

        def close(self):
            self.closed = True

    async def story():
        transport = Blocked()
        connection = connections.Connection(Server(Echo(), most=10))
        connection.connection_made(transport)
        connection.pause_writing()
        connection.data_received(get("/now1").encode() + get("/now2").encode())
        connection.data_received(b"nonsense\r\n\r\n")
        assert transport.sent == b""
        connection.resume_writing()
        for _ in range(5):
            await asyncio.sleep(0)
        return transport

    with ThreadPoolExecutor(1) as thread:
        transport = thread.submit(asyncio.run, story()).result()
    said = transport.sent.decode()
    assert statuses(said) == ["200", "200"] and said.index("/now1") < said.index("/now2") and transport.closed


def test_an_address_of_version_4_is_the_same_at_a_socket_of_version_6():
    """A trusted proxy is named as it is, and was not trusted with `--host ::`."""
    assert address_of(("::ffff:127.0.0.1", 5, 0, 0)) == "127.0.0.1:5"
    assert address_of(("::1", 5, 0, 0)) == "[::1]:5" and address_of("") == ""


def test_who_falls_silent_is_let_go_and_who_is_answered_is_not(site):
    idle, head, held = site.connect(), site.connect(), site.connect()
    idle.sendall(get("/now").encode())
    received(idle, b"/now")
    head.sendall(b"GET /now HTTP/1.1\r\nHost: a")
    held.sendall(get("/held").encode())
    until = time.monotonic() + 5
    while len(site.echo.asked) < 2 or len(site.server.connections) < 3:
        assert time.monotonic() < until
        time.sleep(0.01)
    now = time.monotonic()

    def look(later):
        site.call(lambda: [each.look(now + later) for each in list(site.server.connections)])
        time.sleep(0.1)
        return len(site.server.connections)

    assert look(connections.HEAD_SECONDS - 2) == 3
    assert look(connections.HEAD_SECONDS + 2) == 2
    assert head.recv(10) == b""
    assert look(connections.IDLE_SECONDS + 2) == 1
    assert idle.recv(10) == b""
    site.call(site.echo.go_on.set)
    assert received(held, b"/held").startswith("HTTP/1.1 200 ")
    for each in (idle, head, held):
        each.close()


def test_who_takes_nothing_of_an_answer_is_let_go(site):
    with site.connect() as plain:
        plain.sendall(f"POST /body HTTP/1.1\r\n{HOST}Content-Length: 9000000\r\n\r\n".encode() + b"z" * 9_000_000)
        until = time.monotonic() + 10
        while not (open_now := list(site.server.connections)) or not open_now[0].transport.get_write_buffer_size():
            assert time.monotonic() < until
            time.sleep(0.01)
        (connection,) = open_now
        now = time.monotonic()
        for later in (1, connections.STALLED_SECONDS):
            site.call(lambda later=later: connection.look(now + later))
        assert not connection.is_closed
        site.call(lambda: connection.look(now + connections.STALLED_SECONDS + 2))
        time.sleep(0.1)
        assert connection.is_closed and site.server.connections == set()


def test_more_connections_than_there_is_room_for_are_told_to_come_again():
    with served(most=2) as site:
        held = [site.connect() for _ in range(2)]
        for each in held:
            each.sendall(get("/now").encode())
            received(each, b"/now")
        with site.connect() as another:
            said = received(another)
        assert statuses(said) == ["503"] and "retry-after: 5" in said
        held.pop().close()
        time.sleep(0.1)
        assert statuses(site.say(get("/now", "Connection: close"))) == ["200"]
        held.pop().close()


@pytest.mark.parametrize("path", ["/fails", "/silent"])
def test_an_error_behind_is_an_answer_all_the_same(site, path):
    said = site.say(get(path))
    assert statuses(said) == ["500"] and said.endswith("Something went wrong here.\n")


def test_a_reader_who_goes_away_harms_nobody(site):
    for words in (
        get("/slow"),
        get("/held"),
        f"POST /body HTTP/1.1\r\n{HOST}Content-Length: 9\r\n\r\nab",
        get("/now") * 9,
    ):
        plain = site.connect()
        plain.sendall(words.encode())
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        plain.close()
    site.call(site.echo.go_on.set)
    until = time.monotonic() + 5
    while site.server.connections or site.server.tasks:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert statuses(site.say(get("/now", "Connection: close"))) == ["200"]


# Streams


def test_a_stream_goes_on_until_either_side_ends_it(site):
    with site.connect() as plain:
        plain.sendall(get("/stream").encode())
        head = received(plain, b"hello\n\r\n")
        assert "transfer-encoding: chunked" in head and "content-length" not in head
        site.call(lambda: site.echo.streams[0].send(b"more"))
        assert received(plain, b"more\r\n") == "4\r\nmore\r\n"
        site.call(site.echo.streams[0].end)
        assert received(plain) == "0\r\n\r\n"
    assert site.echo.gone == 0
    with site.connect() as plain:
        plain.sendall(get("/stream", version="1.0").encode())
        assert received(plain, b"hello\n").endswith("\r\n\r\nhello\n")
    until = time.monotonic() + 5
    while site.echo.gone != 1:
        assert time.monotonic() < until
        time.sleep(0.01)
    sent = []
    site.call(lambda: sent.append(site.echo.streams[1].send(b"to nobody")))
    assert sent == [False]


def test_who_leaves_a_stream_is_noticed_whatever_they_asked_behind_it(site):
    plain = site.connect()
    plain.sendall((get("/stream") + get("/now")).encode())
    received(plain, b"hello\n\r\n")
    plain.close()
    until = time.monotonic() + 5
    while site.echo.gone != 1:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_stream_is_not_let_go_for_being_silent(site):
    with site.connect() as plain:
        plain.sendall(get("/stream").encode())
        received(plain, b"hello\n\r\n")
        site.call(lambda: [each.look(time.monotonic() + 3600) for each in list(site.server.connections)])
        site.call(lambda: site.echo.streams[0].send(b"more"))
        assert "more" in received(plain, b"more")


def test_who_does_not_take_what_a_stream_sends_is_let_go(site):
    with site.connect() as plain:
        plain.sendall(get("/stream").encode())
        received(plain, b"hello\n\r\n")
        sent, still = 0, [True]
        while still[0]:
            site.call(lambda: still.__setitem__(0, site.echo.streams[0].send(b"x" * 30_000)))
            sent += 30_000
            assert sent < 50_000_000
        (connection,) = site.server.connections
        assert connection.transport.get_write_buffer_size() < UNTAKEN + 40_000
        site.call(site.echo.streams[0].end)
        time.sleep(0.1)
        assert site.server.connections == set()


# The end


def test_at_the_end_what_was_asked_is_answered_and_nothing_more():
    with served() as site:
        idle, held = site.connect(), site.connect()
        idle.sendall(get("/now").encode())
        received(idle, b"/now")
        held.sendall(get("/held").encode())
        while len(site.echo.asked) < 2:
            time.sleep(0.01)
        site.loop.call_soon_threadsafe(site.ending.set)
        assert idle.recv(10) == b""
        with pytest.raises(ConnectionRefusedError):
            until = time.monotonic() + 5
            while time.monotonic() < until:
                site.connect().close()
        site.loop.call_soon_threadsafe(site.echo.go_on.set)
        said = received(held)
        assert statuses(said) == ["200"] and "connection: close" in said
        idle.close()
        held.close()


def test_each_process_has_its_own_queue_at_one_address():
    (first,) = listen("127.0.0.1", 0, 1)
    (second,) = listen("127.0.0.1", first.getsockname()[1], 1)
    callers = [socket.create_connection(first.getsockname(), timeout=5) for _ in range(64)]
    came = []
    for one in (first, second):
        came.append(0)
        with suppress(BlockingIOError):
            while True:
                one.accept()[0].close()
                came[-1] += 1
        one.close()
    for caller in callers:
        caller.close()
    assert sum(came) == 64 and min(came) > 0
