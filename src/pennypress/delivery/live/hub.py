"""The streams of one web process, and the events they wait for.

A stream is a few words of memory here and a connection in the server: no task, no thread and no database connection of
its own. One task looks at the clock of changes ten times a second, which costs a read of memory; when it has moved, one
query in one thread brings what is new, and the task hands it out. Everything but the queries runs in the event loop.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, Protocol

from django.db import connections

from pennypress.delivery.live import channels, events, wire
from pennypress.delivery.live.events import REPLAY, TOLD, Told
from pennypress.delivery.ready.changes import Changes, slot_of
from pennypress.delivery.ready.showing import PAGES

logger = logging.getLogger(__name__)

# How often the clock is looked at. A reader does not feel a tenth of a second.
LOOK_SECONDS = 0.1
# A channel speaks at most so often: under a hundred votes a second each comment still makes one event.
PAUSE_SECONDS = 1.0
# Proxies commonly give up after 60 seconds of silence; the other half is so that who has gone is noticed.
HEARTBEAT_SECONDS = 15
# When to come again after an end: spread, since a restart ends all streams at once.
RETRY_MS = (2_000, 8_000)
# Streams written to in one go; between two of these everybody else's requests have their turn.
SLICE = 200
# Channels that may wait to be opened at once; each is a query.
OPENING = 64
# After an error of the database.
TROUBLE_SECONDS = 2.0


class Busy(Exception):
    """Too many channels are being opened."""


class Transport(Protocol):
    def send(self, data: bytes) -> bool: ...

    def end(self) -> None: ...


class Channel:
    """What is kept of a channel that somebody listens to, and who does."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.told: dict[tuple[str, str], Told] = {}
        # Everything up to this number may be forgotten; up to `last` it is known.
        self.floor = self.last = 0
        self.streams: set[Stream] = set()
        self.spoke_at = 0.0
        self.left_at = time.monotonic()
        # The number of the last change of pages when everybody was found to may hear it.
        self.open_at = -1

    def take(self, news: Iterable[Told]) -> None:
        """Know these events as well. Of a kind about one subject the later stands; one that comes instead stands alone."""
        told = self.told
        for event in news:
            self.last = max(self.last, event.number)
            key = (event.kind, event.about)
            if not event.kind:
                self.floor = max(self.floor, event.number)
            elif key not in told or told[key].number < event.number:
                told[key] = event
        for event in [event for event in told.values() if event.instead]:
            for key in [key for key, other in told.items() if key[1] == event.about and other.number < event.number]:
                del told[key]
        kept = sorted(told.values(), key=lambda event: event.number)
        if len(kept) > REPLAY:
            self.floor = max(self.floor, kept[-REPLAY - 1].number)
        self.told = {(event.kind, event.about): event for event in kept[-REPLAY:]}

    def after(self, number: int) -> bytes:
        """What somebody who has seen up to this number has missed."""
        if number < self.floor:
            return wire.stale(self.last)
        return wire.told(event for event in self.told.values() if event.number > number)


class Stream:
    """One open page."""

    __slots__ = ("__weakref__", "channel", "network", "seen", "transport")

    transport: Transport

    def __init__(self, channel: Channel, network: str) -> None:
        self.channel, self.network = channel, network
        self.seen = channel.last

    def write(self, data: bytes) -> bool:
        """Whether the stream goes on after this: not where its reader has gone, or does not take what is sent."""
        return self.transport.send(data)


class Hub:
    def __init__(self, clock: Changes, threads: Executor | None = None) -> None:
        self.clock = clock
        self.threads = threads or ThreadPoolExecutor(1, thread_name_prefix="live")
        self.channels: dict[str, Channel] = {}
        # Pages without a discussion listen to this one; what all are told reaches them too.
        self.silence = Channel("")
        self.opening: dict[str, asyncio.Future[Channel | None]] = {}
        # In rings, one of which is sent a heartbeat each second.
        self.rings: list[set[Stream]] = [set() for _ in range(HEARTBEAT_SECONDS)]
        self.networks: Counter[str] = Counter()
        self.count = 0
        self.last: int | None = None
        self.watching: asyncio.Future[None] | None = None
        self.read_at = -1
        self.following: dict[str, int] = {}
        self.is_ending = False
        self.spoke_at = 0.0

    async def channel(self, name: str) -> Channel | None:
        """The channel with what is kept of it, or None where not everybody may hear it. One query for all who come."""
        self.watch()
        if not name:
            return self.silence
        opening = self.opening.get(name)
        if opening is None:
            if name in self.channels:
                return self.channels[name]
            if len(self.opening) >= OPENING:
                raise Busy
            opening = self.opening[name] = asyncio.ensure_future(self._open(name))
            opening.add_done_callback(lambda _opened: self.opening.pop(name, None))
        return await asyncio.shield(opening)

    async def _open(self, name: str) -> Channel | None:
        channel = Channel(name)
        await self._begin()
        # From here on what is read anew reaches it; what was there before is asked for now.
        self.channels[name] = channel
        try:
            channel.open_at = self.clock.words[slot_of(PAGES)]
            may_be_heard, told = await self._ask(_heard, name)
        except BaseException:
            self.channels.pop(name, None)
            raise
        if not may_be_heard:
            self.channels.pop(name, None)
            return None
        channel.take(told)
        return channel

    async def _begin(self) -> None:
        """Find where reading begins: what was told before is in what the channels bring with them."""
        if self.last is None:
            last = await self._ask(events.last_number)
            # Another may have asked meanwhile, and read on from its answer.
            self.last = last if self.last is None else self.last

    async def catch_up(self, number: int) -> bool:
        """Whether there are events up to this number, which another process may have read a moment before us."""
        await self._begin()
        if number > (self.last or 0):
            self.read_at = -1
            await asyncio.sleep(LOOK_SECONDS * 3)
        return number <= (self.last or 0)

    def join(self, stream: Stream) -> None:
        """From now on the stream is told."""
        stream.channel.streams.add(stream)
        if stream.channel.name:
            self.channels.setdefault(stream.channel.name, stream.channel)
        self._ring(stream).add(stream)
        self.networks[stream.network] += 1
        self.count += 1

    def leave(self, stream: Stream) -> None:
        ring = self._ring(stream)
        if stream not in ring:
            return
        ring.discard(stream)
        stream.channel.streams.discard(stream)
        self.count -= 1
        self.networks[stream.network] -= 1
        if not self.networks[stream.network]:
            del self.networks[stream.network]
        stream.channel.left_at = time.monotonic()
        stream.transport.end()

    def _ring(self, stream: Stream) -> set["Stream"]:
        return self.rings[id(stream) // 64 % HEARTBEAT_SECONDS]

    def end(self) -> None:
        """End all streams: their readers come again, to whoever serves then."""
        self.is_ending = True
        for stream in [stream for ring in self.rings for stream in ring]:
            self.leave(stream)

    def how_things_stand(self) -> dict[str, int]:
        """For each tag that every open page follows, the number of its last change."""
        return {kind: self.clock.words[slot_of(tag)] for kind, tag in channels.followed().items()}

    def watch(self) -> None:
        """See to it that somebody looks at the clock, as long as there is a stream."""
        if self.watching is None:
            self.watching = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        beat, next_beat = 0, time.monotonic() + 1
        self.following = self.how_things_stand()
        quiet_since = time.monotonic()
        try:
            while self.count or time.monotonic() - quiet_since < PAUSE_SECONDS:
                await asyncio.sleep(LOOK_SECONDS)
                if self.count or self.opening:
                    quiet_since = time.monotonic()
                try:
                    await self._look()
                except Exception:
                    logger.exception("Live events could not be read; trying again.")
                    await asyncio.sleep(TROUBLE_SECONDS)
                if time.monotonic() >= next_beat:
                    beat, next_beat = (beat + 1) % HEARTBEAT_SECONDS, next_beat + 1
                    await self._send(list(self.rings[beat]), lambda stream: wire.HEARTBEAT)
        finally:
            self.watching = None
            if not self.count:
                # Who comes next begins with what is there then.
                self.channels.clear()
                self.last, self.read_at = None, -1

    async def _look(self) -> None:
        words = self.clock.words
        number = words[slot_of(TOLD)]
        await self._begin()
        if number != self.read_at:
            news, more = await self._ask(events.told_after, self.last)
            self._take(news)
            if not more:
                self.read_at = number
        await self._close_gates()
        await self._speak()

    def _take(self, news: list[Told]) -> None:
        by_channel: dict[str, list[Told]] = {}
        for event in news:
            by_channel.setdefault(event.channel, []).append(event)
            self.last = max(self.last or 0, event.number)
        for name, told in by_channel.items():
            if name in self.channels:
                self.channels[name].take(told)

    async def _close_gates(self) -> None:
        """Where pages have changed, end the streams of channels that are not everybody's any more."""
        number = self.clock.words[slot_of(PAGES)]
        asked = {name: channel for name, channel in self.channels.items() if channel.open_at != number}
        audible = await self._ask(channels.audible, list(asked)) if asked else set()
        for name, channel in asked.items():
            if name in audible:
                channel.open_at = number
            elif name not in self.opening:
                for stream in list(channel.streams):
                    self.leave(stream)
                self.channels.pop(name, None)

    async def _speak(self) -> None:
        now = time.monotonic()
        for channel in list(self.channels.values()):
            if not channel.streams and now - channel.left_at > PAUSE_SECONDS and channel.name not in self.opening:
                # With a pause, for somebody may be just about to join it.
                del self.channels[channel.name]
            behind = [stream for stream in channel.streams if stream.seen < channel.last]
            if not behind or now - channel.spoke_at < PAUSE_SECONDS:
                continue
            channel.spoke_at = now
            last = channel.last
            missed = {seen: channel.after(seen) for seen in {stream.seen for stream in behind}}
            parts = [(stream, missed[stream.seen]) for stream in behind]
            for stream in behind:
                stream.seen = last
            data = dict(parts)
            await self._send(behind, data.__getitem__)
        standing = self.how_things_stand()
        if standing != self.following and now - self.spoke_at >= PAUSE_SECONDS:
            moved = {kind: n for kind, n in standing.items() if self.following.get(kind) != n}
            self.following, self.spoke_at = standing, now
            said = b"".join(wire.event(kind, {kind: n}) for kind, n in moved.items())
            await self._send([stream for ring in self.rings for stream in ring], lambda stream: said)

    async def _send(self, streams: list["Stream"], data: Callable[["Stream"], bytes]) -> None:
        for number, stream in enumerate(streams, 1):
            if not stream.write(data(stream)):
                self.leave(stream)
            if number % SLICE == 0:
                await asyncio.sleep(0)

    async def _ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.threads, _asked, function, *arguments)


def _heard(name: str) -> tuple[bool, list[Told]]:
    return bool(channels.audible([name])), events.told_in(name)


def _asked(function: Callable[..., Any], *arguments: Any) -> Any:
    """In the one thread that asks the database, which after an error begins with a new connection."""
    try:
        return function(*arguments)
    except Exception:
        connections["default"].close_if_unusable_or_obsolete()
        raise
