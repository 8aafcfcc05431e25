"""What a page shows while it is rendered, and what a transaction changes of it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction

from pennypress.delivery.ready.changes import Changes, slot_of

# Every page shows the newsroom: its name, menu, language. To change this tag is to make every page anew.
EVERYWHERE = "site"
# Which pages there are at which addresses, who may see them, and what lists and links say of them.
PAGES = "pages"


@dataclass
class Shown:
    """What one rendering showed."""

    tags: set[str] = field(default_factory=lambda: {EVERYWHERE})
    fades_at: datetime | None = None
    may_be_kept: bool = True


_shown: ContextVar[Shown | None] = ContextVar("shown", default=None)
_clocks: dict[int, Changes] = {}
_followers: list[Callable[[tuple[str, ...]], None]] = []


@contextmanager
def noting() -> Iterator[Shown]:
    """Note what is shown within the block, which renders one ready page."""
    shown = Shown()
    token = _shown.set(shown)
    try:
        yield shown
    finally:
        _shown.reset(token)


def shows(*tags: str) -> None:
    """The page at hand shows these things. To be called before they are read."""
    if (shown := _shown.get()) is not None:
        shown.tags.update(tags)


def fades(moment: datetime) -> None:
    """What the page at hand shows is another thing after this moment, though nobody has written anything."""
    if (shown := _shown.get()) is not None:
        shown.fades_at = min(moment, shown.fades_at or moment)


def not_kept() -> None:
    """The page at hand is good for this answer only."""
    if (shown := _shown.get()) is not None:
        shown.may_be_kept = False


def changed(*tags: str) -> None:
    """The transaction at hand changes these things: when it is committed no page shows what they were before.

    To be called inside the transaction; outside of one the change counts at once.
    """
    slots = [slot_of(tag) for tag in tags]
    clock = shared_clock()
    clock.intend(slots)
    for follower in _followers:
        follower(tags)
    transaction.on_commit(lambda: clock.count(slots))


def last_change(tag: str) -> int:
    """The number of the tag's last change: as long as it stays, what the tag stands for is what it was."""
    return shared_clock().words[slot_of(tag)]


def follow(follower: Callable[[tuple[str, ...]], None]) -> None:
    """Have the tags of each change handed on, inside its transaction."""
    if follower not in _followers:
        _followers.append(follower)


def is_noting() -> bool:
    """Whether what is rendered now is a page for everybody."""
    return _shown.get() is not None


def shared_clock() -> Changes:
    """The clock of changes of this site, opened by this process."""
    process = os.getpid()
    clock = _clocks.get(process)
    if clock is None:
        # A forked child must not share its parent's file, for the lock is the file's.
        _clocks.clear()
        clock = _clocks[process] = Changes(settings.DATA / "ready")
    return clock
