"""The meter: a campaign month as readers see it. Pure values; `queries.current_meter` fills them."""

from dataclasses import dataclass
from datetime import date, datetime

from pennypress.funding.rules import bounds
from pennypress.lib.money import format_money

# The scale's length in units of the positions below.
WIDTH = 1000
# A letter of a label on a scale 328 pixels wide, the narrowest phone's, in units of WIDTH.
LETTER = 26
# Between two labels, so that they read as two.
LABEL_GAP = 20
# Marks beyond this hang their label to their left, or it would leave the page.
NEAR_THE_END = 880
# The last stretch to a tier is offered to one reader when it is this part of the step, and no more than this many of the
# smallest gifts: who completes a goal gives about twice the usual, not a hundred times.
LAST_PART = 10
MOST_SMALLEST_GIFTS = 100


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

    @property
    def x_from_right(self) -> str:
        return per_cent(WIDTH - self.position)


@dataclass(frozen=True)
class Doubling:
    """An offer that is running: who doubles, until when, up to what, and how much of it is used."""

    name: str
    ends_at: datetime
    cap: int
    used: int

    @property
    def left(self) -> int:
        return self.cap - self.used


@dataclass(frozen=True)
class Meter:
    """Amounts in minor units of `currency`.

    `raised` is captured money only, before or after fees as the site has chosen; `carried` comes from the month before and is
    less than zero where something was missing. What is committed by pledges or promised by bank is drawn apart.
    """

    month: date
    currency: str
    raised: int
    committed: int
    promised: int
    marks: tuple[Mark, ...]
    carried: int = 0
    after_fees: bool = False
    doubling: Doubling | None = None
    # The newest name on the supporters' wall.
    newest_name: str = ""
    # Read with the figures, so that an article asks once: what is said about giving, and the days between two appeals
    # (appeals.py).
    said: str = ""
    pause: int = 0

    @property
    def counted(self) -> int:
        """What the tiers are measured by."""
        return self.raised + self.carried

    @property
    def lacking(self) -> int:
        """What the month before was short of, to be made up first."""
        return max(0, -self.carried)

    @property
    def top(self) -> int:
        """The end of the scale: the last tier, or what was raised where that is more; never zero."""
        return max([1, self.counted, *(mark.amount for mark in self.marks)])

    @property
    def fill(self) -> int:
        """Width of the raised part in units of WIDTH; refunds beyond the month's gifts leave it empty, not negative."""
        return self._width(self.counted)

    @property
    def committed_fill(self) -> int:
        """Width of raised and committed together."""
        return self._width(self.counted + self.committed)

    @property
    def promised_fill(self) -> int:
        """Width of raised, committed and promised together."""
        return self._width(self.counted + self.committed + self.promised)

    def _width(self, amount: int) -> int:
        return min(WIDTH, max(0, amount * WIDTH // self.top))

    @property
    def fill_width(self) -> str:
        return per_cent(self.fill)

    @property
    def committed_width(self) -> str:
        return per_cent(self.committed_fill)

    @property
    def promised_width(self) -> str:
        return per_cent(self.promised_fill)

    @property
    def percent(self) -> int:
        """What is counted as a share of the last tier, in whole per cent, rounded down; over 100 when it is passed."""
        return max(0, self.counted) * 100 // self.marks[-1].amount if self.marks else 0

    @property
    def next_mark(self) -> Mark | None:
        return next((mark for mark in self.marks if not mark.reached), None)

    @property
    def gap(self) -> int:
        """What is missing to the next tier where one gift can close it; else zero."""
        following = self.next_mark
        if following is None:
            return 0
        before = max([0, *(mark.amount for mark in self.marks if mark.reached)])
        gap = following.amount - self.counted
        near = min((following.amount - before) // LAST_PART, MOST_SMALLEST_GIFTS * bounds(self.currency)[0])
        return gap if gap <= near else 0

    @property
    def gap_gift(self) -> int:
        """The gift that closes the gap: no smaller than a gift can be."""
        return max(self.gap, bounds(self.currency)[0])


def make_meter(
    *,
    month: date,
    currency: str,
    raised: int,
    committed: int,
    promised: int,
    tiers: list[tuple[int, str, str]],
    carried: int = 0,
    after_fees: bool = False,
    doubling: Doubling | None = None,
    newest_name: str = "",
) -> Meter:
    """The meter of a month; tiers are (amount, title, pays_for) in ascending order."""
    counted = raised + carried
    top = max([1, counted, *(amount for amount, _, _ in tiers)])
    marks: list[Mark] = []
    # From the end: the last tier is labelled, and those that have room before it; "0" stands at the start.
    free_from = LETTER * len(format_money(0, currency, whole=True)) + LABEL_GAP
    free_to = WIDTH + LETTER * 20
    for amount, title, pays_for in reversed(tiers):
        position = amount * WIDTH // top
        width = LETTER * len(format_money(amount, currency, whole=True))
        left = position - width if position > NEAR_THE_END else position - width // 2
        labelled = left >= free_from and left + width <= free_to - LABEL_GAP
        marks.append(Mark(amount, title, pays_for, counted >= amount, position, labelled))
        free_to = left if labelled else free_to
    return Meter(
        month, currency, raised, committed, promised, tuple(reversed(marks)), carried, after_fees, doubling, newest_name
    )
