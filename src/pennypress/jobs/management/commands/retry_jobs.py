from typing import Any

from django.core.management.base import BaseCommand

from pennypress.jobs.actions import start_again


class Command(BaseCommand):
    help = "Start again all jobs that were given up, once their cause has been mended."

    def handle(self, *args: Any, **options: Any) -> None:
        started = start_again()
        for task in started:
            self.stdout.write(task)
        self.stdout.write(f"{len(started)} jobs were started again." if started else "No job was given up.")
