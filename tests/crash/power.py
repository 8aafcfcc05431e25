"""Power cuts in simulation: the disk as it could have been left at any instant of what the shim wrote down."""

import random
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HEAD = struct.Struct("<IBBHQQ")
MAGIC = 0x50504352
WRITE, TRUNCATE, FLUSH_BEGINS, FLUSH_ENDS, UNLINK, TOLD = 1, 2, 3, 4, 5, 6
DATABASE, LOG = 1, 2
# What a disk writes whole, or not at all.
SECTOR = 512
KINDS = ("nothing unflushed", "half of the writes", "half of the sectors")


@dataclass
class File:
    """A file as it surely is on the disk, and the writes that need not have come there yet, in their order."""

    content: bytearray
    pending: list[tuple[int, int, bytes | None]] = field(default_factory=list)
    begun: dict[int, int] = field(default_factory=dict)

    def flush_begins(self, thread: int) -> None:
        self.begun[thread] = len(self.pending)

    def flush_ends(self, thread: int) -> None:
        covered = self.begun.pop(thread)
        for _op, offset, data in self.pending[:covered]:
            apply(self.content, offset, data)
        del self.pending[:covered]
        self.begun = {other: max(0, count - covered) for other, count in self.begun.items()}

    def after_a_cut(self, kind: str, chance: random.Random) -> bytearray:
        """One way the disk may hold the file: flushed writes surely, of the others what chance lets through."""
        image = bytearray(self.content)
        if kind == KINDS[0]:
            return image
        for _op, offset, data in self.pending:
            if kind == KINDS[1] or data is None:
                if chance.random() < 0.5:
                    apply(image, offset, data)
                continue
            start = 0
            while start < len(data):
                end = min(len(data), (offset + start) // SECTOR * SECTOR + SECTOR - offset)
                if chance.random() < 0.5:
                    apply(image, offset + start, data[start:end])
                start = end
        return image


def apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        if offset < len(content):
            del content[offset:]
        else:
            content.extend(bytes(offset - len(content)))
        return
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


@dataclass
class Instant:
    files: dict[int, File]
    told: int


def replay(record: Path, database: bytes, log: bytes, *, pretend: bool = False) -> Iterator[Instant]:
    """The site's disk after each step of the record. `pretend`: as if Pennypress never
    asked for a flush, which is SQLite's plain NORMAL."""
    files = {DATABASE: File(bytearray(database)), LOG: File(bytearray(log))}
    told = 0
    with record.open("rb") as steps:
        while head := steps.read(HEAD.size):
            magic, op, kind, thread, offset, length = HEAD.unpack(head)
            assert magic == MAGIC, "the record is torn"
            file = files.get(kind)
            if op == TOLD:
                told = offset
            elif op == WRITE and file:
                file.pending.append((op, offset, steps.read(length)))
            elif op == TRUNCATE and file:
                file.pending.append((op, offset, None))
            elif op == UNLINK and file:
                # SQLite deletes the log with its last connection, when all of it is in the database and on the disk.
                files[kind] = File(bytearray())
            elif not (pretend and kind == LOG and length) and file:
                if op == FLUSH_BEGINS:
                    file.flush_begins(thread)
                else:
                    file.flush_ends(thread)
            yield Instant(files, told)


def count_steps(record: Path) -> int:
    count = 0
    with record.open("rb") as steps:
        while head := steps.read(HEAD.size):
            _magic, op, _kind, _thread, _offset, length = HEAD.unpack(head)
            if op == WRITE:
                steps.seek(length, 1)
            count += 1
    return count


def tell(record: Path, number: int) -> None:
    """Write down among the steps that the client of fact `number` has had its answer."""
    with record.open("ab", buffering=0) as file:
        file.write(HEAD.pack(MAGIC, TOLD, 0, 0, number, 0))


def build_shim(folder: Path) -> Path:
    shim = folder / "shim.so"
    source = Path(__file__).with_name("shim.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", str(shim), str(source), "-ldl"], check=True)
    return shim
