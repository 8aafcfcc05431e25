"""A new SQLite database in a fraction of a second: what all migrations make of an empty one, kept as `fresh.sql`.

Running some two hundred migrations takes seven seconds, most of it Django rebuilding its picture of the models after each.
`pennypress manage write_fresh` writes the file anew; a test fails while it is not what the migrations make. Later
migrations run on top as on any older database; where there are none, nobody loads two hundred of them to find that out.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FRESH = Path(__file__).with_name("fresh.sql")
# Full-text tables make these for themselves.
_SHADOW = re.compile(r"wagtailsearch_indexentry_fts_(config|content|data|docsize|idx)$")
# When a migration was applied, and random keys: they differ each time and mean nothing here.
_MOMENT = re.compile(r"'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?'")


def statements(cursor: Any) -> Iterator[str]:
    """The database as SQL: tables, rows, then indexes and triggers. One statement each, in a stable order."""
    cursor.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    objects = [row for row in cursor.fetchall() if not row[1].startswith("sqlite_") and not _SHADOW.search(row[1])]
    tables = [(name, sql) for kind, name, sql in objects if kind == "table"]
    for _name, sql in tables:
        yield sql
    for name, sql in tables:
        if not sql.upper().startswith("CREATE VIRTUAL"):
            yield from _rows(cursor, name)
    for kind, _name, sql in objects:
        if kind != "table":
            yield sql


def _rows(cursor: Any, table: str) -> Iterator[str]:
    cursor.execute(f'PRAGMA table_info("{table}")')
    columns = [row[1] for row in cursor.fetchall()]
    quoted = " || ',' || ".join(f'quote("{column}")' for column in columns)
    cursor.execute(f'SELECT {quoted} FROM "{table}" ORDER BY rowid')  # noqa: S608 - names from the schema
    for (values,) in cursor.fetchall():
        moment = _MOMENT.sub("'2026-01-01 00:00:00'", values) if table == "django_migrations" else values
        yield f'INSERT INTO "{table}" VALUES({moment})'


def write(made: list[str]) -> None:
    FRESH.write_text("".join(f"{statement};\n" for statement in made), encoding="utf-8")


def kept() -> list[str]:
    """The statements of the file."""
    return [part.strip().removesuffix(";") for part in _split(FRESH.read_text(encoding="utf-8"))]


def load_if_new() -> bool:
    """Fill the database from the file where it is SQLite and has no tables yet; all of it or nothing.

    True where that was everything, so that there is nothing to migrate.
    """
    from django.db import connection, transaction

    if connection.vendor != "sqlite" or connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        with transaction.atomic():
            for statement in kept():
                cursor.execute(statement)
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("SELECT app, name FROM django_migrations")
        return _brought_along() <= set(cursor.fetchall())


def _brought_along() -> set[tuple[str, str]]:
    """The migrations of the installed apps, by the names of their files."""
    from django.apps import apps

    return {
        (app.label, file.stem)
        for app in apps.get_app_configs()
        for file in (Path(app.path) / "migrations").glob("[0-9]*.py")
    }


def _split(text: str) -> Iterator[str]:
    """Statements of the file; a trigger holds semicolons of its own."""
    import sqlite3

    part = ""
    for line in text.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            yield part
            part = ""
