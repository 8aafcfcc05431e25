import logging

from django.conf import settings
from django.tasks import task

from pennypress.funding import actions, months
from pennypress.funding.actions.transfers import forget_statement_drafts
from pennypress.funding.providers.base import Unreachable
from pennypress.funding.providers.fake import renewals
from pennypress.funding.providers.registry import providers
from pennypress.jobs.schedule import every
from pennypress.newsroom.queries import load_newsroom

logger = logging.getLogger(__name__)


@every(minutes=60)
@task()
def renew_pledges() -> None:
    # Before set-up there is no money of any currency to renew.
    if settings.PENNYPRESS_DEMO_PAYMENTS and load_newsroom() is not None:
        renewals.renew_pledges()


@every(minutes=1)
@task()
def retry_events() -> None:
    actions.retry_events()


@every(minutes=1)
@task()
def try_open_calls() -> None:
    actions.try_open_calls()


@every(minutes=60)
@task()
def tell_last_chances() -> None:
    """Before the provider gives a failing gift up, and before a card is no longer good."""
    if load_newsroom() is not None:
        actions.tell_last_chances()
        actions.tell_expiring_cards()


@every(minutes=10)
@task()
def look_after_gifts() -> None:
    actions.look_after_gifts()
    actions.look_after_pledges()


@every(minutes=24 * 60)
@task()
def forget_bodies() -> None:
    actions.forget_bodies()


@every(minutes=24 * 60)
@task()
def reconcile() -> None:
    """Nightly: each provider by itself, so that one that does not answer holds no other up."""
    compared = [one for one in providers() if one.has_balance] if load_newsroom() is not None else []
    for provider in compared:
        try:
            actions.reconcile(provider=provider)
        except Unreachable as error:
            logger.warning("The books were not compared with %s: %s", provider.name, error)


@every(minutes=30)
@task()
def close_months() -> None:
    if load_newsroom() is not None:
        months.close_months()


@every(minutes=360)
@task()
def forget_drafts() -> None:
    """Tables whose columns nobody has named."""
    forget_statement_drafts()


@every(minutes=1)
@task()
def fold_showings() -> None:
    actions.fold_showings()
