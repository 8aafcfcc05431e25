"""`pennypress doctor`: looks whether what the site needs is in order, and says so in sentences."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass

from pennypress.ops.data import DataDirectory, Unusable

# Enough for the log, a backup and some pictures; below it writes will soon fail.
LEAST_FREE_BYTES = 500_000_000


@dataclass(frozen=True)
class Finding:
    name: str
    good: bool
    sentence: str


def report(data: DataDirectory, *, as_json: bool) -> int:
    """Print the findings; exit status 1 when one is bad."""
    try:
        data.make_usable()
    except Unusable as error:
        findings = [Finding("data directory", False, str(error))]
    else:
        import django

        django.setup()
        findings = [check(data) for check in CHECKS]
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.good else 'BAD '} {finding.name}: {finding.sentence}")
    return 0 if all(finding.good for finding in findings) else 1


def free_space(data: DataDirectory) -> Finding:
    free = shutil.disk_usage(data.path).free
    return Finding("disk", free >= LEAST_FREE_BYTES, f"{free // 1_000_000:,} MB are free")


def database(data: DataDirectory) -> Finding:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    version = connection.get_database_version()
    shown = f"{connection.vendor} {'.'.join(str(part) for part in version)}"
    sentence = f"{shown}; {len(missing)} migrations are missing" if missing else f"{shown}; its tables are up to date"
    return Finding("database", not missing, sentence)


def ledger(data: DataDirectory) -> Finding:
    from pennypress.funding.audit import audit
    from pennypress.newsroom.actions import entered
    from pennypress.newsroom.queries import load_newsroom

    with entered(load_newsroom()):
        faults = audit()
    return Finding("ledger", not faults, " ".join(faults) or "the books balance and agree with the meter")


def jobs(data: DataDirectory) -> Finding:
    from pennypress.jobs.models import Job, JobState

    dead = Job.objects.filter(state=JobState.DEAD).count()
    return Finding(
        "jobs",
        not dead,
        f"{dead} jobs were given up; `pennypress manage retry_jobs` starts them again"
        if dead
        else "none were given up",
    )


def payments(data: DataDirectory) -> Finding:
    from pennypress.funding.health import payment_problems

    problems = payment_problems()
    return Finding("payments", not problems, " ".join(problems) or "what is set up for payments is in order")


CHECKS: list[Callable[[DataDirectory], Finding]] = [free_space, database, ledger, jobs, payments]
