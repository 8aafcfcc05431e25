"""What tests of locks need on PostgreSQL, to bring two writers to the very moment they are about."""

import time

import pytest
from django.db import connection


def until_somebody_waits(why: str) -> None:
    """Until another connection waits for a lock; the test fails where none does."""
    for _number in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail(why)
