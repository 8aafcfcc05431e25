"""Django's SQLite backend on the bundled library, answering only when a write is on the disk.

Transactions begin IMMEDIATE, so that a writer waits for its turn instead of failing half-way. `writes.py` says how the
turn is taken and how the log is flushed: before `commit` returns, and so before anything done on commit.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID

from pennypress.lib.sqlite import library
from pennypress.lib.sqlite.writes import Writes

library.install()

from sqlite3 import dbapi2 as Database  # noqa: E402

from django.db.backends.sqlite3 import base, features, operations  # noqa: E402

# How long a writer waits for a program that writes without our lock. Longer than any transaction of ours.
WRITE_WAIT_SECONDS = 20

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",  # the log is flushed by writes.py, after each commit
    "PRAGMA cache_size=-1000",  # 1 MB a connection, of which there are ten; the system keeps the file in memory anyway
    "PRAGMA journal_size_limit=67108864",
    # Pages of 4 kB; a post changes some 65. Whoever brings them into the database file lets all other writers wait, and
    # what most posts change is written once then: at SQLite's 1,000 that was half of a commit's time.
    "PRAGMA wal_autocheckpoint=4000",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA temp_store=MEMORY",
)

# Limits the bundled library is compiled with (PRAGMA compile_options); pysqlite3 cannot ask for them.
LIMITS = {library.SQLITE_LIMIT_COLUMN: 2000, library.SQLITE_LIMIT_VARIABLE_NUMBER: 250_000}

# First words of statements that change nothing by themselves. Whatever else it is, it is taken for a write.
READING = ("SELECT", "PRAGMA", "EXPLAIN", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")


# Statements of many rows are long, and never the same again.
LONGEST_KEPT = 8_000


@lru_cache(maxsize=400)
def in_question_marks(query: str) -> str:
    """The statement with the places of its values as SQLite wants them; looking for them costs as much as many a query."""
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class Connection(Database.Connection):
    """A connection that can tell its limits, as Django 6.1 asks, and that knows its place among the writers."""

    writes: Writes | None = None
    # Whether the open transaction has changed anything.
    wrote = False
    # Whether who writes outside of one waits until it is on the disk; see `forgettable`.
    flushes = True

    def getlimit(self, category: int, /) -> int:
        return LIMITS[category]


class Cursor(base.SQLiteCursorWrapper):
    """Statements outside a transaction that write are a transaction of their own: with a turn and a flush."""

    kept: Iterator[Any] | None = None

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        if param_names is not None or len(query) > LONGEST_KEPT:
            return super().convert_query(query, param_names=param_names)
        return in_question_marks(query)

    def execute(self, query: str, params: Any = None) -> Any:
        return self._run(super().execute, query, params)

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        return self._run(super().executemany, query, param_list)

    def _run(self, execute: Any, query: str, params: Any) -> Any:
        self.kept = None
        connection: Any = self.connection
        if connection.writes is None or query.lstrip()[:9].upper().startswith(READING):
            return execute(query, params)
        if connection.in_transaction:
            connection.wrote = True
            return execute(query, params)
        connection.writes.take_turn()
        try:
            execute(query, params)
            # A statement with RETURNING commits when its last row is read.
            self.kept = iter(super().fetchall()) if self.description else None
            commit = connection.writes.committed()
        finally:
            connection.writes.end_turn()
        if connection.flushes:
            connection.writes.flush(commit)
        return self

    def fetchone(self) -> Any:
        return super().fetchone() if self.kept is None else next(self.kept, None)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        return super().fetchmany(size) if self.kept is None else list(islice(self.kept, size))

    def fetchall(self) -> list[Any]:
        return super().fetchall() if self.kept is None else list(self.kept)

    def __next__(self) -> Any:
        return super().__next__() if self.kept is None else next(self.kept)


class DatabaseFeatures(features.DatabaseFeatures):
    """What the bundled library can. Django would ask it inside a transaction, so the first page that a thread renders would
    wait for writers, and not be there once writes have stopped."""

    supports_json_field = True


class DatabaseOperations(operations.DatabaseOperations):
    """Moments and ids as Django has written them, read without asking how else they might be written: a thread's page has
    two hundred of them."""

    connection: Any

    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, str) and (moment := datetime.fromisoformat(value)).tzinfo is None:
            return moment.replace(tzinfo=self.connection.timezone)
        return super().convert_datetimefield_value(value, expression, connection)

    def convert_uuidfield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else UUID(int=int(value, 16))


class DatabaseWrapper(base.DatabaseWrapper):
    connection: Any
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        library.require_sound(Database.sqlite_version_info)
        self.settings_dict["OPTIONS"].setdefault("transaction_mode", "IMMEDIATE")
        self.settings_dict["OPTIONS"].setdefault("timeout", WRITE_WAIT_SECONDS)
        params = super().get_connection_params()
        params["factory"] = Connection
        self.init_commands: list[str] = [*PRAGMAS, *self.init_commands]
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if not self.is_in_memory_db():
            connection.writes = Writes(str(conn_params["database"]))
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        writes = self.connection.writes
        if writes is None:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
            return
        with self.wrap_database_errors:
            writes.take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            writes.end_turn()
            raise
        self.connection.wrote = False

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        connection = self.connection
        if connection is None or connection.writes is None or not connection.writes.holds_turn:
            return
        commit = connection.writes.committed() if connection.wrote else 0
        connection.wrote = False
        connection.writes.end_turn()
        if commit:
            connection.writes.flush(commit)

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            if self.connection is not None and self.connection.writes is not None:
                self.connection.wrote = False
                self.connection.writes.end_turn()

    def _close(self) -> None:
        connection = self.connection
        super()._close()  # type: ignore[misc]
        if connection is not None and connection.writes is not None:
            connection.writes.close()
            connection.writes = None
