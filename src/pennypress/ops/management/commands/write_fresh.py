import re
import tempfile
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from pennypress.ops import fresh

# Keys and moments that are new each time.
CHANCE = re.compile(r"'[0-9a-f]{32}'|'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?'|'[0-9a-f-]{36}'")


class Command(BaseCommand):
    help = "For developers: write fresh.sql anew, after a migration was added or a dependency raised."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if the file is another one")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        made = migrated()
        if not check:
            fresh.write(made)
            self.stdout.write(f"Written: {fresh.FRESH}")
        elif [CHANCE.sub("?", one) for one in made] != [CHANCE.sub("?", one) for one in fresh.kept()]:
            raise CommandError("fresh.sql is not what the migrations make; run `pennypress manage write_fresh`.")


def migrated() -> list[str]:
    """What all migrations make of an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        connection = connections["default"]
        connection.close()
        connection.settings_dict["ENGINE"] = "pennypress.lib.sqlite"
        connection.settings_dict["NAME"] = str(Path(folder) / "fresh.sqlite3")
        call_command("migrate", verbosity=0, interactive=False)
        with connection.cursor() as cursor:
            made = list(fresh.statements(cursor))
        connection.close()
    return made
