"""Whose turn it is to write, and when a write is on the disk.

SQLite's own waiting lets newcomers overtake, so that with many writers some wait for seconds; and its
`synchronous=FULL` flushes the log once for each transaction while everybody waits. Here writers queue at a lock file in
the kernel's order, commit with `synchronous=NORMAL`, let the next one write, and only then see to it that the log is
flushed: one flush serves all who committed before it began. A caller goes on when its own commit is on the disk.

The lock is the kernel's: it is free again when its holder is killed. It has no time limit; what a transaction of ours
does while it holds it is bounded (no call to another machine, see the actions).
"""

import fcntl
import mmap
import os

from pennypress.lib.locks import flocked

# Words of the shared page: how many transactions have been committed, how many of them are known to be on the disk,
# and whether a flush has failed.
COMMITTED, FLUSHED, BROKEN = 0, 1, 2
PAGE = mmap.PAGESIZE


class WritesStopped(OSError):
    """A flush failed: what the disk holds is unknown, so nothing is written until the site is started again."""


class Writes:
    """One connection's place among the writers of a database file, in all threads and processes of this machine.

    Beside the database lie `-turn` (the lock) and `-flush` (a lock and the shared page).
    """

    def __init__(self, database: str) -> None:
        self.log = database + "-wal"
        self.turn = os.open(database + "-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.flushing = os.open(database + "-flush", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.fstat(self.flushing).st_size < PAGE:
            os.ftruncate(self.flushing, PAGE)
        self.page = mmap.mmap(self.flushing, PAGE)
        self.words = memoryview(self.page).cast("Q")
        # The page may be one of before a power cut; a flush too many harms nobody.
        self.words[FLUSHED] = 0
        self.log_file: int | None = None
        self.holds_turn = False

    def take_turn(self) -> None:
        """Wait until no other connection writes. Raises WritesStopped."""
        if self.words[BROKEN]:
            raise WritesStopped("An earlier write could not be brought to the disk; no more are taken.")
        fcntl.flock(self.turn, fcntl.LOCK_EX)
        self.holds_turn = True

    def end_turn(self) -> None:
        if self.holds_turn:
            self.holds_turn = False
            fcntl.flock(self.turn, fcntl.LOCK_UN)

    def committed(self) -> int:
        """Number this commit. To be called while the turn is still held, so that numbers follow the log."""
        self.words[COMMITTED] += 1
        return self.words[COMMITTED]

    def flush(self, commit: int) -> None:
        """Return when the commit of this number is on the disk. Raises WritesStopped, once and for all."""
        with flocked(self.flushing):
            if self.words[BROKEN]:
                raise WritesStopped("An earlier write could not be brought to the disk; no more are taken.")
            if self.words[FLUSHED] >= commit:
                return
            everybody = self.words[COMMITTED]
            try:
                os.fdatasync(self._log_file())
            except OSError as error:
                # The kernel may have dropped what it could not write and report success next time: never try again.
                self.words[BROKEN] = 1
                raise WritesStopped(f"The log could not be brought to the disk ({error.strerror}).") from error
            self.words[FLUSHED] = everybody

    def _log_file(self) -> int:
        """The log as it is now: SQLite deletes it with its last connection and makes a new one."""
        there = os.stat(self.log)
        if self.log_file is not None:
            ours = os.fstat(self.log_file)
            if (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino):
                return self.log_file
            os.close(self.log_file)
            self.log_file = None
        # Not the database file itself: closing that would drop the locks SQLite holds on it in this process.
        self.log_file = os.open(self.log, os.O_RDONLY | os.O_CLOEXEC)
        sync_folder(os.path.dirname(self.log))
        return self.log_file

    def close(self) -> None:
        self.end_turn()
        self.words.release()
        self.page.close()
        for file in (self.turn, self.flushing, self.log_file):
            if file is not None:
                os.close(file)
        self.log_file = None


def begin_anew(database: str) -> None:
    """Take writes again after a failed flush. Only while no other program uses the database: `serve` calls it first."""
    try:
        os.unlink(database + "-flush")
    except FileNotFoundError:
        pass


def sync_folder(path: str) -> None:
    """Bring a new file's name to the disk."""
    folder = os.open(path or ".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
