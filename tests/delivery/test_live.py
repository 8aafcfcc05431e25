"""Live events: told in the order in which they became visible, replayed to whoever comes back, and nothing private."""

import asyncio
import random
import re
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.utils import timezone

from pennypress.delivery.live import channels, events, hub, opens, tell, tell_instead
from pennypress.delivery.live.door import STREAMS_PER_NETWORK, LiveDoor
from pennypress.delivery.live.events import Told, forget_old, last_number, told_after, told_in
from pennypress.delivery.live.hub import Channel, Hub
from pennypress.delivery.models import LiveEvent
from pennypress.delivery.ready import showing
from pennypress.delivery.ready.changes import Changes, slot_of
from tests.delivery.door import one_thread, run, scope


def read(after=0):
    told, _more = told_after(after)
    return [(event.kind, event.about, event.payload) for event in told]


# Rows and their order


def test_what_is_told_is_read_in_its_order(db):
    tell("thread:1", "comment", "a", id="a")
    seen = told_after(0)[0][-1].number
    tell("thread:1", "votes", "a", up=1)
    tell("thread:2", "comment", "b", id="b")
    assert read(seen) == [("votes", "a", {"up": 1}), ("comment", "b", {"id": "b"})]
    assert read(last_number()) == []


def test_of_a_kind_about_one_thing_only_the_latest_stands(db):
    for up in range(5):
        tell("thread:1", "votes", "a", up=up)
        told_after(0)
    assert read() == [("votes", "a", {"up": 4})]
    assert LiveEvent.objects.count() == 1


def test_a_removal_takes_back_all_that_was_told_of_the_comment(db):
    tell("thread:1", "comment", "a", words="harmful words")
    tell("thread:1", "votes", "a", up=1)
    tell("thread:1", "comment", "b", words="others")
    seen = told_after(0)[0][-1].number
    tell_instead("thread:1", "gone", "a", id="a")
    # Whoever has seen everything hears of the removal, and whoever has seen nothing hears nothing else of it.
    assert read(seen) == [("gone", "a", {"id": "a"})]
    assert read() == [("comment", "b", {"words": "others"}), ("gone", "a", {"id": "a"})]
    assert not LiveEvent.objects.filter(payload__icontains="harmful").exists()


def test_a_number_is_never_given_twice_though_the_last_row_goes(db):
    tell("thread:1", "comment", "a")
    seen = told_after(0)[0][-1].number
    tell_instead("thread:1", "gone", "a")
    assert told_after(0)[0][-1].number > seen


def test_a_transaction_that_fails_tells_nothing(db):
    with pytest.raises(RuntimeError), transaction.atomic():
        tell("thread:1", "comment", "a")
        raise RuntimeError
    assert read() == []


def test_old_events_go_and_leave_a_mark_of_how_far(db):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for about in "abc":
            tell("thread:1", "comment", about, words=about)
        last_old = told_after(0)[0][-1].number
        clock.shift(events.KEPT + timedelta(seconds=1))
        tell("thread:1", "comment", "d", words="d")
        told_after(0)
        assert forget_old() == 3
        assert forget_old() == 0
        assert [(told.number, told.kind) for told in told_in("thread:1")][1:] == [(last_old, "")]
        clock.shift(events.KEPT + timedelta(seconds=1))
        assert forget_old() == 2
    assert [told.kind for told in told_in("thread:1")] == [""]
    assert last_number() > last_old


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_event_that_becomes_visible_late_is_not_missed():
    """Two writers side by side: the one who told first commits last."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's writers take turns")
    told_first, may_commit = threading.Event(), threading.Event()

    def slow_writer():
        try:
            with transaction.atomic():
                tell("thread:1", "comment", "slow")
                told_first.set()
                may_commit.wait(10)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        writer = thread.submit(slow_writer)
        told_first.wait(10)
        tell("thread:1", "comment", "fast")
        (fast,), _more = told_after(0)
        assert fast.about == "fast"
        may_commit.set()
        writer.result()
    assert [told.about for told in told_after(fast.number)[0]] == ["slow"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_whoever_asks_for_what_follows_misses_nothing_of_many_writers():
    """Readers of several processes number and read while writers commit in any order, some of them not at all."""
    writers, each, seed = 4, 25, random.Random(7)
    pauses = [[seed.random() / 200 for _ in range(each)] for _ in range(writers)]

    def write(number):
        try:
            for step in range(each):
                try:
                    with transaction.atomic():
                        tell("thread:1", "comment", f"{number}-{step}")
                        tell("thread:1", "votes", "hot", by=number)
                        time.sleep(pauses[number][step])
                        if step % 7 == 6:
                            raise LookupError
                except LookupError:
                    pass
        finally:
            connections.close_all()

    def listen(until):
        heard, last = set(), 0
        try:
            while True:
                ended = until.is_set()
                told, more = told_after(last)
                for event in told:
                    assert event.number > last
                    last = event.number
                    heard.add(event.about)
                if ended and not told and not more:
                    return heard
        finally:
            connections.close_all()

    until = threading.Event()
    with ThreadPoolExecutor(writers + 2) as threads:
        listeners = [threads.submit(listen, until) for _ in range(2)]
        for writer in [threads.submit(write, number) for number in range(writers)]:
            writer.result()
        until.set()
        heard = [listener.result() for listener in listeners]
    expected = {f"{n}-{step}" for n in range(writers) for step in range(each) if step % 7 != 6} | {"hot"}
    assert heard == [expected, expected]


# What a channel keeps


def told(number, kind="comment", about=None, *, instead=False, **payload):
    return Told(number, "thread:1", kind, about or str(number), payload, instead)


def kinds(data):
    return re.findall(r"event: (\w+)", data.decode())


def test_a_channel_replays_what_somebody_missed_and_says_when_it_cannot(monkeypatch):
    monkeypatch.setattr(hub, "REPLAY", 3)
    channel = Channel("thread:1")
    channel.take([told(number) for number in range(1, 6)])
    assert kinds(channel.after(5)) == []
    assert kinds(channel.after(3)) == ["comment", "comment"]
    assert kinds(channel.after(2)) == ["comment"] * 3
    assert kinds(channel.after(1)) == ["stale"]
    assert b"id: 5\n" in channel.after(1)


def test_a_channel_forgets_with_the_row_that_says_so():
    channel = Channel("thread:1")
    channel.take([told(9), told(7, ""), told(8)])
    assert kinds(channel.after(7)) == ["comment"] * 2
    assert kinds(channel.after(6)) == ["stale"]


def test_a_channel_keeps_no_words_of_what_was_removed():
    channel = Channel("thread:1")
    channel.take([told(1, about="a", words="harmful"), told(2, "votes", "a")])
    channel.take([told(3, "gone", "a", instead=True)])
    # A row that was read before the removal, and arrives after it.
    channel.take([told(1, about="a", words="harmful")])
    assert kinds(channel.after(0)) == ["gone"] and b"harmful" not in channel.after(0)


def test_a_hundred_votes_are_one_event():
    channel = Channel("thread:1")
    channel.take([told(number, "votes", "a", up=number) for number in range(1, 101)])
    assert channel.after(0).decode() == 'id: 100\nevent: votes\ndata: {"up":100}\n\n'


def test_no_words_of_a_reader_break_out_of_their_event():
    channel = Channel("thread:1")
    channel.take([told(1, words="a\n\nevent: closing\ndata: {}\r\nid: 9\u2028")])
    lines = channel.after(0).decode().split("\n")
    assert [line.partition(":")[0] for line in lines] == ["id", "event", "data", "", ""]
    assert "\r" not in channel.after(0).decode()


# The door


class Wire:
    """What one reader gets."""

    def __init__(self):
        self.status, self.headers, self.data, self.closed, self.gone = 0, {}, b"", False, None

    def stream(self, status, headers, gone):
        self.status, self.headers, self.gone = status, dict(headers), gone
        return self

    def respond(self, status, headers, body=b""):
        self.status, self.headers, self.data = status, dict(headers), body

    def send(self, data):
        if not self.closed:
            self.data += data
        return not self.closed

    def end(self):
        self.closed = True

    @property
    def kinds(self):
        return kinds(self.data)


class Streams:
    """The live door of one web process; inside `async with`."""

    def __init__(self, folder, most=100):
        self.clock = Changes(folder)
        self.hub = Hub(self.clock, one_thread())
        self.door = LiveDoor(self.hub, most)

    async def open(self, path="/live/thread:1/", query="", method="GET", network="net:1", **headers):
        wire = Wire()
        await self.door.answer(scope(path, query, method, headers), wire, network)
        return wire

    async def hears(self, wire, kind, seconds=3.0):
        until = time.monotonic() + seconds
        while kind not in wire.kinds:
            assert time.monotonic() < until, wire.data
            await asyncio.sleep(0.02)

    async def say(self, kind, about="", channel="thread:1", **payload):
        """As another process would: the row is there, and the clock has moved."""
        await self.hub._ask(partial(tell, channel, kind, about, **payload))
        self.clock.count([slot_of(events.TOLD)])


@pytest.fixture
def open_to_all(monkeypatch):
    monkeypatch.setattr(channels, "_gates", {"thread": set})
    monkeypatch.setattr(channels, "_followed", {"meter": "meter"})


@pytest.fixture
def streams(db, tmp_path, open_to_all, monkeypatch):
    monkeypatch.setattr(hub, "PAUSE_SECONDS", 0.05)
    return Streams(tmp_path)


def test_a_reader_is_told_of_what_happens_and_of_nothing_else(streams):
    async def story():
        ours, theirs, bare = await streams.open(), await streams.open("/live/thread:2/"), await streams.open("/live/")
        assert ours.status == 200 and ours.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert ours.headers["cache-control"] == "no-store" and ours.headers["x-accel-buffering"] == "no"
        assert re.match(rb'retry: \d{4}\nevent: hello\ndata: {"meter":0}\n\n', ours.data)
        await streams.say("comment", "a", name="Ann")
        await streams.hears(ours, "comment")
        assert theirs.kinds == bare.kinds == ["hello"]
        streams.clock.count([slot_of("meter")])
        for wire in (ours, theirs, bare):
            await streams.hears(wire, "meter")

    run(story())


def test_who_comes_back_hears_what_they_missed_and_only_that(streams):
    async def story():
        first = await streams.open()
        await streams.say("comment", "a")
        await streams.hears(first, "comment")
        seen = re.findall(r"id: (\d+)", first.data.decode())[-1]
        first.closed = True
        await streams.say("comment", "b", name="missed")
        back = await streams.open(last_event_id=seen)
        await streams.hears(back, "comment")
        assert back.kinds == ["hello", "comment"] and b"missed" in back.data
        # The page itself says what it has seen; the header, of a stream that was open since, counts before it.
        by_page = await streams.open(query=f"after={seen}")
        assert by_page.kinds == ["hello", "comment"]
        assert (await streams.open(query="after=0", last_event_id=str(await streams.hub._ask(last_number)))).kinds == [
            "hello"
        ]
        ahead = await streams.open(last_event_id="999999")
        assert ahead.kinds == ["hello", "stale"]

    run(story())


def test_what_was_told_before_anybody_listened_is_replayed_too(streams):
    tell("thread:1", "comment", "a")
    told_after(0)

    async def story():
        assert (await streams.open(query="after=0")).kinds == ["hello", "comment"]
        assert (await streams.open()).kinds == ["hello"]

    run(story())


def test_many_votes_at_once_reach_a_reader_as_one_event(streams, monkeypatch):
    monkeypatch.setattr(hub, "PAUSE_SECONDS", 0.5)

    async def story():
        wire = await streams.open()
        await streams.say("votes", "a", up=0)
        await streams.hears(wire, "votes")
        for up in range(1, 30):
            await streams.say("votes", "a", up=up)
            await asyncio.sleep(0.01)
        await asyncio.sleep(1.2)
        assert 2 <= wire.kinds.count("votes") <= 3 and b'{"up":29}' in wire.data

    run(story())


def test_closed_streams_are_freed_and_heartbeats_find_them(streams, monkeypatch):
    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 1)
    streams.hub.rings = [set()]

    async def story():
        gone, here = await streams.open(), await streams.open()
        assert streams.hub.count == 2 and streams.hub.networks == {"net:1": 2}
        gone.closed = True
        until = time.monotonic() + 4
        while streams.hub.count != 1 and time.monotonic() < until:
            await asyncio.sleep(0.05)
        assert streams.hub.count == 1 and streams.hub.networks == {"net:1": 1}
        assert here.data.endswith(b":\n\n")
        here.closed = True
        await asyncio.sleep(2.5)
        assert streams.hub.count == 0 and not streams.hub.networks and streams.hub.watching is None
        assert not streams.hub.channels

    run(story())


def test_who_has_gone_is_forgotten_at_once(streams):
    async def story():
        gone, here = await streams.open(), await streams.open()
        gone.gone()
        assert streams.hub.count == 1 and streams.hub.networks == {"net:1": 1}
        assert gone.closed and not here.closed

    run(story())


def test_there_are_limits_in_all_and_for_one_network_with_a_time_to_come_again(streams, monkeypatch):
    monkeypatch.setattr("pennypress.delivery.live.door.STREAMS_PER_NETWORK", 2)
    streams.door.most = 3

    async def story():
        for _ in range(2):
            assert (await streams.open()).status == 200
        refused = await streams.open()
        assert refused.status == 503 and 60 <= int(refused.headers["retry-after"]) <= 120
        assert (await streams.open(network="net:2")).status == 200
        assert (await streams.open(network="net:3")).status == 503

    run(story())
    assert STREAMS_PER_NETWORK == 200


def test_those_who_come_side_by_side_do_not_pass_the_limit(streams, monkeypatch):
    monkeypatch.setattr("pennypress.delivery.live.door.STREAMS_PER_NETWORK", 2)

    async def story():
        wires = await asyncio.gather(*(streams.open(query="after=0") for _ in range(6)))
        assert sorted(wire.status for wire in wires) == [200, 200, 503, 503, 503, 503]
        assert streams.hub.count == 2

    run(story())


def test_what_is_no_stream_says_so(streams):
    async def story():
        for path in ("/live/thread/", "/live/thread:x/", "/live/thread:1", "/live/nothing:1/", "/live/thread:1/x/"):
            assert (await streams.open(path)).status == 404
        assert (await streams.open(method="POST")).status == 405
        assert (await streams.open(sec_fetch_site="cross-site")).status == 403
        assert (await streams.open(method="HEAD")).status == 200
        assert streams.hub.count == 0

    run(story())


def test_a_channel_that_is_closed_to_the_public_ends_its_streams(streams, monkeypatch):
    audible = {"1"}
    opens("thread", lambda names: audible & set(names))

    async def story():
        wire, other = await streams.open(), await streams.open("/live/")
        audible.clear()
        streams.clock.count([slot_of("pages")])
        await asyncio.sleep(0.3)
        await streams.say("comment", "a", words="for subscribers")
        await asyncio.sleep(0.3)
        assert wire.kinds == ["hello"] and streams.hub.count == 1
        assert (await streams.open(query="after=0")).status == 404
        assert other.kinds == ["hello"]

    run(story())


def test_when_the_web_server_ends_its_streams_end_at_once(streams):
    async def story():
        wires = [await streams.open(), await streams.open("/live/")]
        held = [weakref.ref(stream) for ring in streams.hub.rings for stream in ring]
        assert len(held) == 2
        streams.hub.end()
        assert all(wire.closed for wire in wires)
        await asyncio.sleep(0.3)
        # Nothing keeps them any more.
        for wire in wires:
            wire.gone = None
        assert streams.hub.count == 0 and [stream() for stream in held] == [None, None]
        assert (await streams.open()).status == 503
        assert [wire.kinds for wire in wires] == [["hello"], ["hello"]]

    run(story())


def test_after_an_error_of_the_database_nothing_is_lost(streams, monkeypatch):
    monkeypatch.setattr(hub, "TROUBLE_SECONDS", 0.1)
    # The connection is the test's, in the midst of its transaction.
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)

    async def story():
        wire = await streams.open()
        broken = pytest.MonkeyPatch()
        broken.setattr(events, "told_after", lambda number: 1 / 0)
        await streams.say("comment", "a")
        await asyncio.sleep(0.4)
        assert wire.kinds == ["hello"]
        broken.undo()
        await streams.hears(wire, "comment")

    run(story())


def test_hundreds_of_streams_cost_no_more_queries_than_one(streams):
    async def story():
        wires = [await streams.open(network=f"net:{n % 5}") for n in range(300)]
        await streams.say("comment", "a", name="Ann")
        for wire in wires:
            await streams.hears(wire, "comment")

    streams.door.most = 300
    asked = []
    ask = streams.hub._ask

    async def counting(function, *arguments):
        asked.append(getattr(function, "__name__", "tell"))
        return await ask(function, *arguments)

    streams.hub._ask = counting
    run(story())
    assert asked.count("_heard") == 1 and asked.count("told_after") <= 3, asked


def test_the_clock_moves_when_what_was_told_is_committed(db, django_capture_on_commit_callbacks):
    clock = showing.shared_clock()
    before = clock.words[slot_of(events.TOLD)]
    with django_capture_on_commit_callbacks(execute=True):
        tell("thread:1", "comment", "a")
        assert clock.words[slot_of(events.TOLD)] == before
    assert clock.words[slot_of(events.TOLD)] > before


def test_without_our_server_there_is_no_stream_and_the_page_says_so_once(client, newsroom):
    """Plain WSGI: the script asks, is told that there is none, and asks no more."""
    for path in ("/live/", "/live/thread:1/"):
        assert client.get(path).status_code == client.head(path).status_code == 404
