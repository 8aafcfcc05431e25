from typing import Any

from django.core.management.base import BaseCommand

from pennypress.delivery.ready import EVERYWHERE, changed


class Command(BaseCommand):
    help = "Make every ready page anew. Needed only after a change by hand at the database's own shell."

    def handle(self, *args: Any, **options: Any) -> None:
        changed(EVERYWHERE)
        self.stdout.write("Every page is made anew when it is next asked for.")
