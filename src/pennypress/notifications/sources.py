"""What the rooms above tell of. They say here how a thing is shown now, so that nothing old or taken down is told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pennypress.notifications.models import Kind
from pennypress.readers.models import User


@dataclass(frozen=True)
class Topic:
    """Something one may be told of. `thread` is the thread it lies under, if it does."""

    kind: Kind
    subject: str
    title: str
    url: str
    thread: UUID | None = None


@dataclass(frozen=True)
class Item:
    """A thing that is told: under which title, where, by whom, and its first words. All of it text, none of it HTML."""

    title: str
    url: str
    author: str
    words: str
    moment: datetime


type Items = Callable[[list[str]], dict[str, Item]]
type Offer = Callable[[User], Topic | None]

_sources: dict[str, Items] = {}
_offers: list[Offer] = []


def tells(source: str, items: Items) -> None:
    """Declare a source. `items` gives what is public now of the subjects asked for, in a bounded number of queries."""
    _sources[source] = items


def offers(offer: Offer) -> None:
    """Declare something that this or that member may subscribe to on the page of their subscriptions."""
    _offers.append(offer)


def items_of(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Item]:
    """What is public now of these (source, subject) pairs."""
    subjects: dict[str, list[str]] = {}
    for source, subject in pairs:
        subjects.setdefault(source, []).append(subject)
    return {
        (source, subject): item
        for source, wanted in subjects.items()
        for subject, item in _sources[source](wanted).items()
    }


def offers_to(user: User) -> list[Topic]:
    return [topic for offer in _offers if (topic := offer(user)) is not None]
