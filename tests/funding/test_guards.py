"""The database itself guards the books, also from a shell that knows nothing of Pennypress."""

import sqlite3
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from pennypress.funding import ledger
from pennypress.funding.guards import missing_guards
from pennypress.funding.models import AccountName, EntryKind
from pennypress.ops import fresh

TABLES = ["funding_entry", "funding_line", "funding_publishedmonth"]


class Shell:
    """A plain connection: sqlite3 to a new database, or psycopg to the tests' own; what it does is rolled back."""

    def __init__(self, path):
        self.sqlite = connection.vendor == "sqlite"
        if self.sqlite:
            self.raw = sqlite3.connect(path, isolation_level=None)
            for statement in fresh._split(fresh.FRESH.read_text()):
                self.raw.execute(statement)
            self.errors = sqlite3.DatabaseError
        else:
            import psycopg

            of = connection.settings_dict
            self.raw = psycopg.connect(
                host=of["HOST"], port=of["PORT"], user=of["USER"], dbname=of["NAME"], autocommit=True
            )
            self.errors = psycopg.DatabaseError
        self.raw.execute("BEGIN")

    def id(self):
        return uuid.uuid4().hex if self.sqlite else str(uuid.uuid4())

    def line(self, entry, amount, currency="EUR", verb="INSERT", number=None):
        self.raw.execute(
            f"{verb} INTO funding_line (id, entry_id, account, currency, amount) "
            f"VALUES ('{number or self.id()}', '{entry}', 'cash', '{currency}', {amount})"
        )

    def entry(self, number, key="k", verb="INSERT"):
        self.raw.execute(
            f"{verb} INTO funding_entry (id, key, kind, happened_at, month, late, note, recorded_at) VALUES ('{number}', "
            f"'{key}', 'other', '2026-01-01 00:00:00', '2026-01-01', {'0' if self.sqlite else 'false'}, '', "
            "'2026-01-01 00:00:00')"
        )

    def month(self, verb="INSERT"):
        self.raw.execute(
            f"{verb} INTO funding_publishedmonth (id, month, currency, raised, fees, returned, gifts, supporters, "
            f"after_fees, carried_in, carried_out, published_at) VALUES ('{self.id()}', '2026-01-01', 'EUR', 1, 0, 0, 1, "
            f"1, {'0' if self.sqlite else 'false'}, 0, 0, '2026-02-01 00:00:00')"
        )

    def end(self):
        """What a commit would look at, without leaving anything behind."""
        if not self.sqlite:
            self.raw.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def shell(tmp_path, db):
    shell = Shell(tmp_path / "books.sqlite3")
    yield shell
    shell.raw.close()


@pytest.fixture
def booked(shell):
    number = shell.id()
    shell.line(number, 500)
    shell.line(number, -500)
    shell.entry(number)
    shell.month()
    shell.end()
    return number


def test_a_balanced_entry_is_taken(shell, booked):
    assert shell.raw.execute("SELECT COUNT(*) FROM funding_line").fetchone() == (2,)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_nothing_is_changed_or_deleted(shell, booked, table, statement):
    with pytest.raises(shell.errors, match="append-only"):
        shell.raw.execute(statement.format(table))


@pytest.mark.parametrize("lines", [[], [(500, "EUR")], [(500, "EUR"), (-499, "EUR")], [(500, "EUR"), (-500, "USD")]])
def test_an_entry_that_does_not_balance_is_refused(shell, lines):
    number = shell.id()
    with pytest.raises(shell.errors, match="balance"):
        for amount, currency in lines:
            shell.line(number, amount, currency)
        shell.entry(number)
        shell.end()


def test_no_line_is_added_to_an_entry_that_is_there_not_even_a_balanced_pair(shell, booked):
    with pytest.raises(shell.errors, match="sealed"):
        shell.line(booked, 7)


def test_lines_without_an_entry_are_no_part_of_the_books(shell):
    if shell.sqlite:
        # A shell that keeps foreign keys off may leave them; the program itself may not, and the audit names them.
        shell.raw.execute("COMMIT")
        shell.raw.execute("PRAGMA foreign_keys = ON")
        shell.raw.execute("BEGIN")
    shell.line(shell.id(), 7)
    with pytest.raises(shell.errors):
        shell.raw.execute("COMMIT")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's own")
def test_nothing_is_replaced(shell, booked):
    line = shell.raw.execute("SELECT id FROM funding_line").fetchone()[0]
    other = shell.id()
    shell.line(other, 1)
    shell.line(other, -1)
    for replace in (
        lambda: shell.line(shell.id(), 9, verb="INSERT OR REPLACE", number=line),
        lambda: shell.entry(booked, verb="INSERT OR REPLACE"),
        lambda: shell.entry(other, key="k", verb="INSERT OR REPLACE"),
        lambda: shell.month(verb="INSERT OR REPLACE"),
        lambda: shell.raw.execute("UPDATE OR REPLACE funding_entry SET key = 'x'"),
    ):
        with pytest.raises(shell.errors, match="append-only"):
            replace()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="TRUNCATE is PostgreSQL's own")
def test_nothing_is_truncated(shell, booked):
    with pytest.raises(shell.errors, match="append-only"):
        shell.raw.execute("TRUNCATE funding_line, funding_entry, funding_publishedmonth CASCADE")


def test_the_audit_says_when_a_guard_is_gone(newsroom):
    assert missing_guards() == []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER funding_line_sealed")
        else:
            cursor.execute("ALTER TABLE funding_line DISABLE TRIGGER funding_line_sealed")
    assert any("funding_line_sealed" in fault for fault in ledger.check())


def test_posting_goes_through_the_same_guards(newsroom):
    lines = [(AccountName.CASH, "EUR", 5), (AccountName.INCOME, "EUR", -5)]
    entry = ledger.post(key="k", kind=EntryKind.GIFT, happened_at=timezone.now(), note="n", lines=lines)
    assert entry.lines.count() == 2 and ledger.check() == []
