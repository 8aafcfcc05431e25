"""Which SQLite library the program runs on.

Every SQLite from 3.7.0 to 3.51.2 can corrupt a database in WAL mode when two connections write and checkpoint at
once (https://sqlite.org/wal.html#walresetbug); operating systems still ship such versions. So the program brings its
own, and refuses to run on one that has the fault.
"""

import sys
from types import ModuleType

FIRST_SOUND = (3, 51, 3)
# Older lines that received the fix, and the release that was withdrawn after it.
SOUND_BACKPORTS = {(3, 44, 6), (3, 50, 7)}
WITHDRAWN = {(3, 52, 0)}

# Constants of sqlite3.h that Django 6.1 asks the module for and pysqlite3 does not define.
SQLITE_LIMIT_COLUMN = 2
SQLITE_LIMIT_VARIABLE_NUMBER = 9


class UnsoundSQLite(RuntimeError):
    """The SQLite library at hand can corrupt its own log."""


def is_sound(version: tuple[int, int, int]) -> bool:
    """Whether this version of SQLite is free of the log-reset fault."""
    return version in SOUND_BACKPORTS or (version >= FIRST_SOUND and version not in WITHDRAWN)


def install() -> None:
    """Put the bundled SQLite in the place of Python's own, for every module imported after this call."""
    import pysqlite3
    import pysqlite3.dbapi2

    module: ModuleType = pysqlite3.dbapi2
    for name, value in (
        ("SQLITE_LIMIT_COLUMN", SQLITE_LIMIT_COLUMN),
        ("SQLITE_LIMIT_VARIABLE_NUMBER", SQLITE_LIMIT_VARIABLE_NUMBER),
    ):
        for target in (module, pysqlite3):
            if not hasattr(target, name):
                setattr(target, name, value)
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = module


def require_sound(version: tuple[int, int, int]) -> None:
    """Raise UnsoundSQLite if this version can corrupt its log."""
    if not is_sound(version):
        shown = ".".join(str(part) for part in version)
        raise UnsoundSQLite(
            f"SQLite {shown} can corrupt a database that several programs write; 3.51.3 or newer is needed."
        )
