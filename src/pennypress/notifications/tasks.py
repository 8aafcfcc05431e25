from django.tasks import task

from pennypress.jobs.schedule import every
from pennypress.notifications import actions


@every(minutes=5)
@task()
def write_digests() -> None:
    """Hourly and daily mails whose time has come, and what a killed job left."""
    actions.write_letters.call()


@every(minutes=60)
@task()
def forget_old_notices() -> None:
    actions.forget_old()
