"""Writes of the job table. What enqueues runs inside the caller's transaction; what takes and settles owns one."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from pennypress.jobs.models import Job, JobState, ScheduledRun
from pennypress.jobs.schedule import recurring
from pennypress.lib.ids import uuid7
from pennypress.lib.prepared import NewRows

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


def take_job(worker: UUID) -> Job | None:
    """Lease the most urgent due job to this worker, or None. A job whose lease ran out is due again."""
    now = timezone.now()
    due = Job.objects.filter(
        Q(state=JobState.WAITING, run_after__lte=now) | Q(state=JobState.RUNNING, leased_until__lt=now)
    ).order_by("-priority", "run_after", "id")
    if not due.exists():
        # The usual case costs one read and no write lock.
        return None
    with transaction.atomic():
        job = due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked).first()
        if job is None:
            return None
        if job.attempts >= MAX_ATTEMPTS:
            # Each attempt took its worker down with it; left alone it would do so for ever.
            Job.objects.filter(pk=job.pk).update(
                state=JobState.DEAD, error="Its worker ended at every attempt.", finished_at=now, leased_until=None
            )
            return None
        job.state = JobState.RUNNING
        job.leased_by, job.leased_until = worker, now + LEASE
        job.attempts += 1
        job.save(update_fields=["state", "leased_by", "leased_until", "attempts"])
    return job


def renew_lease(job_id: UUID, worker: UUID) -> bool:
    """Keep the job for another LEASE. False when it is no longer this worker's."""
    return bool(_held(job_id, worker).update(leased_until=timezone.now() + LEASE))


def finish(job_id: UUID, worker: UUID) -> bool:
    """Mark the job done. False when its lease went to another worker meanwhile."""
    return bool(
        _held(job_id, worker).update(state=JobState.DONE, finished_at=timezone.now(), leased_until=None, error="")
    )


def fail(job: Job, worker: UUID, error: str) -> None:
    """Put the job back with a growing pause, or give it up after MAX_ATTEMPTS."""
    now = timezone.now()
    if job.attempts >= MAX_ATTEMPTS:
        _held(job.id, worker).update(state=JobState.DEAD, error=error, finished_at=now, leased_until=None)
        return
    pause = min(timedelta(seconds=2**job.attempts), LONGEST_PAUSE)
    _held(job.id, worker).update(
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


def _held(job_id: UUID, worker: UUID) -> Any:
    return Job.objects.filter(pk=job_id, state=JobState.RUNNING, leased_by=worker)
