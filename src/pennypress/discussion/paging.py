"""The roots of a thread's next page, in the order at which its reader began (decision 0013).

In SQL of its own, which the ORM cannot say. Every name in it is one of ours (the two tables, a column of `ORDERS`), every value
one that is given when the page is asked for (see `values_of`).
"""
# ruff: noqa: S608, S611

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, F, UUIDField
from django.db.models.expressions import RawSQL

from pennypress.discussion.cursors import Order, Position
from pennypress.discussion.models import Comment, Standing
from pennypress.lib.prepared import Given

COMMENTS, STANDINGS = Comment._meta.db_table, Standing._meta.db_table
THREAD, MOMENT = Given("thread", UUIDField()), Given("moment", BigIntegerField())


@dataclass(frozen=True)
class Roots:
    """What is asked of the roots of one page, without the values: those of the thread that are shown, on one passage or any
    if so asked, so many pinned ones left out, and all of them or only what follows a position."""

    number: int
    on_one_passage: bool = False
    on_passages: bool = False
    # The pinned ones stand before all others.
    without: int = 0
    follows: bool = False

    def where(self) -> tuple[str, list[Any]]:
        """The condition on a comment `c`."""
        # With "= TRUE" SQLite finds them by the whole index, in their order.
        words, values = ["c.thread_id = %s AND c.depth = 0 AND c.is_shown = TRUE"], [THREAD]
        if self.on_one_passage:
            words.append("c.passage_id = %s")
            values.append(Given("passage", UUIDField()))
        elif self.on_passages:
            words.append("c.passage_id IS NOT NULL")
        if self.without:
            words.append(f"c.id NOT IN ({', '.join(['%s'] * self.without)})")
            values += [Given(f"without{n}", UUIDField()) for n in range(self.without)]
        return " AND ".join(words), values


def values_of(
    thread_id: UUID, *, passage_id: UUID | None, without: Sequence[UUID], position: Position | None
) -> dict[str, Any]:
    """The values of what `roots_after` and `sort_key` leave open."""
    values: dict[str, Any] = {"thread": thread_id, "passage": passage_id}
    values |= {f"without{n}": comment_id for n, comment_id in enumerate(without)}
    if position:
        values |= {"value": position.value, "comment": position.comment_id, "moment": position.moment}
    return values


def roots_after(roots: Roots, order: Order) -> RawSQL:
    """The ids of so many of the roots as follow."""
    key, side, way = order.field, *(("<", "DESC") if order.descending else (">", "ASC"))
    number, (where, values) = roots.number, roots.where()
    first = f"SELECT c.id, c.{key} AS sort_key FROM {COMMENTS} c WHERE {where}"
    last = f"ORDER BY c.{key} {way}, c.id {way} LIMIT {number:d}"
    if not roots.follows:
        return RawSQL(f"SELECT id FROM ({first} {last}) AS found", values)
    place = [Given("value", _column(key)), Given("comment", UUIDField())]
    first = f"{first} AND (c.{key}, c.id) {side} (%s, %s)"
    if not order.by_votes:
        return RawSQL(f"SELECT id FROM ({first} {last}) AS found", [*values, *place])
    # Those without a vote since stand where they stood, and the index finds them; the few others where they were: what
    # the first vote since then found. Each is looked up by its comment: of NOT EXISTS, PostgreSQL now and then makes a walk
    # through all standings for each of the comments.
    return RawSQL(
        f"""
        SELECT id FROM (
          SELECT * FROM (
            {first} AND (SELECT s.number FROM {STANDINGS} s WHERE s.comment_id = c.id AND s.number > %s LIMIT 1) IS NULL {last}
          ) AS still
          UNION ALL
          SELECT * FROM (
            SELECT s.comment_id, s.{key} AS sort_key FROM {STANDINGS} s JOIN {COMMENTS} c ON c.id = s.comment_id
            WHERE {where} AND s.thread_id = %s AND s.number > %s AND (s.{key}, s.comment_id) {side} (%s, %s) AND (
              SELECT e.number FROM {STANDINGS} e WHERE e.comment_id = s.comment_id AND e.number > %s AND e.number < s.number LIMIT 1
            ) IS NULL
            ORDER BY s.{key} {way}, s.comment_id {way} LIMIT {number:d}
          ) AS moved
        ) AS found ORDER BY sort_key {way}, id {way} LIMIT {number:d}
        """,
        [*values, *place, MOMENT] + [*values, THREAD, MOMENT, *place, MOMENT],
    )


def sort_key(roots: Roots, order: Order) -> Any:
    """A comment's sort key; after a position, what it was at that moment: what the first vote since then found."""
    if not (roots.follows and order.by_votes):
        return F(order.field)
    since = f"SELECT s.{order.field} FROM {STANDINGS} s WHERE s.comment_id = {COMMENTS}.id AND s.number > %s"
    field = _column(order.field)
    return RawSQL(
        f"COALESCE(({since} ORDER BY s.number LIMIT 1), {COMMENTS}.{order.field})",
        [MOMENT],
        output_field=field,
    )


def _column(name: str) -> Any:
    return Comment._meta.get_field(name)
