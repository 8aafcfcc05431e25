"""Several machines with one database: none shows an old page once the writer has been answered.

Each machine has its own clock of changes. A change is notified through PostgreSQL in its own transaction, so it reaches
every machine exactly when it is committed, and in the order of commits. Before a writer is answered, all machines that
live are asked whether they have come so far (`wait_for_others`). A machine serves kept pages only while it holds a lease in the
database; cut off from it, it asks Django for each page, and nobody waits for it any longer. See docs/decisions/0021.
"""

import json
import logging
import secrets
import threading
import time
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from pennypress.delivery.models import Machine
from pennypress.delivery.ready.changes import Changes, slot_of
from pennypress.delivery.ready.showing import follow, shared_clock

logger = logging.getLogger(__name__)

CHANNEL = "pennypress_changes"
# How long a machine that fell silent holds up the writers of the others, and serves what it has.
LEASE_SECONDS = 4.0
# A lease is believed a little shorter here than there, for two clocks need not run alike.
BELIEVED = 0.9
RENEW_SECONDS = 1.0
# A notice holds 8,000 bytes.
SLOTS_PER_NOTICE = 800
# An answer of the others usually takes a few milliseconds; the pauses between two looks grow up to a longer one.
FIRST_LOOK_SECONDS, LONGEST_LOOK_SECONDS = 0.001, 0.05
# Machines that are gone, and answers nobody waits for any more.
FORGET_SECONDS = 60

_mine = threading.local()

SILENT = """
    SELECT count(*) FROM delivery_machine machine
    WHERE number <> %s AND alive_until > clock_timestamp()
    AND NOT EXISTS (SELECT 1 FROM delivery_seen WHERE ask = %s AND machine_id = machine.number)
"""
RENEW = """
    INSERT INTO delivery_machine (number, alive_until) VALUES (%s, clock_timestamp() + make_interval(secs => %s))
    ON CONFLICT (number) DO UPDATE SET alive_until = excluded.alive_until
"""

FORGET = (
    "DELETE FROM delivery_machine WHERE alive_until < clock_timestamp() - make_interval(secs => %s)",
    "DELETE FROM delivery_seen WHERE at < clock_timestamp() - make_interval(secs => %s)",
)


def connect() -> None:
    """Follow all changes, where the site has several machines."""
    if settings.PENNYPRESS_SEVERAL_MACHINES:
        follow(notify)


def notify(tags: tuple[str, ...]) -> None:
    """Tell the other machines, when the transaction at hand is committed, what it has changed."""
    sender = shared_clock().machine
    slots = sorted(map(slot_of, tags))
    with connection.cursor() as cursor:
        for start in range(0, len(slots), SLOTS_PER_NOTICE):
            notice = json.dumps({"from": sender, "slots": slots[start : start + SLOTS_PER_NOTICE]})
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, notice])
    transaction.on_commit(note_commit)


def note_commit() -> None:
    """This thread has committed something the others have to know before it is answered."""
    _mine.committed = True


def has_committed() -> bool:
    return getattr(_mine, "committed", False)


def wait_for_others() -> None:
    """Return when every machine that lives knows what was committed before: at the latest when a silent one's lease is over."""
    _mine.committed = False
    ask, pause = secrets.randbits(62), FIRST_LOOK_SECONDS
    ends_at = time.monotonic() + LEASE_SECONDS * 1.5
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps({"ask": ask})])
        while True:
            cursor.execute(SILENT, [shared_clock().machine, ask])
            if not cursor.fetchone()[0] or time.monotonic() > ends_at:
                break
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_LOOK_SECONDS)
        cursor.execute("DELETE FROM delivery_seen WHERE ask = %s", [ask])


class Listener:
    """This machine's ear: counts what other machines changed, answers who asks, and keeps the lease."""

    def __init__(self, clock: Changes) -> None:
        self.clock = clock

    def run(self, stop: threading.Event) -> None:
        """Listen until `stop` is set. Raises the database's error when it is lost; the lease then runs out by itself."""
        self.clock.let_go()
        # Autocommit: a notice is delivered between transactions only.
        connection.ensure_connection()
        wire: Any = connection.connection
        try:
            wire.execute(f"LISTEN {CHANNEL}")
            # What was changed while nobody listened here is unknown. From now on every commit is heard of.
            self.clock.begin_epoch()
            self.clock.machine = secrets.randbits(62) | 1
            while not stop.is_set():
                self.renew()
                self.hear(wire, RENEW_SECONDS)
        finally:
            self.clock.let_go()
        Machine.objects.filter(number=self.clock.machine).delete()

    def renew(self) -> None:
        began = time.monotonic_ns()
        with connection.cursor() as cursor:
            cursor.execute(RENEW, [self.clock.machine, LEASE_SECONDS])
            for statement in FORGET:
                cursor.execute(statement, [FORGET_SECONDS])
        self.clock.hold_until(began + int(LEASE_SECONDS * BELIEVED * 1e9))

    def hear(self, wire: Any, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            asks: list[int] = []
            for notice in wire.notifies(timeout=left, stop_after=1):
                self.take(json.loads(notice.payload), asks)
            self.answer(asks)

    def take(self, notice: dict[str, Any], asks: list[int]) -> None:
        if "ask" in notice:
            asks.append(notice["ask"])
        elif notice["from"] != self.clock.machine:
            self.clock.count(notice["slots"])

    def answer(self, asks: Iterable[int]) -> None:
        """Everything notified before the question has been counted: notices come in the order of commits."""
        for ask in asks:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO delivery_seen (ask, machine_id, at) VALUES (%s, %s, clock_timestamp())",
                    [ask, self.clock.machine],
                )


def listen(stop: threading.Event) -> None:
    """The listening part of `pennypress serve`."""
    Listener(shared_clock()).run(stop)
