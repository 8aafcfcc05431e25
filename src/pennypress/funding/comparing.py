"""What two wordings earned, and whether a difference can be told.

A wording shown n times has brought the amounts x (one for each origin of gifts, all its renewals together, after fees and what was
given back). Its mean for one showing is m = Σx / n, with the variance v = (Σx² / n − m²) / n of a mean of n draws, most of which are
zero. The interval shown is m ± 1.96 √v. Two wordings differ when m₁ − m₂ is further from zero than 2.58 √(v₁ + v₂): stricter than the
intervals, because an editor looks more often than once, and only once both have brought some gifts, because the rule is good
for sums of many amounts and not for one large one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

# Two-sided, of the normal distribution: 95 of 100, and 99 of 100.
INTERVAL, VERDICT = 1.96, 2.58
# Below so many gifts of each a single generous one decides.
LEAST_GIFTS = 20
SHOWINGS = 1_000


@dataclass(frozen=True)
class Yield:
    """What a wording brought: amounts in minor units, one for each origin."""

    shown: int
    gifts: int
    total: int
    squares: int

    @property
    def showings(self) -> int:
        """Who gives has seen it, whatever became of the count."""
        return max(self.shown, self.gifts)

    @property
    def mean(self) -> float:
        return self.total / self.showings if self.showings else 0.0

    @property
    def variance(self) -> float:
        """Of the mean."""
        return max(0.0, self.squares / self.showings - self.mean**2) / self.showings if self.showings else 0.0

    @property
    def per_thousand(self) -> int:
        """Net revenue for a thousand showings, in minor units, rounded down."""
        return self.total * SHOWINGS // self.showings if self.showings else 0

    @property
    def low(self) -> int:
        return round(SHOWINGS * (self.mean - INTERVAL * sqrt(self.variance)))

    @property
    def high(self) -> int:
        return round(SHOWINGS * (self.mean + INTERVAL * sqrt(self.variance)))


def yield_of(shown: int, amounts: Iterable[int]) -> Yield:
    amounts = list(amounts)
    return Yield(shown, len(amounts), sum(amounts), sum(amount * amount for amount in amounts))


def better(first: Yield, second: Yield) -> int:
    """0 while no difference can be told; else 1 where the first earns more, 2 where the second does."""
    if min(first.gifts, second.gifts) < LEAST_GIFTS:
        return 0
    difference = first.mean - second.mean
    if abs(difference) <= VERDICT * sqrt(first.variance + second.variance):
        return 0
    return 1 if difference > 0 else 2
