"""The meter: a campaign month as readers see it. Pure values; `queries.current_meter` fills them."""

from dataclasses import dataclass
from datetime import date

# The picture's inner width in SVG units; positions below are in these.
WIDTH = 1000


@dataclass(frozen=True)
class Mark:
    """A tier on the scale. `position` is in units of WIDTH."""

    amount: int
    title: str
    pays_for: str
    reached: bool
    position: int


@dataclass(frozen=True)
class Meter:
    """Amounts in minor units of `currency`. `raised` is captured money only; the rest is promised and drawn apart."""

    month: date
    currency: str
    raised: int
    committed: int
    promised: int
    marks: tuple[Mark, ...]

    @property
    def top(self) -> int:
        """The end of the scale: the last tier, or what was raised where that is more; never zero."""
        return max([1, self.raised, *(mark.amount for mark in self.marks)])

    @property
    def fill(self) -> int:
        """Width of the raised part in units of WIDTH; refunds beyond the month's gifts leave it empty, not negative."""
        return min(WIDTH, max(0, self.raised * WIDTH // self.top))

    @property
    def committed_fill(self) -> int:
        """Width of raised and committed together."""
        return min(WIDTH, max(0, (self.raised + self.committed) * WIDTH // self.top))

    @property
    def percent(self) -> int:
        """Raised as a share of the last tier, in whole per cent, rounded down; over 100 when it is passed."""
        return self.raised * 100 // self.marks[-1].amount if self.marks else 0

    @property
    def next_mark(self) -> Mark | None:
        return next((mark for mark in self.marks if not mark.reached), None)


def make_meter(
    *, month: date, currency: str, raised: int, committed: int, promised: int, tiers: list[tuple[int, str, str]]
) -> Meter:
    """The meter of a month; tiers are (amount, title, pays_for) in ascending order."""
    top = max([1, raised, *(amount for amount, _, _ in tiers)])
    marks = tuple(
        Mark(amount, title, pays_for, raised >= amount, amount * WIDTH // top) for amount, title, pays_for in tiers
    )
    return Meter(month, currency, raised, committed, promised, marks)
