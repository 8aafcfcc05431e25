"""A naive Bayes classifier with Robinson's smoothing, which learns from the desk's decisions and can say why.

Counts of single words are its whole memory (`WordCount`). Formulas: Gary Robinson, "A Statistical Approach to the Spam
Problem" (Linux Journal 107, 2003), sections on f(w) and on combining; word choice after Graham's "A Plan for Spam".
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pennypress.discussion.screening.folding import words

# Below this the desk has said too little for a machine to guess its mind.
MIN_DECISIONS = 200
# And this many of either kind: two hundred approvals teach nothing about what is taken down.
MIN_OF_EACH = 20
# A comment's first words say enough, and each of them is a row to write.
MAX_WORDS = 120
MIN_LENGTH, MAX_LENGTH = 3, 40
# Only the most telling words count, so that a long harmless text cannot dilute them, nor chance words add up.
TELLING = 15
# A word says something from here on: distance of its probability from one half.
MIN_TELLING = 0.2
# Robinson's s and x: what is assumed of a word before it was seen, and how strongly.
STRENGTH, ASSUMED = 2.0, 0.5
# Held from here on. High, since what is held wrongly costs its author an hour and the desk a look.
HOLD_FROM = 0.97
NAMED = 3

_HOST = re.compile(r"https?://(?:www\.)?([^/\s:?#]{3,60})", re.IGNORECASE)


@dataclass(frozen=True)
class Counts:
    """In how many approved and in how many removed comments something stood."""

    good: int = 0
    bad: int = 0


@dataclass(frozen=True)
class Opinion:
    """How surely the desk would take the comment down (0 to 1), and the words that speak most for that."""

    probability: float
    words: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return self.probability >= HOLD_FROM and bool(self.words)


def features_of(text: str) -> list[str]:
    """What is counted of a comment: its different words, folded, and the sites it links to; sorted, at most MAX_WORDS."""
    sites = [f"site:{host.lower()}" for host in _HOST.findall(text)[:10]]
    said = [word for word in words(_HOST.sub(" ", text)).split() if MIN_LENGTH <= len(word) <= MAX_LENGTH]
    return sorted(dict.fromkeys([*sites, *said][:MAX_WORDS]))


def opinion_of(features: list[str], counts: Mapping[str, Counts], total: Counts) -> Opinion:
    """What the decisions so far say of a comment with these features. Says nothing while there are too few of them."""
    if total.good + total.bad < MIN_DECISIONS or min(total.good, total.bad) < MIN_OF_EACH:
        return Opinion(0.0)
    weighed = [(probability(counts[word], total), word) for word in features if word in counts]
    telling = [pair for pair in weighed if abs(pair[0] - 0.5) >= MIN_TELLING]
    telling.sort(key=lambda pair: -abs(pair[0] - 0.5))
    log_odds = sum(math.log(p) - math.log1p(-p) for p, _word in telling[:TELLING])
    against = [word for p, word in telling[:TELLING] if p > 0.5]
    return Opinion(1 / (1 + math.exp(-log_odds)), tuple(against[:NAMED]))


def probability(counts: Counts, total: Counts) -> float:
    """Robinson's f(w): how probably a comment with this word is one that is taken down; strictly between 0 and 1."""
    seen = counts.good + counts.bad
    bad, good = counts.bad / total.bad, counts.good / total.good
    share = bad / (bad + good) if seen else ASSUMED
    return (STRENGTH * ASSUMED + seen * share) / (STRENGTH + seen)
