from django.tasks import task

from pennypress.funding import actions
from pennypress.jobs.schedule import every


@every(minutes=60)
@task()
def renew_pledges() -> None:
    actions.renew_pledges()
