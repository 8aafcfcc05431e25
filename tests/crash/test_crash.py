"""The short form of bin/crash, for every run of the tests; the long form is `bin/crash` itself."""

import os
import random
import shutil

import pytest

from tests.crash import drills
from tests.crash.site import CrashSite
from tests.postgresql import Cluster, installed

pytestmark = pytest.mark.skipif(
    "postgresql" in os.environ.get("PENNYPRESS_DATABASE_URL", ""),
    reason="the crash harness makes SQLite sites of its own",
)
needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc to build the shim with")


@pytest.fixture(scope="module")
def seed():
    chosen = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(10**6))
    print(f"\nTo repeat: CRASH_SEED={chosen} .venv/bin/pytest tests/crash")
    return chosen


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    site = CrashSite(tmp_path_factory.mktemp("made") / "data")
    site.make()
    return site


@pytest.fixture
def site(made, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(made.data, data)
    site = CrashSite(data)
    yield site
    if site.process is not None:
        site.kill_everything()


def test_nothing_is_lost_when_processes_are_killed(site, seed):
    seen = drills.drill_kills(site, seed, rounds=2)
    assert (seen.lost, seen.wrong) == (0, []) and seen.told > 20 and seen.kills > 4


@pytest.mark.skipif(installed() is None, reason="PostgreSQL is not here")
def test_nothing_is_lost_on_postgresql_when_it_is_killed_with_the_rest(tmp_path, seed):
    cluster = Cluster(installed(), safe=True)
    cluster.start()
    site = CrashSite(tmp_path / "data", cluster=cluster)
    try:
        site.make()
        seen = drills.drill_kills(site, seed, rounds=1)
    finally:
        if site.process is not None:
            site.kill_everything()
        cluster.remove()
    assert (seen.lost, seen.wrong) == (0, []) and seen.told > 20 and seen.kills > 2


@needs_gcc
def test_nothing_is_lost_when_the_power_is_cut_and_the_drill_would_see_it(site, tmp_path, seed):
    recorded = drills.drill_power(site, tmp_path, seed, seconds=3)
    seen = drills.cut_power(tmp_path, *recorded, seed=seed, images=90)
    assert (seen.lost, seen.wrong) == (0, []) and seen.told > 20 and seen.images >= 60
    # Without its flushes the log may lose what was acknowledged, and the drill must say so; never more than that.
    unflushed = drills.cut_power(tmp_path, *recorded, seed=seed, images=60, pretend=True)
    assert unflushed.lost > 0 and unflushed.wrong == []


@needs_gcc
def test_after_a_failed_flush_nothing_more_is_acknowledged(site, tmp_path, seed):
    seen = drills.drill_failing_flushes(site, tmp_path, seed)
    assert (seen.lost, seen.wrong) == (0, []) and seen.told > 10


@needs_gcc
def test_a_database_that_cannot_be_read_is_no_yes(site, tmp_path):
    seen = drills.drill_failing_reads(site, tmp_path)
    assert (seen.lost, seen.wrong) == (0, []) and seen.refused > 0
