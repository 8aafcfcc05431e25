from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import CharField, Count, DateTimeField, Exists, F, IntegerField, OuterRef
from django.utils import timezone

from pennypress.delivery.models import Spending
from pennypress.jobs.models import Job
from pennypress.lib.prepared import Given, NewRows, Prepared, PreparedUpdate


@pytest.fixture
def rows(db):
    start = timezone.now()
    for number, who in enumerate(("ann", "ben", "o'hara", "ann")):
        Spending.objects.create(
            limit="posts", who=who, window=number, count=number, ends_at=start + timedelta(hours=number)
        )
    return start


def those_of(who):
    return Spending.objects.filter(who=who).order_by("window")


def test_it_brings_what_the_queryset_would_each_time_for_its_own_values(rows):
    asked = Prepared(lambda: those_of(Given("who", CharField())))
    for who in ("ann", "o'hara", "nobody", "' OR 1=1 --", "ann"):
        assert asked(who=who) == list(those_of(who))
    assert asked.first(who="ann").window == 0
    assert asked.first(who="nobody") is None


def test_values_are_those_of_their_columns(rows):
    asked = Prepared(lambda: Spending.objects.filter(ends_at__gt=Given("moment", DateTimeField())).order_by("window"))
    for hours in (-1, 1, 2.5):
        moment = rows + timedelta(hours=hours)
        assert asked(moment=moment) == list(Spending.objects.filter(ends_at__gt=moment).order_by("window"))
    assert isinstance(asked(moment=rows)[0].ends_at, datetime)


def test_unions_subqueries_annotations_and_tuples_are_brought_as_well(rows):
    who = Given("who", CharField())
    twins = Exists(Spending.objects.filter(who=OuterRef("who")).exclude(pk=OuterRef("pk")))
    asked = Prepared(
        lambda: (
            those_of(who)
            .filter(twins)
            .values_list("who", "window")
            .union(Spending.objects.exclude(who=who).values_list("who", "window"), all=True)
            .order_by("window")
        )
    )
    assert asked(who="ann") == [("ann", 0), ("ben", 1), ("o'hara", 2), ("ann", 3)]
    counted = Prepared(lambda: Spending.objects.filter(who=who).values("who").annotate(n=Count("pk")).values_list("n"))
    assert (counted(who="ann"), counted(who="ben")) == ([(2,)], [(1,)])


def test_its_sql_is_made_once_and_it_asks_once_each_time(rows, django_assert_num_queries):
    made = []
    asked = Prepared(lambda: made.append(1) or those_of(Given("who", CharField())))
    with django_assert_num_queries(3):
        for who in ("ann", "ben", "ann"):
            asked(who=who)
    assert made == [1]


def test_a_value_that_is_not_given_is_an_error_and_not_everything(rows):
    asked = Prepared(lambda: those_of(Given("who", CharField())))
    with pytest.raises(KeyError):
        asked()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_each_thread_asks_on_a_connection_of_its_own():
    Spending.objects.create(limit="posts", who="ann", window=1, ends_at=timezone.now())
    asked = Prepared(lambda: those_of(Given("who", CharField())))
    here = asked(who="ann")

    def there():
        try:
            return asked(who="ann"), connection.connection
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        found = [each.result() for each in [threads.submit(there) for _ in range(8)]]
    assert all(rows == here for rows, _connection in found)
    assert connection.connection not in [of for _rows, of in found]


def test_an_update_changes_what_it_is_given_and_says_how_many(rows, django_assert_num_queries):
    who, step = Given("who", CharField()), Given("step", IntegerField())
    add = PreparedUpdate(lambda: (Spending.objects.filter(who=who), {"count": F("count") + step}))
    with django_assert_num_queries(3):
        assert [add(who="ann", step=10), add(who="nobody", step=1), add(who="o'hara", step=-1)] == [2, 0, 1]
    assert list(Spending.objects.order_by("window").values_list("count", flat=True)) == [10, 1, 1, 13]


def test_an_update_says_what_stands_there_now(rows):
    grown = PreparedUpdate(
        lambda: (Spending.objects.filter(window=Given("window", IntegerField())), {"count": F("count") + 5}),
        returning="count",
    )
    assert grown.one(window=3) == Spending.objects.get(window=3).count == 8
    assert grown.one(window=99) is None


def test_new_rows_are_what_django_would_have_written(db, django_assert_num_queries):
    facts = {"task": "a.task", "args": ["é", None, {"n": [1]}], "kwargs": {}, "run_after": timezone.now()}
    plain, whole = Job.objects.create(key="plain", **facts), Job(key="whole", **facts)
    rows = NewRows(Job, {"key": "ours", **facts}, facts | {"key": None}, vars(whole))
    assert Job.objects.count() == 1
    with django_assert_num_queries(1):
        assert rows.write() == 3
    alike = [job for job in Job.objects.values() if job["id"] != plain.pk]
    assert {job["key"] for job in alike} == {"ours", None, "whole"} and len({job["id"] for job in alike}) == 3
    itself = Job.objects.values().get(pk=plain.pk)
    for job in alike:
        assert all(job[name] == itself[name] for name in itself.keys() - {"id", "key", "created_at"})
    assert Job.objects.get(key="whole").pk == whole.pk


def test_a_row_that_is_there_stays_where_the_statement_says_so(db):
    NewRows(Job, {"task": "first", "key": "once"}).write()
    assert NewRows(Job, {"task": "second", "key": "once"}, on_conflict="(key) DO NOTHING").write() == 0
    assert Job.objects.get(key="once").task == "first"
    with pytest.raises(IntegrityError), transaction.atomic():
        NewRows(Job, {"task": "second", "key": "once"}).write()
    # A number the database gives stays its own.
    NewRows(Spending, {"limit": "posts", "who": "ann", "window": 1, "count": 1, "ends_at": timezone.now()}).write()
    assert Spending.objects.get(who="ann").pk
