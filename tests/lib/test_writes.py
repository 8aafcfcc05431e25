"""The writers' queue and the flush, on a real file with real processes and threads."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from django.db import connections
from django.db.utils import load_backend

from pennypress.lib.sqlite import writes
from pennypress.lib.sqlite.forgettable import forgettable
from pennypress.lib.sqlite.writes import WritesStopped, begin_anew


@pytest.fixture
def connect(tmp_path, django_db_blocker):
    """Opens connections of our backend to one file of the test's own."""
    backend = load_backend("pennypress.lib.sqlite")
    opened = []

    def open_one():
        settings = {**connections["default"].settings_dict, "NAME": str(tmp_path / "site.sqlite3"), "OPTIONS": {}}
        settings["ENGINE"] = "pennypress.lib.sqlite"
        connection = backend.DatabaseWrapper(settings, alias="other")
        connection.inc_thread_sharing()
        connection.ensure_connection()
        opened.append(connection)
        return connection

    with django_db_blocker.unblock():
        with open_one().cursor() as cursor:
            cursor.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT)")
        yield open_one
        for connection in opened:
            connection.close()


@pytest.fixture
def flushes(monkeypatch):
    """Counts flushes, each slow as on a common disk."""
    real, counted = os.fdatasync, []

    def slow(file):
        counted.append(file)
        time.sleep(0.02)
        real(file)

    monkeypatch.setattr(writes.os, "fdatasync", slow)
    return counted


def write(connection, words, *, rows=1):
    connection._start_transaction_under_autocommit()
    with connection.cursor() as cursor:
        for _ in range(rows):
            cursor.execute("INSERT INTO note (words) VALUES (%s)", [words])
    connection._commit()


def count(connection):
    with connection.cursor() as cursor:
        return cursor.execute("SELECT count(*) FROM note").fetchone()[0]


def test_a_transaction_is_flushed_once_when_it_has_written(connect, flushes):
    connection = connect()
    write(connection, "a", rows=5)
    assert len(flushes) == 1
    connection._start_transaction_under_autocommit()
    count(connection)
    connection._commit()
    assert len(flushes) == 1


def test_a_statement_by_itself_is_flushed_with_and_without_returning(connect, flushes):
    connection = connect()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO note (words) VALUES ('a')")
        assert len(flushes) == 1
        cursor.execute("INSERT INTO note (words) VALUES ('b'), ('c'), ('d') RETURNING words")
        assert len(flushes) == 2 and not cursor.cursor.connection.in_transaction
        assert cursor.fetchone() == ("b",) and cursor.fetchmany(1) == [("c",)] and list(cursor) == [("d",)]
        assert cursor.fetchone() is None
        assert cursor.execute("SELECT words FROM note").fetchall() == [("a",), ("b",), ("c",), ("d",)]
    assert len(flushes) == 2


def test_what_may_be_forgotten_is_seen_at_once_and_flushed_with_the_next_write(connect, flushes):
    connection, other = connect(), connect()
    with forgettable(connection), connection.cursor() as cursor:
        cursor.execute("INSERT INTO note (words) VALUES ('a count')")
        assert flushes == []
        write(connection, "in a transaction it is as always")
        assert len(flushes) == 1
    with other.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM note")
        assert cursor.fetchone() == (2,)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO note (words) VALUES ('afterwards as well')")
    assert len(flushes) == 2


def test_what_is_rolled_back_is_not_flushed_and_gives_up_its_turn(connect, flushes):
    first, second = connect(), connect()
    first._start_transaction_under_autocommit()
    first.cursor().execute("INSERT INTO note (words) VALUES ('a')")
    first._rollback()
    write(second, "b")
    assert len(flushes) == 1 and count(first) == 1


def test_one_flush_serves_all_who_committed_before_it(connect, flushes):
    workers, each = 8, 6
    ready = threading.Barrier(workers)

    def work():
        connection = connect()
        ready.wait()
        for _ in range(each):
            write(connection, "a")

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(connect()) == workers * each
    # At the least one after the other's end; alone, each transaction would have had its own.
    assert each <= len(flushes) < workers * each


def test_after_a_failed_flush_nothing_is_written_until_the_site_is_started_again(connect, tmp_path, monkeypatch):
    first, second = connect(), connect()

    def broken(file):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(writes.os, "fdatasync", broken)
        with pytest.raises(WritesStopped):
            write(first, "a")
    # The disk works again, but what became of the first write is unknown.
    for connection in (first, second, connect()):
        with pytest.raises(WritesStopped):
            write(connection, "b")
        with pytest.raises(WritesStopped):
            connection.cursor().execute("INSERT INTO note (words) VALUES ('c')")
    assert count(second) == 1
    begin_anew(str(tmp_path / "site.sqlite3"))
    write(connect(), "d")
    assert count(second) == 2


def test_the_log_is_found_again_when_sqlite_has_made_a_new_one(connect, tmp_path, flushes):
    connection = connect()
    write(connection, "a")
    old = os.fstat(flushes[-1]).st_ino
    (tmp_path / "site.sqlite3-wal").rename(tmp_path / "moved")
    (tmp_path / "site.sqlite3-wal").write_bytes(b"")
    connection.connection.writes.flush(connection.connection.writes.committed())
    assert os.fstat(flushes[-1]).st_ino != old


def test_a_killed_writer_holds_up_nobody(connect, tmp_path):
    source = """
        import sys, time
        from django.conf import settings
        name = sys.argv[1]
        settings.configure(DATABASES={"default": {"ENGINE": "pennypress.lib.sqlite", "NAME": name}}, USE_TZ=True)
        from django.db import connection, transaction
        with transaction.atomic():
            connection.cursor().execute("INSERT INTO note (words) VALUES ('never')")
            print("holding", flush=True)
            time.sleep(60)
    """
    arguments = [sys.executable, "-c", textwrap.dedent(source), str(tmp_path / "site.sqlite3")]
    holder = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "holding\n"
    connection, done = connect(), threading.Event()
    waiter = threading.Thread(target=lambda: (write(connection, "a"), done.set()))
    waiter.start()
    assert not done.wait(0.3)
    holder.send_signal(signal.SIGKILL)
    assert done.wait(10)
    holder.wait()
    holder.stdout.close()
    waiter.join()
    assert count(connection) == 1


def test_what_the_database_can_is_known_without_a_writers_turn(connect, monkeypatch):
    connection = connect()

    def no_turn(self):
        raise WritesStopped("a reader took a writer's turn")

    monkeypatch.setattr(writes.Writes, "take_turn", no_turn)
    can = connection.features
    assert can.supports_json_field and can.has_json_object_function and can.can_introspect_json_field
    with connection.cursor() as cursor:
        assert cursor.execute("SELECT JSON_OBJECT('a', 1)").fetchone() == ('{"a":1}',)
