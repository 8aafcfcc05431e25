"""Which views may be ready pages, and which words of a query mean something to them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.urls import Resolver404, resolve

# A query with more than this many words is nobody's link.
MAX_WORDS = 20

_meaningful: dict[str, Callable[[str], bool]] = {}


@dataclass(frozen=True)
class Ready:
    """`query` names the parameters that change what the view shows; all others are as if they were not there.

    With one of the parameters in `asks` the view is no ready page.
    """

    query: frozenset[str] = frozenset()
    asks: frozenset[str] = frozenset()

    def reduced(self, query: str) -> str | None:
        """The query with what means something, in one order; None where Django itself must be asked."""
        try:
            pairs = parse_qsl(query, max_num_fields=MAX_WORDS, encoding="utf-8", errors="strict")
        except ValueError:
            return None
        if any(name in self.asks for name, _value in pairs):
            return None
        # Of a name given twice the last one counts, as in Django.
        words = {name: value for name, value in pairs if name in self.query and _meaningful[name](value)}
        return urlencode(sorted(words.items()))


def meaningful(name: str, test: Callable[[str], bool]) -> None:
    """Declare which values of a query's parameter mean something, so that others make no copies of a page."""
    _meaningful[name] = test


meaningful("page", lambda value: value.isdecimal() and value.isascii() and len(value) <= 4 and value[0] != "0")
meaningful("fragment", lambda value: value == "1")


def ready[View: Callable[..., Any]](*query: str, asks: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Mark a view that answers everybody alike: what it shows depends on the address and these parameters alone."""

    def mark(view: View) -> View:
        view.ready = Ready(frozenset(query), frozenset(asks))  # type: ignore[attr-defined]
        return view

    return mark


@lru_cache(maxsize=5_000)
def ready_at(path: str) -> Ready | None:
    """How the address may be a ready page, or None. `path` is decoded."""
    try:
        return getattr(resolve(path).func, "ready", None)
    except Resolver404:
        return None
