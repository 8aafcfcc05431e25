"""The roots of a thread's next page, in the order at which its reader began (decision 0013).

In SQL of its own, since the ORM spends more time on composing these statements than the database on answering them. Every name
in it is one of ours (the two tables, a column of `ORDERS`), every value a parameter.
"""
# ruff: noqa: S608, S611

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.db.models.expressions import RawSQL

from pennypress.discussion.cursors import Order, Position
from pennypress.discussion.models import Comment, Standing

COMMENTS, STANDINGS = Comment._meta.db_table, Standing._meta.db_table


@dataclass(frozen=True)
class Roots:
    """Which roots a page may show: those of the thread that are shown, on one passage or any if so asked."""

    thread_id: UUID
    passage_id: UUID | None = None
    on_passages: bool = False
    # The pinned ones, which stand before all others.
    without: Sequence[UUID] = ()

    def where(self) -> tuple[str, list[Any]]:
        """The condition on a comment `c`."""
        words, values = ["c.thread_id = %s AND c.depth = 0 AND c.is_shown"], [_id(self.thread_id)]
        if self.passage_id:
            words.append("c.passage_id = %s")
            values.append(_id(self.passage_id))
        elif self.on_passages:
            words.append("c.passage_id IS NOT NULL")
        if self.without:
            words.append(f"c.id NOT IN ({', '.join(['%s'] * len(self.without))})")
            values += map(_id, self.without)
        return " AND ".join(words), values


def roots_after(roots: Roots, order: Order, position: Position | None, number: int) -> RawSQL:
    """The ids of so many of the roots as follow."""
    key, side, way = order.field, *(("<", "DESC") if order.descending else (">", "ASC"))
    where, values = roots.where()
    first = f"SELECT c.id, c.{key} AS sort_key FROM {COMMENTS} c WHERE {where}"
    last = f"ORDER BY c.{key} {way}, c.id {way} LIMIT {number:d}"
    if position is None:
        return RawSQL(f"SELECT id FROM ({first} {last}) AS found", values)
    place = [_column(key).get_db_prep_value(position.value, connection), _id(position.comment_id)]
    first = f"{first} AND (c.{key}, c.id) {side} (%s, %s)"
    if not order.by_votes:
        return RawSQL(f"SELECT id FROM ({first} {last}) AS found", [*values, *place])
    # Those without a vote since stand where they stood, and the index finds them; the few others where they were: what
    # the first vote since then found.
    return RawSQL(
        f"""
        SELECT id FROM (
          SELECT * FROM (
            {first} AND NOT EXISTS (SELECT 1 FROM {STANDINGS} s WHERE s.comment_id = c.id AND s.number > %s) {last}
          ) AS still
          UNION ALL
          SELECT * FROM (
            SELECT c.id, s.{key} AS sort_key FROM {STANDINGS} s JOIN {COMMENTS} c ON c.id = s.comment_id
            WHERE {where} AND s.thread_id = %s AND s.number > %s AND (s.{key}, c.id) {side} (%s, %s) AND NOT EXISTS (
              SELECT 1 FROM {STANDINGS} e WHERE e.comment_id = s.comment_id AND e.number > %s AND e.number < s.number
            )
            ORDER BY s.{key} {way}, c.id {way} LIMIT {number:d}
          ) AS moved
        ) AS found ORDER BY sort_key {way}, id {way} LIMIT {number:d}
        """,
        [*values, *place, position.moment]
        + [*values, _id(position.thread_id), position.moment, *place, position.moment],
    )


def sort_key(order: Order, position: Position | None) -> Any:
    """A comment's sort key; with a position, what it was at that moment: what the first vote since then found."""
    if position is None or not order.by_votes:
        return F(order.field)
    since = f"SELECT s.{order.field} FROM {STANDINGS} s WHERE s.comment_id = {COMMENTS}.id AND s.number > %s"
    field = _column(order.field)
    return RawSQL(
        f"COALESCE(({since} ORDER BY s.number LIMIT 1), {COMMENTS}.{order.field})",
        [position.moment],
        output_field=field,
    )


def _column(name: str) -> Any:
    return Comment._meta.get_field(name)


def _id(value: UUID) -> Any:
    return Comment._meta.pk.get_db_prep_value(value, connection)
