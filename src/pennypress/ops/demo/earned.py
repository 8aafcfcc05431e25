"""What the demo's readers had read before they gave."""

import random

from pennypress.funding.actions.origins import note_origins
from pennypress.funding.models import Gift, GiftState
from pennypress.funding.visits import MOST_ARTICLES, Visit

# Most who give come from an article; the others pressed the link in the menu or gave in cash.
READ_BEFORE = 0.8
NEWSLETTERS = ("newsletter-friday", "newsletter-authors")


def trace(articles: list[int], chance: random.Random) -> None:
    """Some stories earn more than others."""
    visits = []
    weights = [1 / (place + 1) for place in range(len(articles))]
    for gift in Gift.objects.filter(state=GiftState.CAPTURED).order_by("created_at", "id"):
        if chance.random() > READ_BEFORE:
            continue
        read = chance.choices(articles, weights, k=min(MOST_ARTICLES, chance.choice((1, 1, 2, 2, 3, 4, 6))))
        newsletter = chance.choice(NEWSLETTERS) if chance.random() < 0.25 else ""
        visits.append((gift, Visit(tuple(read), newsletter)))
    note_origins(visits)
