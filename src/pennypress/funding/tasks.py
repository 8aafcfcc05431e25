from django.conf import settings
from django.tasks import task

from pennypress.funding.providers.fake import renewals
from pennypress.jobs.schedule import every


@every(minutes=60)
@task()
def renew_pledges() -> None:
    if settings.PENNYPRESS_DEMO_PAYMENTS:
        renewals.renew_pledges()
