"""How SQLite finds a page of a thread. It has no statistics of a new site, so that it must be led to the index that bounds the work."""

import pytest
from django.db import connection

from pennypress.discussion.cursors import ORDERS
from pennypress.discussion.paging import Roots
from pennypress.discussion.queries.threads import _on_page
from pennypress.lib.ids import NOBODY
from pennypress.lib.prepared import Given

pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL plans by what it knows of the tables."
)
VALUES = {"thread": NOBODY, "comment": NOBODY, "without0": NOBODY, "moment": 1}
SHAPES = (Roots(21), Roots(21, without=1), Roots(21, follows=True), Roots(21, without=1, follows=True))


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("roots", SHAPES, ids=str)
def test_a_page_is_found_by_indexes_that_bound_it_and_not_by_going_through_the_thread(db, roots, order):
    page, value = _on_page(roots, order), {"created_at": "2026-01-01", "net": 1, "best_score": 0.5}[order.field]
    made = page.made()
    values = [
        one.fill({**VALUES, "value": value}, connection) if isinstance(one, Given) else one for one in made.params
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {made.sql}", values)
        steps = [step[3] for step in cursor.fetchall()]
    # What is gone through is what was found, which has a bound.
    assert {step for step in steps if step.startswith("SCAN")} <= {"SCAN found", "SCAN still", "SCAN moved"}, steps
    searches = [step for step in steps if step.startswith("SEARCH")]
    assert any("(root_id=? AND reply_number<?)" in step for step in searches), steps
    roots_found = [step for step in searches if step.startswith("SEARCH c USING") and "(id=?)" not in step]
    assert roots_found and all("thread_id=? AND depth=? AND is_shown=?" in step for step in roots_found), steps
    # The comments of one page are sorted; the roots of the whole thread never, for their index has them in order.
    sorts = [step for step in steps if "TEMP B-TREE FOR ORDER BY" in step]
    assert len(sorts) <= (1 if not (roots.follows and order.by_votes) else 3), steps
