"""The way of one visit to a gift: which newsletter began it and which articles were read, told by the giving form alone.

The form brings words joined by commas, in the order of the visit: an article as the number of its page, a newsletter as
`newsletter-…`. A browser keeps them until its tab is closed (reading.js); without scripts the link that led to the form brings one.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

# Few visits have more, and a gift's row of articles stays readable. The first one is always kept.
MOST_ARTICLES = 12
# Twelve numbers of a large site and a newsletter's name.
LONGEST = 250
NEWSLETTER = re.compile(r"newsletter-[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_NEWSLETTER = 60


@dataclass(frozen=True)
class Visit:
    """`articles` are page numbers as they were read; one read again later stands there twice. `wording` is that of the
    appeal whose button was pressed."""

    articles: tuple[int, ...] = ()
    newsletter: str = ""
    wording: UUID | None = None

    def without(self, known: Collection[int]) -> "Visit":
        """The same visit with nothing but these articles."""
        return replace(self, articles=tuple(number for number in self.articles if number in known))

    @property
    def first(self) -> int:
        return self.articles[0]

    @property
    def last(self) -> int:
        return self.articles[-1]

    @property
    def between(self) -> list[int]:
        """Each article that was neither the first nor the last, once, in the order they were first read."""
        return [number for number in dict.fromkeys(self.articles) if number not in (self.first, self.last)]


def read_visit(text: str, appeal: str = "") -> Visit:
    """What the form told. Whatever is neither a number nor a newsletter's name is left out; of newsletters the last counts."""
    articles: list[int] = []
    newsletter = ""
    # What is cut off in the middle would be another number.
    text = text if len(text) <= LONGEST else text[:LONGEST].rpartition(",")[0]
    for word in text.split(","):
        if re.fullmatch("[1-9][0-9]{0,8}", word):
            if not articles or articles[-1] != int(word):
                articles.append(int(word))
        elif len(word) <= LONGEST_NEWSLETTER and NEWSLETTER.fullmatch(word):
            newsletter = word
    try:
        wording = UUID(appeal)
    except ValueError:
        wording = None
    return Visit(tuple(articles[:1] + articles[1:][-(MOST_ARTICLES - 1) :]), newsletter, wording)
