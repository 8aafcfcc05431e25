from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from pennypress.jobs import actions
from pennypress.jobs.folding import folds
from pennypress.jobs.models import Job, JobState
from pennypress.jobs.schedule import recurring
from pennypress.jobs.worker import work_off
from pennypress.lib.ids import uuid7

pytestmark = pytest.mark.django_db
done = []
WORDS = "secret words of a person"


@task()
def note(what):
    done.append(what)


@folds
@task()
def gather(*people):
    if WORDS in people:
        raise RuntimeError(WORDS)
    done.append(people)


@task()
def break_down():
    raise RuntimeError(WORDS)


@pytest.fixture(autouse=True)
def _fresh():
    done.clear()
    Job.objects.all().delete()


def test_a_job_is_done_once():
    note.enqueue("a")
    assert work_off() == 1
    assert work_off() == 0
    assert done == ["a"]
    assert Job.objects.get().state == JobState.DONE


def test_jobs_of_a_folding_task_are_done_together_unless_they_failed_before():
    for who in ("ann", "ben"):
        gather.enqueue(who)
    note.enqueue("a")
    gather.enqueue("eve")
    Job.objects.filter(args=["ben"]).update(attempts=1)
    assert work_off() == 4
    assert sorted(map(sorted, done)) == [["a"], ["ann", "eve"], ["ben"]]
    assert {(job.state, job.leased_until) for job in Job.objects.all()} == {(JobState.DONE, None)}


def test_of_jobs_done_together_each_waits_for_its_next_attempt_alone():
    for who in ("ann", WORDS):
        gather.enqueue(who)
    work_off()
    assert {(job.state, job.attempts, WORDS in job.error) for job in Job.objects.all()} == {
        (JobState.WAITING, 1, False)
    }
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        work_off()
    assert done == [("ann",)]


def test_jobs_that_another_worker_took_meanwhile_are_left_to_it(monkeypatch):
    for who in ("ann", "ben"):
        gather.enqueue(who)
    lease = actions._lease

    def overtaken(jobs, *args):
        Job.objects.filter(pk=jobs[0].pk).update(state=JobState.DONE)
        return lease(jobs, *args)

    monkeypatch.setattr(actions, "_lease", overtaken)
    assert [job.args for job in actions.take_jobs(uuid7())] == [["ben"]]


def test_a_rolled_back_transaction_leaves_no_job():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        note.enqueue("a")
        1 / 0  # noqa: B018
    assert not Job.objects.exists()


def test_the_same_key_is_enqueued_once():
    assert actions.enqueue_once(note, key="k", args=("a",)) is not None
    assert actions.enqueue_once(note, key="k", args=("a",)) is None
    work_off()
    assert done == ["a"]


def test_a_job_for_later_waits():
    actions.enqueue_once(note, key=None, args=("a",), run_after=timezone.now() + timedelta(hours=1))
    assert work_off() == 0


def test_a_failed_job_is_tried_again_after_a_pause_and_given_up_in_the_end():
    break_down.enqueue()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for attempt in range(1, actions.MAX_ATTEMPTS + 1):
            assert work_off() == 1
            assert work_off() == 0
            assert Job.objects.get().attempts == attempt
            clock.shift(timedelta(hours=2))
    job = Job.objects.get()
    assert job.state == JobState.DEAD
    assert "RuntimeError" in job.error
    assert "secret" not in job.error


def test_the_job_of_a_killed_worker_is_taken_up_within_a_minute():
    note.enqueue("a")
    assert actions.take_jobs(uuid7())  # this worker dies here
    assert not actions.take_jobs(uuid7())
    assert actions.LEASE < timedelta(minutes=1)
    with time_machine.travel(timezone.now() + actions.LEASE + timedelta(seconds=1)):
        assert work_off() == 1
    assert done == ["a"]


def test_a_worker_that_lost_its_lease_cannot_settle_the_job():
    note.enqueue("a")
    late = uuid7()
    (job,) = actions.take_jobs(late)
    with time_machine.travel(timezone.now() + actions.LEASE + timedelta(seconds=1)):
        assert actions.take_jobs(uuid7())
        assert not actions.finish([job.id], late)
        assert not actions.renew_leases([job.id], late)


def test_a_recurring_task_runs_once_for_its_time():
    first = actions.enqueue_due()
    assert first >= 3  # noqa: PLR2004
    assert actions.enqueue_due() == 0
    hourly = sum(interval <= timedelta(hours=1) for interval in recurring().values())
    assert 0 < hourly < first
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert actions.enqueue_due() == hourly
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert actions.enqueue_due() == first


def test_wagtails_own_tasks_become_rows_too(newsroom):
    Job.objects.all().delete()
    newsroom.site.root_page.specific.save_revision().publish()
    assert (
        Job.objects.filter(task__startswith="wagtail").exists()
        or Job.objects.filter(task__startswith="modelsearch").exists()
    )


def test_a_job_that_takes_every_worker_down_is_given_up(newsroom):
    Job.objects.all().delete()
    note.enqueue("a")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(actions.MAX_ATTEMPTS):
            assert actions.take_jobs(uuid7())
            clock.shift(actions.LEASE + timedelta(seconds=1))
        assert not actions.take_jobs(uuid7())
    assert Job.objects.get().state == JobState.DEAD


def test_jobs_that_were_given_up_are_started_again():
    from io import StringIO

    from django.core.management import call_command

    note.enqueue("again")
    Job.objects.update(state=JobState.DEAD, attempts=10, finished_at=timezone.now())
    assert work_off() == 0
    out = StringIO()
    call_command("retry_jobs", stdout=out)
    assert "1 jobs were started again" in out.getvalue()
    assert work_off() == 1
    call_command("retry_jobs", stdout=out)
    assert "No job was given up" in out.getvalue()
