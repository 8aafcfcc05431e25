"""The branch of the front door that answers from ready pages, and has them made where there is none.

A reader never gets what was changed before they asked: a page is served while none of its tags has changed since its
rendering began; otherwise one process makes it anew and everybody who asks meanwhile waits for that, or for the next
rendering where they came after the beginning of this one.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from pennypress.delivery.edge.headers import tag_headers
from pennypress.delivery.http.head import Headers
from pennypress.delivery.ready.changes import Changes, slot_of
from pennypress.delivery.ready.pages import Page
from pennypress.delivery.ready.showing import Shown, noting
from pennypress.delivery.ready.store import Disk, Memory
from pennypress.delivery.ready.views import ready_at

# Answers that are the same for everybody. All others are Django's, each time.
KEPT = (200, 301, 404)
# Of our own making, or another for each answer.
DROPPED = ("content-length", "vary", "etag", "last-modified", "date", "server")
# Longer than any address the newsroom gives; what is kept of strangers' addresses is bounded by this too.
MAX_PATH = 600
# A page that has stayed as it is for so long is worth the time to make its bytes as few as can be.
SETTLED_SECONDS = 5.0
type Rendering = tuple[int, Headers, bytes]
type Render = Callable[[str, str], Rendering]


@dataclass(frozen=True)
class Made:
    """What came of making a page at `number`; no page where everybody must ask Django themselves."""

    number: int
    page: Page | None


class ReadyPages:
    """The ready pages of one web process. All methods but `_make` and `_make_small` run in its event loop."""

    def __init__(
        self, *, clock: Changes, disk: Disk, memory: Memory, render: Render, threads: Executor, has_edge: bool = False
    ) -> None:
        self.clock, self.disk, self.memory, self.render, self.threads = clock, disk, memory, render, threads
        self.has_edge = has_edge
        self.making: dict[str, asyncio.Future[Made]] = {}
        self.settling: asyncio.Future[None] | None = None
        self.renderings = 0

    def at_hand(self, path: str, query: str) -> Page | None:
        """The current page of this address, if it is in memory."""
        if query:
            return None
        page = self.memory.get(path)
        clock = self.clock
        if page is not None and clock.is_held and page.is_current(clock.words, clock.now, time.time()):
            return page
        return None

    async def page(self, path: str, query: str) -> Page | None:
        """The current page of this address, made if need be; None where Django itself must be asked."""
        if not self.clock.is_held:
            # Cut off from the other machines, nobody here knows what was changed there.
            return None
        address = decoded(path)
        rules = ready_at(address) if address is not None else None
        reduced = rules.reduced(query) if rules is not None else None
        if address is None or rules is None or reduced is None:
            return None
        key = f"{quote(address)}?{reduced}" if reduced else quote(address)
        page = self.at_hand(key, "") or await self._made(key, address, reduced)
        if page is not None and page.status != 200 and len(reduced) != len(query):
            # An old address may be known with words of its query that mean nothing to the view.
            return None
        return page

    async def _made(self, key: str, address: str, query: str) -> Page | None:
        arrived = self.clock.now
        while True:
            making = self.making.get(key)
            if making is None:
                making = self.making[key] = asyncio.ensure_future(self._make_once(key, address, query))
                making.add_done_callback(lambda _made: self.making.pop(key, None))
            made = await asyncio.shield(making)
            page = made.page
            if page is None or made.number >= arrived or self.clock.unchanged(page.slots, page.number):
                return page

    async def _make_once(self, key: str, address: str, query: str) -> Made:
        loop = asyncio.get_running_loop()
        made = await loop.run_in_executor(self.threads, self._make, key, address, query, self.memory.get(key))
        if made.page is None:
            self.memory.forget(key)
        else:
            self.memory.put(key, made.page)
        return made

    def _make(self, key: str, address: str, query: str, before: Page | None) -> Made:
        """Render the page, in a thread; or find that another process has just done so."""
        with self.disk.locked(key):
            number = self.clock.now
            kept = self.disk.get(key)
            if kept is not None and kept.is_current(self.clock.words, number, time.time()):
                return Made(number, kept)
            with noting() as shown:
                status, headers, body = self.render(address, query)
            self.renderings += 1
            if not may_be_kept(status, headers, shown):
                return Made(number, None)
            headers = [*headers, *tag_headers(shown.tags)] if self.has_edge else headers
            page = page_of(status, headers, body, number, shown, before or kept)
            if status == 200:
                self.disk.put(key, page)
            return Made(number, page)

    def settle(self, key: str, page: Page) -> None:
        """Have the bytes of a page that stays as it is made fewer, one page at a time, while nobody waits for it."""
        if (
            page.small
            or self.settling is not None
            or page.status != 200
            or time.time() - page.made_at < SETTLED_SECONDS
        ):
            return
        self.settling = asyncio.ensure_future(self._settle(key, page))

    async def _settle(self, key: str, page: Page) -> None:
        try:
            small = await asyncio.get_running_loop().run_in_executor(self.threads, self._make_small, key, page)
            if self.memory.get(key) is page:
                self.memory.put(key, small)
        finally:
            self.settling = None

    def _make_small(self, key: str, page: Page) -> Page:
        small = page.smaller()
        with self.disk.locked(key):
            kept = self.disk.get(key)
            if kept is not None and kept.digest == page.digest and kept.number == page.number:
                self.disk.put(key, small)
        return small


def may_be_kept(status: int, headers: Headers, shown: Shown) -> bool:
    """Whether this answer is everybody's. What sets a cookie, or says itself that it is private, is not."""
    if status not in KEPT or not shown.may_be_kept:
        return False
    for name, value in headers:
        if name == "set-cookie" or (name == "vary" and "*" in value):
            return False
        if name == "cache-control" and any(word in value.lower() for word in ("private", "no-store")):
            return False
    return True


def page_of(status: int, headers: Headers, body: bytes, number: int, shown: Shown, before: Page | None) -> Page:
    kept = [(name, value) for name, value in headers if name not in DROPPED]
    if not any(name == "cache-control" for name, _value in kept):
        # Browsers keep it and ask each time whether it is still so; the answer to that is a few bytes.
        kept.append(("cache-control", "no-cache"))
    fades_at = shown.fades_at.timestamp() if shown.fades_at else None
    slots = sorted(slot_of(tag) for tag in shown.tags)
    return Page.of(status=status, headers=kept, body=body, number=number, slots=slots, fades_at=fades_at, before=before)


def decoded(path: str) -> str | None:
    """The address as Django reads it, or None for one that is no text or longer than any of ours."""
    if len(path) > MAX_PATH:
        return None
    try:
        return unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        return None
