"""Where a reader is in an ordered thread: the sort key and id of the last root they saw, signed, never a page number.

New comments before that place change nothing behind it, so nothing is skipped or shown twice while people post. Votes do
move comments: so a cursor also carries the thread's vote_number at which its reader began, and the pages after it are in
the order of that moment (decision 0013).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

type Key = int | float | datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Order:
    name: str
    label: object
    field: str
    descending: bool
    by_votes: bool = False

    @property
    def by(self) -> tuple[str, str]:
        sign = "-" if self.descending else ""
        return f"{sign}{self.field}", f"{sign}id"


# What is not in this table is not an order: no word of a request ever reaches the database as a column.
ORDERS = {
    order.name: order
    for order in (
        Order("newest", _("Newest"), "created_at", True),
        Order("oldest", _("Oldest"), "created_at", False),
        Order("voted", _("Most voted"), "net", True, by_votes=True),
        Order("best", _("Best"), "best_score", True, by_votes=True),
    )
}
DEFAULT_ORDER = ORDERS["newest"]


class BadCursor(ValueError):
    """Not a place of ours, or of another order or thread."""


def order_named(name: str | None) -> Order:
    """The order of this name; the default for anything else."""
    return ORDERS.get(name or "", DEFAULT_ORDER)


@dataclass(frozen=True)
class Position:
    """Right after this root, in the order in which the thread stood at this number of its votes."""

    value: Key
    comment_id: UUID
    thread_id: UUID
    moment: int
    # The pinned roots that the first page has shown before all others: none of them comes twice, and none that is pinned
    # in between is left out.
    pinned: tuple[UUID, ...] = ()

    def after(self, order: Order, *, key: str = "id") -> Q:
        """The condition for what follows; `key` names the column that holds the comment's id."""
        side = "lt" if order.descending else "gt"
        same = Q(**{order.field: self.value, f"{key}__{side}": self.comment_id})
        return Q(**{f"{order.field}__{side}": self.value}) | same


def write_cursor(position: Position, order: Order) -> str:
    """The opaque cursor that continues at this place."""
    value = position.value
    if isinstance(value, datetime):
        value = (value - _EPOCH) // timedelta(microseconds=1)
    pinned = [pin.hex for pin in position.pinned]
    return _signer().sign_object(
        [order.name, value, position.comment_id.hex, position.thread_id.hex, position.moment, pinned]
    )


def read_cursor(cursor: str, order: Order, thread_id: UUID) -> Position:
    """The place of a cursor. Raises BadCursor when it is not one for this thread and order."""
    try:
        name, value, id_hex, thread_hex, moment, pinned = _signer().unsign_object(cursor)
    except (BadSignature, ValueError, TypeError) as error:
        raise BadCursor("not a cursor") from error
    if name != order.name or thread_hex != thread_id.hex:
        raise BadCursor("a cursor of another order or thread")
    if order.field == "created_at":
        value = _EPOCH + timedelta(microseconds=value)
    return Position(value, UUID(id_hex), thread_id, moment, tuple(UUID(pin) for pin in pinned))


def is_cursor(text: str) -> bool:
    """Whether we have made this cursor."""
    try:
        _signer().unsign(text)
    except BadSignature:
        return False
    return True


def _signer() -> Signer:
    return Signer(salt="discussion.cursor")
