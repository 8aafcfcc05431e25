"""Queries and writes whose SQL Django makes once for each connection and not each time.

Making it costs Django several times what the database needs to find a row by an index. A query that every post or every
page asks is written as any other, with a `Given` where a value comes in, and kept in a `Prepared`; what every post
changes in a `PreparedUpdate`; and its new rows are written by `insert`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, Expression, Field, Model, QuerySet
from django.db.models.sql import UpdateQuery
from django.db.models.sql.compiler import SQLCompiler


class Given(Expression):
    """The place of a value that is known when the query is asked. Never NULL, which SQL compares in other words."""

    def __init__(self, name: str, field: Field) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "%s", [self]

    def fill(self, values: dict[str, Any], connection: Any) -> Any:
        return self.output_field.get_db_prep_value(values[self.name], connection)


def here() -> Any:
    """This thread's connection, with what was prepared on it."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    if "prepared" not in connection.__dict__:
        connection.prepared = {}
    return connection


def with_values(params: Iterable[Any], values: dict[str, Any], connection: Any) -> tuple[Any, ...]:
    return tuple(one.fill(values, connection) if isinstance(one, Given) else one for one in params)


class Made[Model_: Model, Row]:
    """A queryset that was made SQL on one connection, which is one thread's, and what turns its columns into values."""

    def __init__(self, queryset: QuerySet[Model_, Row], connection: Any) -> None:
        self.queryset: Any = queryset
        self.connection = connection
        compiler: Any = queryset.query.get_compiler(connection.alias)
        self.sql, self.params = compiler.as_sql()
        columns = [column for column, *_rest in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(columns)
        compiler.as_sql = lambda *args, **kwargs: (self.sql, self.now)
        compiler.get_converters = lambda columns: converters
        query: Any = queryset.query
        query.get_compiler = lambda *args, **kwargs: compiler

    def rows(self, values: dict[str, Any]) -> list[Row]:
        connection = self.connection
        self.now = with_values(self.params, values, connection)
        # Django's own way from columns to rows, without the copies it makes of a queryset that may still be changed.
        return list(self.queryset._iterable_class(self.queryset))


class Prepared[Model_: Model, Row]:
    """The rows of a queryset, asked with values for its `Given`s: what Django would bring, related rows included.

    `make` is called once for each connection, so it may depend on nothing but its `Given`s: no clock, no setting, nothing
    current. Raises KeyError for a `Given` that has no value. What is fetched by further queries (`prefetch_related`) is not.
    """

    def __init__(self, make: Callable[[], QuerySet[Model_, Row]]) -> None:
        self.make = make

    def __call__(self, **values: Any) -> list[Row]:
        return self.made().rows(values)

    def made(self) -> Made[Model_, Row]:
        """The query as this thread asks it."""
        connection = here()
        made = connection.prepared.get(self)
        if made is None:
            made = connection.prepared[self] = Made(self.make(), connection)
        return made

    def first(self, **values: Any) -> Row | None:
        """The first row the query brings, for queries that bring one or none."""
        return next(iter(self(**values)), None)


class PreparedUpdate[Model_: Model]:
    """`queryset.update(**changes)`, with `Given`s in either. Returns how many rows were changed.

    `make` brings both and is called once for each connection. For columns of the model's own table.
    """

    def __init__(self, make: Callable[[], tuple[QuerySet[Model_], dict[str, Any]]]) -> None:
        self.make = make

    def __call__(self, **values: Any) -> int:
        connection = here()
        made = connection.prepared.get(self)
        if made is None:
            queryset, changes = self.make()
            query: Any = queryset.query.chain(UpdateQuery)
            query.add_update_values(changes)
            made = connection.prepared[self] = query.get_compiler(connection.alias).as_sql()
        sql, params = made
        with connection.cursor() as cursor:
            cursor.execute(sql, with_values(params, values, connection))
            return cursor.rowcount


def insert(*rows: Model, on_conflict: str = "") -> int:
    """Write new rows of one table in one statement, as `bulk_create` does: without signals. Returns how many were written.

    `on_conflict` is what SQL says after ON CONFLICT, the same in SQLite and PostgreSQL. A number the database gives is not read back.
    """
    connection = here()
    of = type(rows[0])
    key = of, len(rows), on_conflict
    made = connection.prepared.get(key)
    if made is None:
        fields = [field for field in of._meta.local_concrete_fields if not isinstance(field, AutoField)]
        name = connection.ops.quote_name
        places = f"({', '.join(['%s'] * len(fields))})"
        sql = f"INSERT INTO {name(of._meta.db_table)} ({', '.join(name(field.column) for field in fields)}) VALUES "  # noqa: S608 - names of ours
        sql += ", ".join([places] * len(rows)) + (f" ON CONFLICT {on_conflict}" if on_conflict else "")
        made = connection.prepared[key] = sql, fields
    sql, fields = made
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for row in rows for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        written = cursor.rowcount
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return written
