"""What many pages share, kept in this process between renderings for as long as reading it again would bring the same."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from pennypress.delivery.ready.changes import slot_of
from pennypress.delivery.ready.showing import fades, not_kept, noting, shared_clock, shows


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read for `key` when the clock of changes stood at `number`."""

    key: Hashable
    epoch: int
    number: int
    fades_at: datetime | None
    tags: frozenset[str]
    value: Any


_kept: dict[tuple[str, ...], Kept] = {}


def kept[Value](tags: tuple[str, ...], key: Hashable, read: Callable[[], Value]) -> Value:
    """What `read` brings, read again only once one of the tags has changed or what it shows has faded.

    A ready page's own rule, so this is as fresh as a page: a change counts before its writer is answered. `key` holds all that
    the value depends on besides the rows behind the tags. One value is kept for each set of tags. Within a transaction
    nothing is kept and nothing taken, since it alone sees its own changes.
    """
    if connection.in_atomic_block:
        shows(*tags)
        return read()
    clock = shared_clock()
    known = _kept.get(tags)
    if known is None or not (
        known.key == key
        and known.epoch == clock.epoch
        and clock.is_held
        and clock.unchanged(map(slot_of, known.tags), known.number)
        and (known.fades_at is None or timezone.now() < known.fades_at)
    ):
        # Both before anything is read: what changes meanwhile is read again the next time.
        epoch, number = clock.epoch, clock.now
        with noting() as shown:
            shows(*tags)
            value = read()
        if not shown.may_be_kept:
            not_kept()
            return value
        known = _kept[tags] = Kept(key, epoch, number, shown.fades_at, frozenset(shown.tags), value)
    shows(*known.tags)
    if known.fades_at is not None:
        fades(known.fades_at)
    return known.value


def forget() -> None:
    """Keep nothing: the database is another one now."""
    _kept.clear()
