"""What may be heard: the rooms above say it, for this one cannot name them."""

from collections.abc import Callable, Iterable

# Given the names of channels of one sort, those that anybody may hear now.
type Gate = Callable[[list[str]], set[str]]

_gates: dict[str, Gate] = {}
_followed: dict[str, str] = {}


def opens(sort: str, gate: Gate) -> None:
    """Channels named `sort:…` exist, and are heard as long as `gate` lets them through; it is asked anew when pages change."""
    _gates[sort] = gate


def follows(kind: str, tag: str) -> None:
    """Every open page is told, by an event of this kind, that what this tag of ready pages stands for has changed."""
    _followed[kind] = tag


def followed() -> dict[str, str]:
    return dict(_followed)


def audible(channels: Iterable[str]) -> set[str]:
    """Those of the channels that anybody may hear. One query for each sort."""
    by_sort: dict[str, list[str]] = {}
    for channel in channels:
        sort, _, name = channel.partition(":")
        by_sort.setdefault(sort, []).append(name)
    return {f"{sort}:{name}" for sort, names in by_sort.items() if sort in _gates for name in _gates[sort](names)}
