from django.tasks import task

from pennypress.delivery.limits import forget_ended
from pennypress.jobs.schedule import every


@every(minutes=60)
@task()
def forget_ended_limits() -> None:
    forget_ended()
