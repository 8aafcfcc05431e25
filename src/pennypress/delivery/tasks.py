from django.conf import settings
from django.tasks import task

from pennypress.delivery.limits import forget_ended
from pennypress.delivery.live.events import forget_old
from pennypress.delivery.ready.showing import shared_clock
from pennypress.delivery.ready.store import shrink_disk
from pennypress.jobs.schedule import every


@every(minutes=60)
@task()
def forget_ended_limits() -> None:
    forget_ended()


@every(minutes=10)
@task()
def shrink_ready_pages() -> None:
    shrink_disk(settings.DATA / "ready", settings.PENNYPRESS_READY_DISK_MB * 1_000_000)


@every(minutes=10)
@task()
def forget_old_live_events() -> None:
    forget_old()


@every(minutes=1)
@task()
def count_changes_of_the_dead() -> None:
    """A command that was killed between its commit and the count of its change; see delivery/ready/changes.py.

    Killed web processes and workers need no such patience: whoever is started in their place counts for them.
    """
    shared_clock().sweep()
