"""The clock of changes: one number that grows with every change, and for each tag the number of its last change.

It lies in a file that all processes of this machine map into their memory, so that asking whether a page is still what
would be rendered now costs a few reads of memory and no message. A page that was begun to be rendered at number N is
current as long as none of its tags has changed after N.

A writer marks its tags before it commits (`intend`) and counts the change after (`count`), before its own answer goes
out. Should it be killed between the two, whoever finds it gone counts its change for it (`sweep`).
"""

import mmap
import os
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pennypress.lib.locks import flocked

# Tags share slots when their hashes meet; that makes a page anew too often, never too seldom.
SLOTS = 1 << 16
# The number of the last change, and a random number that is another one when nothing kept before may be believed.
NUMBER, EPOCH, BOOT = 0, 1, 2
# With several machines: until when pages kept here may be served (nanoseconds of the monotonic clock; 0 where there is one
# machine, and no end), and what this machine is called among them.
LEASE, MACHINE = 3, 4
HEAD_WORDS = 512
# One record a process: its id, when it started, and the slots it has meant to change of late. More than its threads can
# have open at once.
PROCESSES, RECORD_WORDS = 256, 64
RECENT = RECORD_WORDS - 2
FIRST_SLOT = HEAD_WORDS + PROCESSES * RECORD_WORDS
WORDS = FIRST_SLOT + SLOTS


class Changes:
    """This process's view of the clock in `folder`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.file = os.open(folder / "changes", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.thread_lock = threading.Lock()
        self.process = self.record = self.recent = 0
        with flocked(self.file):
            if os.fstat(self.file).st_size < WORDS * 8:
                os.ftruncate(self.file, WORDS * 8)
            self.words: Any = memoryview(mmap.mmap(self.file, WORDS * 8)).cast("Q")
            boot = boot_number()
            if self.words[BOOT] != boot:
                # After a power cut neither this file nor the pages on the disk need be what they were.
                self.words[BOOT] = boot
                # The monotonic clock began again.
                self.words[LEASE] = min(self.words[LEASE], 1)
                self._begin_epoch()
            self._sweep()

    @property
    def now(self) -> int:
        return self.words[NUMBER]

    @property
    def epoch(self) -> int:
        return self.words[EPOCH]

    @property
    def machine(self) -> int:
        return self.words[MACHINE]

    @machine.setter
    def machine(self, number: int) -> None:
        self.words[MACHINE] = number

    def hold_until(self, moment: int) -> None:
        """What is kept here may be served until then, in nanoseconds of the monotonic clock."""
        self.words[LEASE] = moment

    def let_go(self) -> None:
        """What is kept here may not be served before `hold_until` says so again."""
        self.words[LEASE] = 1

    def be_alone(self) -> None:
        """There is no other machine: what is kept here may be served for ever."""
        self.words[LEASE] = 0

    @property
    def is_held(self) -> bool:
        lease = self.words[LEASE]
        return not lease or time.monotonic_ns() < lease

    def begin_epoch(self) -> None:
        """Believe nothing that was kept before."""
        with self._locked():
            self._begin_epoch()

    def intend(self, slots: Iterable[int]) -> None:
        """Note what this process is about to change, for the case that it does not live to count it."""
        with self.thread_lock:
            if self.process != os.getpid():
                with flocked(self.file):
                    self._claim_record()
            for slot in slots:
                self.words[self.record + 2 + self.recent % RECENT] = slot
                self.recent += 1

    def count(self, slots: Iterable[int]) -> None:
        """The change is committed: from now on no page that showed it before is current."""
        with self._locked():
            self._count(slots)

    def leave(self) -> None:
        """This process ends, and has counted all that it changed: nobody needs to count it again."""
        with self._locked():
            if self.process == os.getpid():
                self._forget(self.record)
                self.process = 0

    def unchanged(self, slots: Iterable[int], since: int) -> bool:
        words = self.words
        return all(words[slot] <= since for slot in slots)

    def sweep(self) -> int:
        """Count the changes of processes that are gone. Returns how many processes these were."""
        with self._locked():
            return self._sweep()

    def _count(self, slots: Iterable[int]) -> None:
        number = self.words[NUMBER] + 1
        for slot in slots:
            self.words[slot] = number
        self.words[NUMBER] = number

    def _begin_epoch(self) -> None:
        self.words[EPOCH] = secrets.randbits(63) | 1

    def _claim_record(self) -> None:
        self._sweep()
        ours = os.getpid()
        free = [record for record in records() if self.words[record] in (0, ours)]
        if not free:
            raise RuntimeError(f"More than {PROCESSES} processes write to one site.")
        self.record = next((record for record in free if self.words[record] == ours), free[0])
        self.words[self.record + 1] = started_at(ours)
        self.words[self.record] = self.process = ours

    def _sweep(self) -> int:
        gone = [r for r in records() if self.words[r] and started_at(self.words[r]) != self.words[r + 1]]
        for record in gone:
            self._count({slot for slot in self.words[record + 2 : record + RECORD_WORDS] if slot})
            self._forget(record)
        return len(gone)

    def _forget(self, record: int) -> None:
        for word in range(record, record + RECORD_WORDS):
            self.words[word] = 0

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self.thread_lock, flocked(self.file):
            yield


def slot_of(tag: str) -> int:
    """Where the tag's last change is written."""
    return FIRST_SLOT + int.from_bytes(blake2b(tag.encode(), digest_size=4).digest()) % SLOTS


def records() -> range:
    return range(HEAD_WORDS, FIRST_SLOT, RECORD_WORDS)


def started_at(process: int) -> int:
    """When the process started, in the kernel's ticks, so that its number used again is not taken for it; 0 if gone."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return _alive(process)
    # A zombie writes nothing any more.
    return 0 if fields[0] in (b"Z", b"X") else int(fields[19])


def _alive(process: int) -> int:
    """Where the kernel has no /proc: 1 for a process that is there."""
    if os.path.exists("/proc/self/stat"):
        return 0
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return 0
    except PermissionError:
        pass
    return 1


def boot_number() -> int:
    """A number that is another one after each start of the machine."""
    try:
        text = Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        return secrets.randbits(63)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
