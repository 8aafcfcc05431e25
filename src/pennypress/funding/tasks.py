from django.conf import settings
from django.tasks import task

from pennypress.funding.providers.fake import renewals
from pennypress.jobs.schedule import every
from pennypress.newsroom.queries import load_newsroom


@every(minutes=60)
@task()
def renew_pledges() -> None:
    # Before set-up there is no money of any currency to renew.
    if settings.PENNYPRESS_DEMO_PAYMENTS and load_newsroom() is not None:
        renewals.renew_pledges()
