"""The ready-made empty database is what the migrations make, and the site starts the same from both."""

import os
import sqlite3
import subprocess
import sys

import pytest
from django.db import connection


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL is migrated from the beginning")
def test_the_file_is_what_the_migrations_make(tmp_path):
    command = [sys.executable, "-m", "pennypress.ops.cli", "manage", "write_fresh", "--check"]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def environment(data):
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PENNYPRESS_")}
    return inherited | {"PENNYPRESS_DATA": str(data), "DJANGO_SETTINGS_MODULE": "pennypress.config.settings"}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only")
def test_a_database_from_the_file_needs_no_migration(tmp_path):
    from pennypress.ops.data import DataDirectory

    DataDirectory(tmp_path).make_usable()
    program = (
        "import django; django.setup()\n"
        "from pennypress.ops import fresh\n"
        "assert (fresh.load_if_new(), fresh.load_if_new()) == (True, False)\n"
        "from django.core.management import call_command; call_command('migrate', check_unapplied=True, verbosity=0)\n"
        "from django.db import connection; loaded = list(fresh.statements(connection.cursor()))\n"
        "call_command('migrate', verbosity=0)\n"
        "assert list(fresh.statements(connection.cursor())) == loaded\n"
    )
    subprocess.run([sys.executable, "-c", program], env=environment(tmp_path), check=True)
    with sqlite3.connect(tmp_path / "pennypress.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("SELECT count(*) FROM wagtailcore_site").fetchone() == (1,)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only")
def test_where_the_file_lacks_a_migration_there_is_something_to_migrate(tmp_path):
    from pennypress.ops.data import DataDirectory

    DataDirectory(tmp_path).make_usable()
    program = (
        "import django; django.setup()\n"
        "from pennypress.ops import fresh\n"
        "whole = fresh.kept()\n"
        "lacking = [one for one in whole if not ('django_migrations' in one and \"'taggit','0001_initial'\" in one)]\n"
        "assert len(lacking) == len(whole) - 1\n"
        "fresh.kept = lambda: lacking\n"
        "assert not fresh.load_if_new()\n"
    )
    subprocess.run([sys.executable, "-c", program], env=environment(tmp_path), check=True)
