from django.tasks import task

from pennypress.jobs import actions
from pennypress.jobs.schedule import every


@every(minutes=60)
@task()
def forget_done_jobs() -> None:
    actions.forget_done()
