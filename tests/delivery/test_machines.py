"""Two machines with one PostgreSQL: each with its own clock and its own kept pages, and a listener between them."""

import threading
import time

import pytest
from django.db import connection, transaction

from pennypress.delivery import machines
from pennypress.delivery.models import Machine, Seen
from pennypress.delivery.ready import changed, showing
from pennypress.delivery.ready.changes import Changes, slot_of

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="several machines share a PostgreSQL"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


class Neighbour:
    """Another machine: its clock, and its listener in a thread with its own connection."""

    def __init__(self, folder):
        self.clock = Changes(folder)
        self.stop = threading.Event()
        self.listener = machines.Listener(self.clock)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        wait_until(lambda: self.clock.is_held)

    def run(self):
        try:
            self.listener.run(self.stop)
        finally:
            connection.close()

    def leave(self):
        self.stop.set()
        self.thread.join()


def wait_until(condition, seconds=10):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def ours(settings, tmp_path, monkeypatch):
    """This machine, which writes."""
    settings.DATA = tmp_path / "ours"
    settings.PENNYPRESS_SEVERAL_MACHINES = True
    monkeypatch.setattr(showing, "_followers", [])
    showing._clocks.clear()
    machines.connect()
    machines._mine.committed = False
    yield showing.shared_clock()
    showing._clocks.clear()


@pytest.fixture
def neighbours(ours, tmp_path):
    here = [Neighbour(tmp_path / name) for name in ("second", "third")]
    yield here
    for neighbour in here:
        neighbour.leave()


def test_every_machine_has_counted_a_change_before_its_writer_is_answered(neighbours):
    slot = slot_of("thread:1")
    for _ in range(20):
        numbers = [neighbour.clock.now for neighbour in neighbours]
        with transaction.atomic():
            changed("thread:1")
        assert machines.has_committed()
        machines.wait_for_others()
        for neighbour, number in zip(neighbours, numbers, strict=True):
            assert not neighbour.clock.unchanged([slot], number)
    assert not machines.has_committed() and not Seen.objects.exists()


def test_what_is_rolled_back_is_told_to_nobody(neighbours):
    numbers = [neighbour.clock.now for neighbour in neighbours]
    with pytest.raises(KeyError), transaction.atomic():
        changed("thread:1")
        raise KeyError
    assert not machines.has_committed()
    machines.wait_for_others()
    assert [neighbour.clock.now for neighbour in neighbours] == numbers


def test_a_machine_that_falls_silent_serves_nothing_it_kept_and_is_waited_for_only_so_long(
    neighbours, monkeypatch, ours
):
    silent = neighbours[0]
    monkeypatch.setattr(silent.listener, "renew", lambda: None)
    monkeypatch.setattr(silent.listener, "answer", lambda asks: None)
    with transaction.atomic():
        changed("meter")
    machines.wait_for_others()
    # The writer was answered, so the silent one must have ceased to serve from what it kept.
    assert not silent.clock.is_held
    assert neighbours[1].clock.is_held and ours.is_held


def test_a_machine_that_comes_back_believes_nothing_it_kept(neighbours, tmp_path):
    epoch = neighbours[0].clock.epoch
    neighbours[0].leave()
    assert not neighbours[0].clock.is_held
    assert Machine.objects.count() == 1
    back = Neighbour(tmp_path / "second")
    try:
        assert back.clock.epoch != epoch and back.clock.is_held
    finally:
        back.leave()


def test_a_change_of_many_tags_is_told_whole(neighbours):
    tags = [f"thread:{number}" for number in range(2000)]
    number = neighbours[0].clock.now
    with transaction.atomic():
        changed(*tags)
    machines.wait_for_others()
    assert all(not neighbours[0].clock.unchanged([slot_of(tag)], number) for tag in tags)
