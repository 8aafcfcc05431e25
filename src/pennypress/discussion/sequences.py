"""Rows in an order, read page by page behind a signed cursor: the same cost at any length, and nothing met twice."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import Model, Q, QuerySet

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Sequence:
    """An order by a key and then by id. Only by dates the ids turn with the key: of the latest the last comes first."""

    name: str
    key: str = "created_at"
    descending: bool = False

    @property
    def id_descending(self) -> bool:
        return self.descending and self.key == "created_at"

    def page[T: Model](self, rows: QuerySet[T], cursor: str, number: int) -> tuple[list[T], str]:
        """So many of the rows behind the cursor, and the cursor of those that follow, empty at the end. One query.

        A cursor that is none of ours begins at the front.
        """
        if place := self._read(cursor):
            value, pk = place
            side, by_id = ("lt" if self.descending else "gt"), ("lt" if self.id_descending else "gt")
            rows = rows.filter(Q(**{f"{self.key}__{side}": value}) | Q(**{self.key: value, f"id__{by_id}": pk}))
        signs = "-" if self.descending else "", "-" if self.id_descending else ""
        found = list(rows.order_by(f"{signs[0]}{self.key}", f"{signs[1]}id")[: number + 1])
        shown = found[:number]
        return shown, self._written(shown[-1]) if len(found) > number else ""

    def _written(self, row: Any) -> str:
        value = getattr(row, self.key)
        if isinstance(value, datetime):
            value = (value - _EPOCH) // timedelta(microseconds=1)
        return _signer().sign_object([self.name, value, row.pk.hex])

    def _read(self, cursor: str) -> tuple[object, UUID] | None:
        try:
            name, value, hex_id = _signer().unsign_object(cursor)
        except (BadSignature, ValueError, TypeError):
            return None
        if name != self.name:
            return None
        return (_EPOCH + timedelta(microseconds=value) if self.key == "created_at" else value), UUID(hex_id)


def _signer() -> Signer:
    return Signer(salt="discussion.desk")
