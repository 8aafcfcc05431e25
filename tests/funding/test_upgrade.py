"""Books of the first version, written by its own tables, are brought up to date in place: nothing lost, all of it guarded."""

import os
import subprocess
import sys
import uuid
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.ops.test_fresh import environment

# All of the house as it is, but for funding, which is as it was; without what a migration calls when it is through.
OLD = """
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
now = [leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] != "funding"]
executor.migrate([*now, ("funding", "0005_cancellation")])
"""
# What the first version had written: (table, rows).
BOOKS = """
import uuid
number = (lambda n: uuid.UUID(int=n).hex) if connection.vendor == "sqlite" else (lambda n: str(uuid.UUID(int=n)))
T = "2026-01-05 12:00:00" if connection.vendor == "sqlite" else "2026-01-05 12:00:00+00"
def put(table, **row):
    columns = ", ".join(row); marks = ", ".join(["%s"] * len(row))
    cursor.execute(f"INSERT INTO funding_{table} ({columns}) VALUES ({marks})", list(row.values()))
from django.db import transaction
with transaction.atomic(), connection.cursor() as cursor:
    for n in (70, 71):
        put("fundingplan", id=number(n), suggested_once="[500]", suggested_monthly="[300]")
    put("pledge", id=number(60), email="p@example.org", amount=300, currency="EUR", provider="fake", active=True, created_at=T)
    put("pledge", id=number(61), email="q@example.org", amount=300, currency="EUR", provider="fake", active=False, created_at=T)
    put("cancellation", id=number(62), by="supporter", cancelled_at=T, pledge_id=number(61))
    gifts = [(1, "fake", 500, "captured"), (2, "cash", 700, "captured"), (3, "bank", 900, "captured"),
             (4, "fake", 300, "captured"), (5, "fake", 100, "intended"), (6, "fake", 100, "declined")]
    for n, provider, amount, state in gifts:
        put("gift", id=number(n), key=f"k{n}", email=f"g{n}@example.org", amount=amount, currency="EUR", provider=provider,
            state=state, created_at=T, captured_at=T if state == "captured" else None,
            pledge_id=number(60) if n == 4 else None)
        if state == "captured":
            account = {"fake": "provider"}.get(provider, provider)
            put("entry", id=number(100 + n), key=f"gift:{uuid.UUID(int=n)}", happened_at=T, month="2026-01-01",
                note="Gift", recorded_at=T)
            put("line", id=number(200 + n), entry_id=number(100 + n), account=account, currency="EUR", amount=amount)
            put("line", id=number(300 + n), entry_id=number(100 + n), account="income", currency="EUR", amount=-amount)
    put("monthtotal", id=number(80), month="2026-01-01", currency="EUR", raised=2400, gifts=4)
    put("providerevent", id=number(90), provider="fake", object=str(uuid.UUID(int=1)), kind="captured", body="{}",
        received_at=T, applied_at=T, error="", happened_at=T)
    put("providerevent", id=number(91), provider="fake", object="nobody", kind="captured", body="{}",
        received_at=T, applied_at=None, error="unknown", happened_at=T)
    put("tier", id=number(95), amount=1000, title="T", pays_for="")
"""
NEW = """
import django; django.setup()
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
call_command("migrate", verbosity=0)
from pennypress.funding.models import *
from pennypress.funding.guards import missing_guards
from pennypress.funding import exports, ledger, months
from pennypress.funding.audit import audit
from pennypress.funding.journal import FORMATS
from pennypress.funding.models import Entry, EntryKind, Gift, Line, MonthTotal, Pledge, ProviderEvent, PublishedMonth
import uuid
assert missing_guards() == [], missing_guards()
assert audit() == [], audit()
assert Entry.objects.count() == 4 and Line.objects.count() == 8
assert {e.kind for e in Entry.objects.all()} == {EntryKind.GIFT}
assert sorted(str(e.gift_id) for e in Entry.objects.all()) == sorted(str(uuid.UUID(int=n)) for n in (1, 2, 3, 4))
assert sorted(Gift.objects.values_list("provider", "account")) == sorted(
    [("fake", "provider")] * 4 + [("cash", "cash"), ("bank", "bank")])
assert FundingPlan.objects.count() == 1 and Tier.objects.count() == 1
assert (Pledge.objects.get(active=True).interval, Pledge.objects.filter(cancellation__isnull=False).count()) == ("month", 1)
assert sorted(ProviderEvent.objects.values_list("number", flat=True)) == [f"{uuid.UUID(int=1)}:captured", "nobody:captured"]
# What was booked before is guarded like everything since.
for statement in ("UPDATE funding_line SET amount = 1", "DELETE FROM funding_entry", "UPDATE funding_entry SET note = 'x'"):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        continue
    raise SystemExit(f"not refused: {statement}")
# The old month is closed as any other, with its figure, and every format of the books holds the old entries.
with transaction.atomic():
    total = MonthTotal.objects.get()
    months.close(total, at=months.start_of(months.month_after(total.month)) + months.CLOSES_AFTER)
assert PublishedMonth.objects.values_list("raised", "gifts").get() == (2400, 4) and audit() == [], audit()
for write in FORMATS.values():
    text = "".join(write(exports.booked(), exports.chart(), title="T"))
    assert all(amount in text for amount in ("5.00", "7.00", "9.00", "3.00")), text
# And the books go on: an old gift is given back, and a new one is booked.
from django.utils import timezone
from pennypress.funding import booking
booking.book_refund(gift=Gift.objects.get(pk=uuid.UUID(int=1)), key="r", amount=200, happened_at=timezone.now())
assert audit() == [], audit()
print("sound")
"""


@pytest.fixture
def elsewhere(tmp_path):
    """An empty database of its own, of the kind the tests run on."""
    if connection.vendor == "sqlite":
        yield environment(tmp_path)
        return
    import psycopg

    parts, name = urlsplit(os.environ["PENNYPRESS_DATABASE_URL"]), f"upgrade_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(os.environ["PENNYPRESS_DATABASE_URL"], autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield environment(tmp_path) | {"PENNYPRESS_DATABASE_URL": parts._replace(path=f"/{name}").geturl()}
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def run(program, environment):
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_old_books_are_brought_up_to_date_in_place(elsewhere, tmp_path):
    from pennypress.ops.data import DataDirectory

    DataDirectory(tmp_path).make_usable()
    run(OLD + BOOKS, elsewhere)
    found = """
from pennypress.newsroom.actions import entered, found_newsroom
from pennypress.publishing.actions import prepare_site
room = found_newsroom(site=prepare_site(title="T"), name="T", language="en", time_zone="Europe/Berlin", currency="EUR", tagline="")
"""
    head, _mark, body = NEW.partition("assert missing_guards()")
    body = "\n".join("    " + line for line in ("assert missing_guards()" + body).splitlines())
    assert "sound" in run(head + found + "with entered(room):\n" + body, elsewhere)
