"""Readers' rights: a copy of all that is kept about a person, and its erasure.

Each room knows its own rows: in a module `rights.py` it registers parts, each with the models it looks after. To join,
write one function that exports and one that erases, and call `register`. A test walks all models and fails when one
that may hold something about a person is known to no part.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.module_loading import autodiscover_modules

# A part's work in one go: what one transaction may hold while other writers wait.
BATCH = 200


@dataclass(frozen=True)
class Person:
    """Somebody as the rooms know them: identity keys ("user:…", "guest:…"), and addresses that are proved theirs, in
    small letters: what they typed elsewhere is compared with `__lower__in`."""

    keys: tuple[str, ...]
    user_id: UUID | None = None
    emails: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """Some rows about a person. `export` returns what JSON can hold, or None where there is nothing.

    `erase` owns its transactions, works in batches, and may be called again at any time: a killed job begins anew. It
    returns True when there is nothing left to do, and False when something has to happen elsewhere first.
    `models` are looked after; `kept` are those that stay, each with the reason, in words for the person.
    """

    name: str
    export: Callable[[Person], Any] | None = None
    erase: Callable[[Person], bool] | None = None
    models: tuple[str, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)
    # What the person is told is kept, where there is something: asked before the erasure, shown with its question.
    tells: Callable[[Person], Iterator[Any]] | None = None
    # The account goes last: until then everything still points at it.
    is_last: bool = False


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Let a part join."""
    _parts[part.name] = part


def parts() -> list[Part]:
    """All parts of the installed rooms, in the order in which they are to be erased."""
    autodiscover_modules("rights")
    return sorted(_parts.values(), key=lambda part: part.is_last)


def copy_of(person: Person) -> dict[str, Any]:
    """All that is kept about this person, by part."""
    found = {part.name: part.export(person) for part in parts() if part.export}
    return {name: rows for name, rows in found.items() if rows}


def kept_after_erasure(person: Person) -> list[Any]:
    """One sentence for each thing that stays, and why."""
    return [sentence for part in parts() if part.tells for sentence in part.tells(person)]
