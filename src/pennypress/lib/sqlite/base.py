"""Django's SQLite backend on the bundled library, answering only when a write is on the disk.

`synchronous=FULL` flushes the log at every commit, before the commit returns: what a reader was told is saved
survives a power cut. Transactions begin IMMEDIATE, so that a writer waits for its turn instead of failing half-way.
"""

from typing import Any

from pennypress.lib.sqlite import library

library.install()

from sqlite3 import dbapi2 as Database  # noqa: E402

from django.db.backends.sqlite3 import base  # noqa: E402

# How long a writer waits for the one before it. Longer than any transaction of ours, shorter than a browser's patience.
WRITE_WAIT_SECONDS = 20

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA cache_size=-8000",  # 8 MB a connection; memory is counted on small machines
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA temp_store=MEMORY",
)

# Limits the bundled library is compiled with (PRAGMA compile_options); pysqlite3 cannot ask for them.
LIMITS = {library.SQLITE_LIMIT_COLUMN: 2000, library.SQLITE_LIMIT_VARIABLE_NUMBER: 250_000}


class Connection(Database.Connection):
    """A connection that can tell its limits, as Django 6.1 asks."""

    def getlimit(self, category: int, /) -> int:
        return LIMITS[category]


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        library.require_sound(Database.sqlite_version_info)
        self.settings_dict["OPTIONS"].setdefault("transaction_mode", "IMMEDIATE")
        self.settings_dict["OPTIONS"].setdefault("timeout", WRITE_WAIT_SECONDS)
        params = super().get_connection_params()
        params["factory"] = Connection
        self.init_commands: list[str] = [*PRAGMAS, *self.init_commands]
        return params
