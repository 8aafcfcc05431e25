"""Whether the pages kept before the last stop may be served after this start.

They may when the database is just as it was left: a restored backup, or a hand at the database's own shell, counts no
change. So an orderly stop writes down what the database's files looked like, and a start compares; where nothing was
written down (a crash, a power cut, PostgreSQL) every page is made anew.
"""

import json
from pathlib import Path

from pennypress.ops.data import DataDirectory


def leave(data: DataDirectory) -> None:
    """Write down how the database is left. For the end of an orderly stop, when nobody uses it any more."""
    state = database_state()
    if state is not None:
        _note(data).parent.mkdir(exist_ok=True)
        _note(data).write_text(json.dumps(state))


def is_as_left(data: DataDirectory) -> bool:
    """Whether nothing has happened to the database since the last stop, which was an orderly one."""
    try:
        left = json.loads(_note(data).read_text())
    except (FileNotFoundError, ValueError):
        return False
    return left is not None and left == database_state()


def take_up(data: DataDirectory, *, prepared: bool) -> None:
    """Keep the ready pages where the database is as it was left and nothing was prepared anew; else forget them."""
    from pennypress.delivery.ready.showing import shared_clock

    if prepared or not is_as_left(data):
        shared_clock().begin_epoch()
    _note(data).unlink(missing_ok=True)


def database_state() -> list[list[int]] | None:
    """Identity, size and last change of the database's files; None where it is no file."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if "sqlite" not in database["ENGINE"]:
        return None
    files = [Path(str(database["NAME"]) + suffix) for suffix in ("", "-wal")]
    stats = [file.stat() for file in files if file.exists()]
    return [[stat.st_ino, stat.st_size, stat.st_mtime_ns] for stat in stats]


def _note(data: DataDirectory) -> Path:
    return data.path / "ready" / "left.json"
