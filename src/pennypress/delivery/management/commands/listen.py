import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from pennypress.delivery.machines import listen


class Command(BaseCommand):
    help = "Hear what other machines change (where several serve the site), until SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        listen(stop)
