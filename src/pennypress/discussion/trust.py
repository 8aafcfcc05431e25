"""How far a person is trusted: it grows by approved comments and is lost by removals. Arithmetic only."""

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

# So many of somebody's comments are looked at, at most: the work for a post stays the same however long they are here.
SCANNED = 100
# With a removal for every fifth comment a person's next ones are worth a look before others see them.
REMOVAL_WEIGHS = 5
# A quarter of a year: who has kept the peace that long has shown what a removal asked for.
REMOVALS_REMEMBERED = timedelta(days=90)
# As many approved comments as a regular writes in some weeks: nobody writes them just to place one link.
LONG_TRUSTED = 20


class Trust(IntEnum):
    """From least to most."""

    LOST = 0
    NEW = 1
    KNOWN = 2
    LONG = 3


@dataclass(frozen=True)
class Record:
    """What a person's latest comments came to: approved ones, and those removed lately."""

    approved: int = 0
    removed: int = 0

    @property
    def trust(self) -> Trust:
        """A removal takes away as much as five approved comments have given."""
        score = self.approved - REMOVAL_WEIGHS * self.removed
        if self.removed and score <= 0:
            return Trust.LOST
        if not self.approved:
            return Trust.NEW
        return Trust.LONG if score >= LONG_TRUSTED else Trust.KNOWN
