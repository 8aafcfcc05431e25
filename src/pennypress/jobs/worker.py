"""The worker: takes a job at a time, or several that fold, renews the lease while it runs, and ends in order when asked."""

import logging
import threading
import time
import traceback
from typing import Any
from uuid import UUID

from django.db import close_old_connections, connection
from django.utils.module_loading import import_string

from pennypress.jobs import actions
from pennypress.jobs.folding import TOGETHER, is_folded
from pennypress.jobs.models import Job
from pennypress.lib.ids import uuid7
from pennypress.newsroom.actions import entered
from pennypress.newsroom.queries import load_newsroom

logger = logging.getLogger(__name__)

# How soon a new job is seen: one cheap indexed read each time.
POLL_SECONDS = 0.25
SCHEDULE_SECONDS = 5.0


def run(stop: threading.Event) -> None:
    """Work until `stop` is set. The job at hand is finished first; the supervisor cuts a worker that takes too long,
    and its lease then runs out."""
    worker = uuid7()
    schedule_at = 0.0
    while not stop.is_set():
        # By the clock, not by idle turns: a long queue must not hold the schedule up.
        if time.monotonic() >= schedule_at:
            actions.enqueue_due()
            schedule_at = time.monotonic() + SCHEDULE_SECONDS
        jobs = actions.take_jobs(worker)
        if jobs:
            work(jobs, worker)
            if is_folded(jobs[0].task) and len(jobs) < TOGETHER:
                # In a burst the next ones come one by one; a moment later they are taken together.
                stop.wait(POLL_SECONDS)
            continue
        stop.wait(POLL_SECONDS)
        close_old_connections()


def work_off(worker: UUID | None = None, limit: int = 1000) -> int:
    """Do what is due now and return how many jobs that was. For commands and tests."""
    worker = worker or uuid7()
    done = 0
    while done < limit and (jobs := actions.take_jobs(worker)):
        work(jobs, worker)
        done += len(jobs)
    return done


def work(jobs: list[Job], worker: UUID) -> None:
    """Run leased jobs, several of a folding task as one, and settle them."""
    numbers, first = [job.id for job in jobs], jobs[0]
    try:
        with Heartbeat(numbers, worker), entered(load_newsroom()):
            task: Any = import_string(first.task)
            task.call(*(argument for job in jobs for argument in job.args), **first.kwargs)
    except Exception as error:  # whatever a task raises, the job table must hear of it
        where = "".join(traceback.format_tb(error.__traceback__)[-3:])
        # The message may quote what a person wrote; its kind and its place do not.
        for job in jobs:
            actions.fail(job, worker, f"{type(error).__module__}.{type(error).__qualname__}\n{where}")
            logger.warning("Job %s (%s) failed at attempt %s: %s", job.id, job.task, job.attempts, type(error).__name__)
    else:
        actions.finish(numbers, worker)


class Heartbeat:
    """Renews the leases from a thread of its own while the jobs run."""

    def __init__(self, job_ids: list[UUID], worker: UUID) -> None:
        self.job_ids, self.worker = job_ids, worker
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *exc: object) -> None:
        self.over.set()
        self.thread.join()

    def _beat(self) -> None:
        try:
            while not self.over.wait(actions.LEASE.total_seconds() / 3):
                actions.renew_leases(self.job_ids, self.worker)
        finally:
            # The thread's own connection; the main thread keeps its.
            connection.close()
