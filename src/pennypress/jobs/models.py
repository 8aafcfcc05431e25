from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.lib.ids import uuid7


class JobState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    DEAD = "dead", _("given up")


class Job(models.Model):
    """Work to be done after the transaction it was written in. Taken with a lease, tried again with growing pauses."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    task = models.CharField(max_length=200, help_text="Dotted path of the task.")
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    key = models.CharField(max_length=200, null=True, unique=True, help_text="The same key is enqueued once.")
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=JobState, default=JobState.WAITING)
    run_after = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_by = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True, help_text="Where the last attempt failed; no data of persons.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-priority", "run_after"], name="job_due", condition=models.Q(state="waiting")),
            models.Index(fields=["leased_until"], name="job_lease", condition=models.Q(state="running")),
            models.Index(fields=["finished_at"], name="job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.task} ({self.state})"


class ScheduledRun(models.Model):
    """A recurring task's next time. Advancing it and enqueuing the job are one transaction: each time runs once."""

    task = models.CharField(max_length=200, primary_key=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.task
