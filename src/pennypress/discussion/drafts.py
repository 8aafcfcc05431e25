"""What somebody is about to say, with what came along, as the screens of holding.py see it."""

from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from pennypress.discussion.people import record_of
from pennypress.discussion.rules import NEWCOMER_UNTIL
from pennypress.discussion.screening.repetition import sketch_of
from pennypress.discussion.trust import Record, Trust


@dataclass(frozen=True)
class Clues:
    """How the words came. Anybody can send anything: what is here may weigh against a draft, never for it."""

    # Seconds since the page was opened, by its script's word; None without scripts.
    seconds: int | None = None
    # A field that nobody sees, filled in.
    filled_hidden: bool = False
    # A script can be asked for work; a plain form cannot.
    by_script: bool = False
    proof: str = ""


@dataclass(frozen=True)
class Draft:
    """Words somebody is about to post, or to put in the place of their earlier ones (then with `comment_id`)."""

    page_id: int
    author_key: str
    name: str
    email: str
    text: str
    html: str
    by_staff: bool = False
    comment_id: UUID | None = None
    clues: Clues = field(default_factory=Clues)

    @cached_property
    def record(self) -> Record:
        """What is known of its author, this comment left aside."""
        return record_of(self.author_key, name=self.name, email=self.email, besides=self.comment_id)

    @property
    def trust(self) -> Trust:
        return self.record.trust

    @property
    def is_newcomer(self) -> bool:
        """Whether it is one of its author's first comments here."""
        return self.record.approved < NEWCOMER_UNTIL

    @cached_property
    def is_strangers(self) -> bool:
        """Whether its author has still to earn trust, or has lost it."""
        return self.trust < Trust.KNOWN

    @property
    def has_link(self) -> bool:
        return "<a " in self.html

    @cached_property
    def sketch(self) -> tuple[int, ...]:
        """By what the same text is known again; empty for staff, who may say a thing as often as they like."""
        return () if self.by_staff else sketch_of(self.text, has_link=self.has_link)


@dataclass(frozen=True)
class Reason:
    """Why a comment waits: a code of `HoldReason`, and what in it: the word, the address."""

    code: str
    detail: str = ""
