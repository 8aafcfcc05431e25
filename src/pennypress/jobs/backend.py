"""The job table as a backend of Django's Tasks API, and of the backport that Wagtail still uses for its own tasks."""

from typing import Any

from django.tasks.backends.base import BaseTaskBackend
from django.tasks.base import TaskResult, TaskResultStatus
from django.utils import timezone

from pennypress.jobs.actions import enqueue_once


class JobBackend(BaseTaskBackend):
    """Writes a job row in the transaction of the caller; `pennypress.jobs.worker` runs it.

    Both frameworks read the same TASKS setting and make their own instance of this class. They ask nothing of it
    but `task_class`, `validate_task` and `enqueue`, so the backport's decorator makes Django's own tasks here.
    """

    supports_defer = True
    supports_async_task = False
    supports_get_result = False
    supports_priority = True

    def __init__(self, alias: str, params: dict[str, Any]) -> None:
        super().__init__(alias, params)
        self.queues = set()  # any queue name is accepted; there is one queue

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        self.validate_task(task)
        job_id = enqueue_once(task, key=None, args=args, kwargs=kwargs)
        assert job_id is not None  # without a key a job is always written
        return TaskResult(
            task=task,
            id=str(job_id),
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=list(args),
            kwargs=kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
