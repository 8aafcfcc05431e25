"""Which comments readers found best, in fairness to those with few votes."""

from math import sqrt

# The one-sided 80 % quantile of the normal distribution: with few votes the score stays low, after about ten it moves
# freely. The same value that reddit's and Lobsters' confidence sorts use.
Z = 1.281551565545

# Who pages through a thread by votes sees no comment twice and misses none until so many votes on first-level comments
# have come in since they began. More would make the pages' query grow.
STANDINGS_KEPT = 2_000


def best_score(up: int, down: int) -> float:
    """Lower bound of the Wilson score interval for the share of up-votes; in [0, 1), 0 without votes.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927), 209-212. Raises ValueError for negative counts.
    """
    if up < 0 or down < 0:
        raise ValueError("Votes cannot be negative.")
    votes = up + down
    if not votes or not up:
        return 0.0
    share = up / votes
    spread = Z * sqrt(share * (1 - share) / votes + Z * Z / (4 * votes * votes))
    bound = (share + Z * Z / (2 * votes) - spread) / (1 + Z * Z / votes)
    # Rounding may leave the range by a hair; and 12 digits mean the same number on every database.
    return round(min(max(bound, 0.0), 1.0), 12)
