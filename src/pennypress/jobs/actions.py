"""Writes of the job table. What enqueues runs inside the caller's transaction; what takes and settles owns one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, F, Q, QuerySet, UUIDField
from django.utils import timezone

from pennypress.jobs.folding import TOGETHER, is_folded
from pennypress.jobs.models import Job, JobState, ScheduledRun
from pennypress.jobs.schedule import recurring
from pennypress.lib.ids import uuid7
from pennypress.lib.prepared import Given, NewRows, Prepared, PreparedUpdate

# A killed worker's job is free again after this long; the worker renews the lease while it works.
LEASE = timedelta(seconds=30)
# Pauses of 2, 4, 8 … seconds, an hour at most; ten attempts span a bit more than a quarter of an hour.
MAX_ATTEMPTS = 10
LONGEST_PAUSE = timedelta(hours=1)
# Finished jobs are kept this long for the operator to look at.
KEEP_DONE = timedelta(days=2)


def enqueue_once(
    task: Any,
    *,
    key: str | None,
    run_after: datetime | None = None,
    args: tuple[Any, ...] = (),
    kwargs: dict[str, Any] | None = None,
) -> UUID | None:
    """Write the job in the caller's transaction and return its number; None when one of this key was written before."""
    job = {
        "id": uuid7(),
        "key": key,
        "task": task.module_path,
        "args": list(args),
        "kwargs": kwargs or {},
        "priority": task.priority,
        "run_after": run_after or task.run_after or timezone.now(),
    }
    return job["id"] if NewRows(Job, job, on_conflict="(key) DO NOTHING").write() else None


def take_jobs(worker: UUID) -> list[Job]:
    """Lease the most urgent due job to this worker, and with one of a folding task those of the same that are due besides.

    A job whose lease ran out is due again, and the first. It is taken alone, as is one that failed: what takes a worker down
    takes nothing else with it.
    """
    now = timezone.now()
    # The usual case costs two reads and no write lock.
    due = _lapsed(now=now) or _waiting(now=now)
    if not due:
        return []
    first = due[0]
    if first.attempts >= MAX_ATTEMPTS:
        # Each attempt took its worker down with it; left alone it would do so for ever.
        lapsed = Job.objects.filter(pk=first.pk, state=JobState.RUNNING, leased_until__lt=now)
        lapsed.update(
            state=JobState.DEAD, error="Its worker ended at every attempt.", finished_at=now, leased_until=None
        )
        return []
    jobs = [first]
    if is_folded(first.task) and not first.attempts:
        jobs = [job for job in due if job.task == first.task and not job.attempts]
    return _lease(jobs, worker, now)


def _lease(jobs: list[Job], worker: UUID, now: datetime) -> list[Job]:
    """Those of the jobs that are due still, now this worker's."""
    until = now + LEASE
    numbers = {f"job{n}": job.pk for n, job in enumerate(jobs)}
    # Where workers work side by side (PostgreSQL) none waits for a job that another is taking.
    with transaction.atomic():
        taken = _leasing(len(jobs))(now=now, worker=worker, until=until, **numbers)
    if taken < len(jobs):
        held = _held([job.pk for job in jobs], worker).filter(leased_until=until)
        ours = set(held.values_list("pk", flat=True))
        jobs = [job for job in jobs if job.pk in ours]
    for job in jobs:
        job.state, job.leased_by, job.leased_until = JobState.RUNNING, worker, until
        job.attempts += 1
    return jobs


_NOW = Given("now", DateTimeField())
_IS_WAITING, _HAS_LAPSED = (
    Q(state=JobState.WAITING, run_after__lte=_NOW),
    Q(state=JobState.RUNNING, leased_until__lt=_NOW),
)
_waiting = Prepared(lambda: Job.objects.filter(_IS_WAITING).order_by("-priority", "run_after", "id")[:TOGETHER])
_lapsed = Prepared(lambda: Job.objects.filter(_HAS_LAPSED).order_by("-priority", "run_after", "id")[:1])


@cache
def _leasing(number: int) -> PreparedUpdate[Job]:
    these: list[Any] = [Given(f"job{n}", UUIDField()) for n in range(number)]
    due = Job.objects.filter(_IS_WAITING | _HAS_LAPSED, pk__in=these)
    changes = {
        "state": JobState.RUNNING,
        "leased_by": Given("worker", UUIDField()),
        "leased_until": Given("until", DateTimeField()),
        "attempts": F("attempts") + 1,
    }
    return PreparedUpdate(lambda: (Job.objects.filter(pk__in=due.select_for_update(skip_locked=True)), changes))


def renew_leases(job_ids: Sequence[UUID], worker: UUID) -> int:
    """Keep the jobs for another LEASE. Returns how many are still this worker's."""
    return _held(job_ids, worker).update(leased_until=timezone.now() + LEASE)


def finish(job_ids: Sequence[UUID], worker: UUID) -> int:
    """Mark the jobs done. Returns how many: not those whose lease went to another worker meanwhile."""
    numbers = {f"job{n}": job_id for n, job_id in enumerate(job_ids)}
    return _finishing(len(job_ids))(now=timezone.now(), worker=worker, **numbers)


@cache
def _finishing(number: int) -> PreparedUpdate[Job]:
    these: list[Any] = [Given(f"job{n}", UUIDField()) for n in range(number)]
    held = _held(these, Given("worker", UUIDField()))
    changes = {"state": JobState.DONE, "finished_at": _NOW, "leased_until": None, "error": ""}
    return PreparedUpdate(lambda: (held, changes))


def fail(job: Job, worker: UUID, error: str) -> None:
    """Put the job back with a growing pause, or give it up after MAX_ATTEMPTS."""
    now = timezone.now()
    if job.attempts >= MAX_ATTEMPTS:
        _held([job.id], worker).update(state=JobState.DEAD, error=error, finished_at=now, leased_until=None)
        return
    pause = min(timedelta(seconds=2**job.attempts), LONGEST_PAUSE)
    _held([job.id], worker).update(
        state=JobState.WAITING, error=error, run_after=now + pause, leased_by=None, leased_until=None
    )


def enqueue_due(now: datetime | None = None) -> int:
    """Enqueue every recurring task whose time has come, each exactly once. Returns how many.

    Times that passed while no worker ran are made up for by one run, not by many.
    """
    now = now or timezone.now()
    enqueued = 0
    for task, interval in recurring().items():
        path = task.module_path
        run, created = ScheduledRun.objects.get_or_create(task=path, defaults={"next_at": now})
        if run.next_at > now:
            continue
        with transaction.atomic():
            # Only one of several workers moves this very time on.
            if ScheduledRun.objects.filter(task=path, next_at=run.next_at).update(next_at=now + interval):
                enqueue_once(task, key=None)
                enqueued += 1
    return enqueued


def start_again() -> list[str]:
    """Give every job that was given up its attempts back, and return the names of their tasks."""
    with transaction.atomic():
        dead = list(Job.objects.select_for_update().filter(state=JobState.DEAD).order_by("id"))
        Job.objects.filter(pk__in=[job.pk for job in dead]).update(
            state=JobState.WAITING, attempts=0, run_after=timezone.now(), finished_at=None, leased_by=None
        )
    return [job.task for job in dead]


def forget_done() -> int:
    """Delete jobs that were done more than KEEP_DONE ago. Dead ones stay until somebody looks."""
    old = Job.objects.filter(state=JobState.DONE, finished_at__lt=timezone.now() - KEEP_DONE)
    return old.delete()[0]


def _held(job_ids: Sequence[Any], worker: Any) -> QuerySet[Job]:
    return Job.objects.filter(pk__in=job_ids, state=JobState.RUNNING, leased_by=worker)
