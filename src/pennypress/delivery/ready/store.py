"""Where ready pages are kept: in this process's memory, and on the disk for all processes and for the next start."""

import os
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from pennypress.delivery.ready.changes import Changes
from pennypress.delivery.ready.pages import Page
from pennypress.lib.locks import flocked

# Pages asked for once share this part of the memory, so that somebody who walks all pages pushes out no loved one.
NEWCOMERS = 0.25


class Memory:
    """The pages lately asked for, within `bound` bytes. A page asked for again moves in with those that stay."""

    def __init__(self, bound: int) -> None:
        self.bound = bound
        self.newcomers: OrderedDict[str, Page] = OrderedDict()
        self.settled: OrderedDict[str, Page] = OrderedDict()
        self.size = self.newcomers_size = 0

    def get(self, key: str) -> Page | None:
        page = self.settled.get(key)
        if page is not None:
            self.settled.move_to_end(key)
            return page
        page = self.newcomers.pop(key, None)
        if page is not None:
            self.newcomers_size -= page.size
            self.settled[key] = page
        return page

    def put(self, key: str, page: Page) -> None:
        old = self.settled.get(key)
        if old is not None:
            self.settled[key] = page
            self.settled.move_to_end(key)
            self.size += page.size - old.size
        else:
            self._forget_newcomer(key)
            self.newcomers[key] = page
            self.size += page.size
            self.newcomers_size += page.size
        self._shrink()

    def forget(self, key: str) -> None:
        self._forget_newcomer(key)
        page = self.settled.pop(key, None)
        if page is not None:
            self.size -= page.size

    def _forget_newcomer(self, key: str) -> None:
        page = self.newcomers.pop(key, None)
        if page is not None:
            self.size -= page.size
            self.newcomers_size -= page.size

    def _shrink(self) -> None:
        while self.size > self.bound and (self.newcomers or self.settled):
            if self.newcomers_size > self.bound * NEWCOMERS or not self.settled:
                _key, page = self.newcomers.popitem(last=False)
                self.newcomers_size -= page.size
            else:
                _key, page = self.settled.popitem(last=False)
            self.size -= page.size


class Disk:
    """One file a page, named by the hash of its key, written beside and renamed, so that nobody reads half of one."""

    def __init__(self, folder: Path, clock: Changes) -> None:
        self.folder = folder / "pages"
        self.locks = folder / "locks"
        self.clock = clock
        for path in (self.folder, self.locks):
            path.mkdir(parents=True, exist_ok=True)

    def get(self, key: str) -> Page | None:
        """The page as it was last kept, whether it is current or not."""
        try:
            data = self._file(key).read_bytes()
        except FileNotFoundError:
            return None
        return Page.from_bytes(data, self.clock.epoch)

    def put(self, key: str, page: Page) -> None:
        file = self._file(key)
        part = file.with_suffix(f".{os.getpid()}")
        try:
            file.parent.mkdir(exist_ok=True)
            part.write_bytes(page.as_bytes(self.clock.epoch))
            part.rename(file)
        except OSError:
            # A full disk: the page is served from memory, and made anew by whoever else is asked for it.
            part.unlink(missing_ok=True)
            file.unlink(missing_ok=True)

    @contextmanager
    def locked(self, key: str) -> Iterator[None]:
        """Let one process at a time make this page (and the few others that share its lock)."""
        try:
            file = os.open(self.locks / _name(key)[:2], os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            # A full disk: two processes may then render the same page, which harms nobody.
            yield
            return
        try:
            with flocked(file):
                yield
        finally:
            os.close(file)

    def _file(self, key: str) -> Path:
        name = _name(key)
        return self.folder / name[:2] / name[2:]


def _name(key: str) -> str:
    return blake2b(key.encode(), digest_size=16).hexdigest()


def shrink_disk(folder: Path, bound: int, *, older_than: float = 3600.0) -> int:
    """Delete the files longest unchanged until the rest holds less than `bound` bytes. Returns how many were deleted.

    What is younger than `older_than` seconds stays, so that no file is taken from under its writer.
    """
    found = [(stat.st_mtime, stat.st_size, path) for path in (folder / "pages").glob("*/*") if (stat := _stat(path))]
    excess = sum(size for _time, size, _path in found) - bound
    deleted = 0
    for changed_at, size, path in sorted(found):
        if excess <= 0 or changed_at > time.time() - older_than:
            break
        path.unlink(missing_ok=True)
        excess -= size
        deleted += 1
    return deleted


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
