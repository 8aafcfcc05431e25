"""The meter: a campaign month as readers see it. Pure values; `queries.current_meter` fills them."""

from dataclasses import dataclass
from datetime import date

from pennypress.lib.money import format_money

# The scale's length in units of the positions below.
WIDTH = 1000
# A letter of a label on a scale 328 pixels wide, the narrowest phone's, in units of WIDTH.
LETTER = 26
# Between two labels, so that they read as two.
LABEL_GAP = 20
# Marks beyond this hang their label to their left, or it would leave the page.
NEAR_THE_END = 880


def per_cent(position: int) -> str:
    """A position as SVG writes it, whatever the language's decimal sign: 333 is "33.3%"."""
    return f"{position // 10}.{position % 10}%"


@dataclass(frozen=True)
class Mark:
    """A tier on the scale. `position` is in units of WIDTH."""

    amount: int
    title: str
    pays_for: str
    reached: bool
    position: int
    labelled: bool

    @property
    def x(self) -> str:
        """The position for the picture, in per cent."""
        return per_cent(self.position)


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
    def fill_width(self) -> str:
        return per_cent(self.fill)

    @property
    def committed_width(self) -> str:
        return per_cent(self.committed_fill)

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
    marks: list[Mark] = []
    # From the end: the last tier is labelled, and those that have room before it; "0" stands at the start.
    free_from = LETTER * len(format_money(0, currency, whole=True)) + LABEL_GAP
    free_to = WIDTH + LETTER * 20
    for amount, title, pays_for in reversed(tiers):
        position = amount * WIDTH // top
        width = LETTER * len(format_money(amount, currency, whole=True))
        left = position - width if position > NEAR_THE_END else position - width // 2
        labelled = left >= free_from and left + width <= free_to - LABEL_GAP
        marks.append(Mark(amount, title, pays_for, raised >= amount, position, labelled))
        free_to = left if labelled else free_to
    return Meter(month, currency, raised, committed, promised, tuple(reversed(marks)))
