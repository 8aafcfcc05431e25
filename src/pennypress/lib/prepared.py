"""Queries whose SQL Django makes once for the process and not each time.

Making it costs Django several times what the database needs to find a row by an index. A query that every post or every
page asks is written as any other, with a `Given` where a value comes in, and kept in a `Prepared`.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db import connections
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


@dataclass(frozen=True, slots=True)
class Made:
    queryset: QuerySet[Any, Any]
    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]


class Prepared[Model_: Model, Row]:
    """The rows of a queryset, asked with values for its `Given`s: what Django would bring, related rows included.

    `make` is called once, so it may depend on nothing but its `Given`s: no clock, no setting, nothing current. Raises
    KeyError for a `Given` that has no value.
    """

    def __init__(self, make: Callable[[], QuerySet[Model_, Row]]) -> None:
        self.make = make
        self.made: Made | None = None

    def __call__(self, **values: Any) -> list[Row]:
        made = self.made = self.made or make_sql(self.make())
        connection = connections[made.queryset.db]
        filled = tuple(one.fill(values, connection) if isinstance(one, Given) else one for one in made.params)
        compiler: Any = copy(made.compiler)
        # A connection is one thread's.
        compiler.connection = connection
        compiler.as_sql = lambda *args, **kwargs: (made.sql, filled)
        asked: Any = made.queryset.all()
        asked.query.get_compiler = lambda *args, **kwargs: compiler
        return list(asked)

    def first(self, **values: Any) -> Row | None:
        """The first row the query brings, for queries that bring one or none."""
        return next(iter(self(**values)), None)


def make_sql(queryset: QuerySet[Any, Any]) -> Made:
    compiler = queryset.query.get_compiler(queryset.db)
    sql, params = compiler.as_sql()
    return Made(queryset, compiler, sql, tuple(params))
