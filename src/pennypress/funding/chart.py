"""The months as bars: pure numbers for an inline picture that needs no script and tells its story in words as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from pennypress.funding.meter import WIDTH, per_cent

# The picture's height in pixels, and the room under it for the names of months.
HEIGHT = 150
# Of a month's place, the bar takes this part; the rest is air.
BAR_PART = 0.7
# A bar that is there at all can be seen.
LEAST = 2


class Shown(Protocol):
    @property
    def first_day(self) -> date: ...
    @property
    def shown(self) -> int: ...


@dataclass(frozen=True)
class Bar:
    first_day: date
    amount: int
    x: str
    width: str
    y: int
    height: int


@dataclass(frozen=True)
class Chart:
    """Oldest month first; heights in pixels of HEIGHT, places in per cent."""

    bars: tuple[Bar, ...]
    most: Shown
    height: int = HEIGHT

    @property
    def first(self) -> Bar:
        return self.bars[0]

    @property
    def last(self) -> Bar:
        return self.bars[-1]


def chart_of(rows: Sequence[Shown]) -> Chart | None:
    """The chart of these months, newest first as they are listed; None where there is nothing to compare."""
    if len(rows) < 2:
        return None
    most = max(rows, key=lambda row: row.shown)
    top, place = max(1, most.shown), WIDTH // len(rows)
    bars = []
    for number, row in enumerate(reversed(rows)):
        height = max(LEAST, row.shown * HEIGHT // top) if row.shown > 0 else 0
        bars.append(
            Bar(
                row.first_day, row.shown, per_cent(number * place), per_cent(int(place * BAR_PART)), HEIGHT - height,
                height,
            )
        )  # fmt: skip
    return Chart(tuple(bars), most)
