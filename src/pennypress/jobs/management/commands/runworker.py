import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from pennypress.jobs.worker import run


class Command(BaseCommand):
    help = "Do the jobs of the site until SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        run(stop)
