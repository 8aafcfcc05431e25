"""Words of readers that rooms above keep, and that the moderators read at their one desk before anybody else does.

A room that shows words of readers registers a source; the room that has the desk asks here, and neither knows the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pennypress.readers.models import User


@dataclass(frozen=True)
class Words:
    """Something a reader said. All of it text, none of it HTML. `is_shown` is None while nobody has decided."""

    id: UUID
    name: str
    text: str
    about: str
    moment: datetime
    is_shown: bool | None = None


@dataclass(frozen=True)
class Source:
    """`waiting` counts; `to_read` are the oldest that wait, a page of them, of which decided ones go away; `decided` the
    latest decided ones. `decide` shows them or takes them down within the caller's transaction, and returns whether that changed
    anything."""

    name: str
    label: object
    waiting: Callable[[], int]
    to_read: Callable[[], list[Words]]
    decided: Callable[[], list[Words]]
    decide: Callable[[UUID, bool, User], bool]


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Have the moderators read this, too."""
    _sources[source.name] = source


def sources() -> list[Source]:
    return list(_sources.values())


def source_named(name: str) -> Source | None:
    return _sources.get(name)
