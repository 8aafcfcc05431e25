import tempfile
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from pennypress.ops import fresh


class Command(BaseCommand):
    help = "For developers: write fresh.sql anew, after a migration was added or a dependency raised."

    def handle(self, *args: Any, **options: Any) -> None:
        with tempfile.TemporaryDirectory() as folder:
            connection = connections["default"]
            connection.close()
            connection.settings_dict["ENGINE"] = "pennypress.lib.sqlite"
            connection.settings_dict["NAME"] = str(Path(folder) / "fresh.sqlite3")
            call_command("migrate", verbosity=0, interactive=False)
            with connection.cursor() as cursor:
                fresh.write(cursor)
            connection.close()
        self.stdout.write(f"Written: {fresh.FRESH}")
