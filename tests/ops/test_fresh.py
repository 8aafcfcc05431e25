"""The ready-made empty database is what the migrations make, and the site starts the same from both."""

import re
import sqlite3

import pytest
from django.db import connection

from pennypress.ops import fresh

# Keys and moments that are new each time.
CHANCE = re.compile(r"'[0-9a-f]{32}'|'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?'|'[0-9a-f-]{36}'")


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL is migrated from the beginning")
def test_the_file_is_what_the_migrations_make():
    with connection.cursor() as cursor:
        migrated = [CHANCE.sub("?", statement) for statement in fresh.statements(cursor)]
    kept = [CHANCE.sub("?", part.strip().removesuffix(";")) for part in fresh._split(fresh.FRESH.read_text())]
    assert kept == [part.strip() for part in migrated], "run `pennypress manage write_fresh`"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only")
def test_a_database_from_the_file_needs_no_migration(tmp_path):
    import os
    import subprocess
    import sys

    from pennypress.ops.data import DataDirectory

    DataDirectory(tmp_path).make_usable()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PENNYPRESS_")}
    environment |= {"PENNYPRESS_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "pennypress.config.settings"}
    program = (
        "import django; django.setup()\n"
        "from pennypress.ops import fresh; fresh.load_if_new(); fresh.load_if_new()\n"
        "from django.core.management import call_command; call_command('migrate', check_unapplied=True, verbosity=0)\n"
        "call_command('migrate', verbosity=0)\n"
    )
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    with sqlite3.connect(tmp_path / "pennypress.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("SELECT count(*) FROM wagtailcore_site").fetchone() == (1,)
