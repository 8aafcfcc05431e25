"""Queries whose SQL Django makes once for the process and not each time.

Making it costs Django several times what the database needs to find a row by an index. A query that every post or every
page asks is written as any other, with a `Given` where a value comes in, and kept in a `Prepared`.
"""

from collections.abc import Callable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, Model, QuerySet
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


class Made[Model_: Model, Row]:
    """A queryset that was made SQL on one connection, which is one thread's, and what turns its columns into values."""

    def __init__(self, queryset: QuerySet[Model_, Row], connection: Any) -> None:
        self.queryset: Any = queryset
        self.connection = connection
        compiler: Any = queryset.query.get_compiler(connection.alias)
        self.sql, self.params = compiler.as_sql()
        columns = [column for column, *_rest in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(columns)
        compiler.as_sql = lambda *args, **kwargs: (self.sql, self.filled)
        compiler.get_converters = lambda columns: converters
        self.queryset.query.get_compiler = lambda *args, **kwargs: compiler

    def rows(self, values: dict[str, Any]) -> list[Row]:
        connection = self.connection
        self.filled = tuple(one.fill(values, connection) if isinstance(one, Given) else one for one in self.params)
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
        connection: Any = connections[DEFAULT_DB_ALIAS]
        here = connection.__dict__.setdefault("prepared", {})
        made = here.get(self)
        if made is None:
            made = here[self] = Made(self.make(), connection)
        return made.rows(values)

    def first(self, **values: Any) -> Row | None:
        """The first row the query brings, for queries that bring one or none."""
        return next(iter(self(**values)), None)
