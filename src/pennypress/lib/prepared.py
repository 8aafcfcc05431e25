"""Queries and writes whose SQL Django makes once for each connection and not each time.

Making it costs Django several times what the database needs to find a row by an index. A query that every post or every
page asks is written as any other, with a `Given` where a value comes in, and kept in a `Prepared`; what every post
changes in a `PreparedUpdate`; and its new rows are `NewRows`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    AutoField,
    BooleanField,
    CharField,
    Expression,
    Field,
    FloatField,
    IntegerField,
    Model,
    QuerySet,
    TextField,
)
from django.db.models.sql import UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

# Values that columns of these kinds take as they are; Django's way to the same costs more than the statement.
AS_THEY_ARE = {str, int, bool, float, type(None)}
PLAIN = (CharField, TextField, BooleanField, IntegerField, FloatField)


class Given(Expression):
    """The place of a value that is known when the query is asked. Never NULL, which SQL compares in other words."""

    def __init__(self, name: str, field: Field) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "%s", [self]

    def fill(self, values: dict[str, Any], connection: Any) -> Any:
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Written(Expression):
    """A yes or no that stands in the SQL itself.

    Where a given one decides whether a partial index fits, SQLite makes the whole statement anew each time it is asked.
    """

    def __init__(self, value: bool) -> None:
        super().__init__(output_field=BooleanField())
        self.value = value

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        if connection.vendor == "sqlite":
            # As its indexes have it.
            return str(int(self.value)), []
        return str(self.value).upper(), []


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
        self.width = compiler.col_count if compiler.has_extra_select else 0
        compiler.execute_sql = lambda *args, **kwargs: [self.found]
        compiler.get_converters = lambda columns: converters
        compiler.apply_converters = self.converted
        query: Any = queryset.query
        query.get_compiler = lambda *args, **kwargs: compiler

    def rows(self, values: dict[str, Any]) -> list[Row]:
        connection = self.connection
        with connection.cursor() as cursor:
            cursor.execute(self.sql, with_values(self.params, values, connection))
            found = cursor.fetchall()
        # What it only ordered by is not among what it brings.
        self.found = [row[: self.width] for row in found] if self.width else found
        # Django's own way from columns to rows, without the copies it makes of a queryset that may still be changed.
        return list(self.queryset._iterable_class(self.queryset)) if self.found else []

    def converted(self, rows: Iterable[Any], converters: dict[int, Any]) -> Iterable[Any]:
        """As Django's, but all rows of one column after those of the other."""
        columns = list(zip(*rows, strict=True))
        if not columns:
            return []
        for place, (steps, expression) in converters.items():
            for step in steps:
                columns[place] = tuple([step(value, expression, self.connection) for value in columns[place]])
        return zip(*columns, strict=True)


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

    `make` brings both and is called once for each connection. For columns of the model's own table. With `returning` it can
    also say what a column holds now; one of plain numbers, which are not converted.
    """

    def __init__(self, make: Callable[[], tuple[QuerySet[Model_], dict[str, Any]]], *, returning: str = "") -> None:
        self.make, self.returning = make, returning

    def __call__(self, **values: Any) -> int:
        with here().cursor() as cursor:
            self._execute(cursor, values)
            return cursor.rowcount

    def one(self, **values: Any) -> Any:
        """What the column `returning` of the one changed row holds now; None where no row was changed."""
        with here().cursor() as cursor:
            self._execute(cursor, values)
            # All of it, for the statement is over only then.
            rows = cursor.fetchall()
        return rows[0][0] if rows else None

    def _execute(self, cursor: Any, values: dict[str, Any]) -> None:
        connection = here()
        made = connection.prepared.get(self)
        if made is None:
            queryset, changes = self.make()
            query: Any = queryset.query.chain(UpdateQuery)
            query.add_update_values(changes)
            sql, params = query.get_compiler(connection.alias).as_sql()
            sql += f" RETURNING {connection.ops.quote_name(self.returning)}" if self.returning else ""
            made = connection.prepared[self] = sql, params
        sql, params = made
        cursor.execute(sql, with_values(params, values, connection))


class NewRows[Model_: Model]:
    """New rows of one table, to be written in one statement as `bulk_create` would, without signals.

    Made before the transaction, for which other writers wait, and written in it. A row is given by the attributes of its
    columns (`vars` of an instance will do); those not given have their defaults. `on_conflict` is what SQL says after ON
    CONFLICT, the same in SQLite and PostgreSQL. A number the database gives is not read back.
    """

    def __init__(self, of: type[Model_], *rows: Mapping[str, Any], on_conflict: str = "") -> None:
        connection = here()
        key = of, len(rows), on_conflict
        made = connection.prepared.get(key)
        if made is None:
            fields = [field for field in of._meta.local_concrete_fields if not isinstance(field, AutoField)]
            made = connection.prepared[key] = self._sql(of, fields, len(rows), on_conflict), fields
        self.sql, fields = made
        self.values = [value for row in rows for value in self._prepared(row, fields, connection)]

    def write(self) -> int:
        """Write them, and return how many were written."""
        with here().cursor() as cursor:
            cursor.execute(self.sql, self.values)
            return cursor.rowcount

    @staticmethod
    def _prepared(row: Mapping[str, Any], fields: list[Field], connection: Any) -> Iterator[Any]:
        for field in fields:
            value = row[field.attname] if field.attname in row else field.get_default()
            if type(value) in AS_THEY_ARE and isinstance(field, PLAIN):
                yield value
            else:
                yield field.get_db_prep_save(value, connection=connection)

    @staticmethod
    def _sql(of: type[Model], fields: list[Field], number: int, on_conflict: str) -> str:
        name = here().ops.quote_name
        columns, places = ", ".join(name(field.column) for field in fields), ", ".join(["%s"] * len(fields))
        sql = f"INSERT INTO {name(of._meta.db_table)} ({columns}) VALUES {', '.join([f'({places})'] * number)}"  # noqa: S608 - names of ours
        return sql + (f" ON CONFLICT {on_conflict}" if on_conflict else "")
