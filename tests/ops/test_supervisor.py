"""The supervisor ends when it is asked to, whenever that is."""

import signal
import sys

import pytest

from pennypress.ops import supervisor
from pennypress.ops.data import DataDirectory


@pytest.fixture
def handled():
    """The supervisor's own handlers, for the time of a test."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, supervisor.stop_on_signal) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


class LeavesWithASignal:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)


class Rounds:
    """A part that counts how often it was looked after, and loses patience."""

    def __init__(self):
        self.number = 0

    def keep_running(self):
        self.number += 1
        assert self.number < 5, "the supervisor goes on"


def test_a_signal_that_comes_where_python_raises_nothing_is_heard_all_the_same(handled, monkeypatch, tmp_path):
    swallowed = []
    monkeypatch.setattr(sys, "unraisablehook", lambda found: swallowed.append(found.exc_type))
    LeavesWithASignal()
    assert swallowed == [supervisor.Stopped]
    part = Rounds()
    with pytest.raises(supervisor.Stopped):
        supervisor.run_until_stopped(DataDirectory(tmp_path), [part], "http://127.0.0.1:9")
    assert part.number == 0


def test_a_signal_is_nothing_that_a_library_goes_on_after(handled):
    with pytest.raises(supervisor.Stopped):
        try:
            signal.raise_signal(signal.SIGINT)
        except Exception:
            pytest.fail("it was taken for a fault")
