"""A worker killed with SIGKILL in the middle of a job, for real: another one takes the job up."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from pennypress.jobs.actions import LEASE
from pennypress.ops.data import DataDirectory

ROOT = Path(__file__).parents[2]


def wait_for(condition, process, seconds=60):
    for _ in range(seconds * 20):
        if condition():
            return
        assert process.poll() is None, "the worker ended"
        time.sleep(0.05)
    raise AssertionError("it did not happen")


@pytest.fixture
def environment(tmp_path):
    data = tmp_path / "data"
    DataDirectory(data).make_usable()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PENNYPRESS_")}
    return kept | {
        "PENNYPRESS_DATA": str(data), "DJANGO_SETTINGS_MODULE": "pennypress.config.settings", "PYTHONPATH": str(ROOT)
    }  # fmt: skip


def test_a_job_survives_the_death_of_its_worker(environment, tmp_path):
    notes = tmp_path / "notes"
    notes.touch()
    program = (
        "import django; django.setup()\n"
        "from pennypress.ops import fresh; fresh.load_if_new()\n"
        f"from tests.jobs.slow import write_slowly; write_slowly.enqueue({str(notes)!r})"
    )
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    worker = [sys.executable, "-m", "pennypress.ops.cli", "manage", "runworker"]

    first = subprocess.Popen(worker, env=environment)
    wait_for(lambda: "begun" in notes.read_text(), first)
    first.send_signal(signal.SIGKILL)
    first.wait()
    # Half a minute passes: the lease the dead worker held runs out.
    assert LEASE < timedelta(minutes=1)
    with sqlite3.connect(Path(environment["PENNYPRESS_DATA"]) / "pennypress.sqlite3") as database:
        leased = database.execute("UPDATE jobs_job SET leased_until = '2020-01-01' WHERE state = 'running'").rowcount
    assert leased == 1

    second = subprocess.Popen(worker, env=environment)
    try:
        wait_for(lambda: "done" in notes.read_text(), second)
    finally:
        second.terminate()
        assert second.wait(15) == 0
    assert notes.read_text() == "begun\nbegun\ndone\n"
