"""A thread that is brought in as a whole is as if its comments had come one by one."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from pennypress.discussion.actions import Brought, import_comment, import_thread
from pennypress.discussion.models import Comment, Thread
from tests.factories import make_article, make_section

BEGUN = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def article(newsroom):
    return make_article(make_section(newsroom))


def thread_of(many):
    """Roots and answers to whatever came before, deeper than is drawn; the dates not quite in order."""
    chance = Random(many)
    said = []
    for number in range(many):
        answers = chance.choice(said).key if number > 1 and chance.random() < 0.7 else ""
        said.append(
            Brought(
                key=f"k{number}", name=f"Ann {number % 3} ", text=f"**Words** of {number}", answers=answers,
                created_at=BEGUN + timedelta(minutes=7 * number % 31, hours=number), up=number % 4, down=number % 3,
                by_staff=number % 5 == 0,
            )
        )  # fmt: skip
    return said


def one_by_one(*, page_id, comments):
    made = {}
    for one in comments:
        # As its row is now, which its answers have counted on.
        parent = Comment.objects.select_related("thread").get(pk=made[one.answers]) if one.answers else None
        comment, _new = import_comment(
            page_id=page_id, external_key=one.key, parent=parent, name=one.name, text=one.text,
            created_at=one.created_at, up=one.up, down=one.down, by_staff=one.by_staff,
        )  # fmt: skip
        made[one.key] = comment.pk


def rows(page_id):
    """Everything of the thread, with keys in the place of ids."""
    names = {comment.id: comment.external_key for comment in Comment.objects.all()} | {None: ""}
    hexes = {key.hex: name for key, name in names.items() if key}
    comments = [
        {name: value for name, value in row.items() if name not in ("id", "thread_id", "parent_id", "root_id")}
        | {"parent": names[row["parent_id"]], "root": names[row["root_id"]]}
        | {"ancestors": [hexes[one] for one in row["ancestors"]]}
        for row in Comment.objects.order_by("id").values()
    ]
    thread = Thread.objects.values().get(page_id=page_id)
    return comments, {name: value for name, value in thread.items() if name not in ("id", "created_at")}


def brought_by(verb, page_id):
    with transaction.atomic():
        verb(page_id=page_id, comments=thread_of(40))
        found = rows(page_id)
        transaction.set_rollback(True)
    assert not Comment.objects.exists()
    return found


def test_a_whole_thread_leaves_the_rows_that_single_comments_leave(article):
    whole, single = brought_by(import_thread, article.pk), brought_by(one_by_one, article.pk)
    assert max(row["depth"] for row in single[0]) > 3 and single[1]["comment_count"] == 40 > single[1]["root_count"] > 2
    assert whole == single


def test_a_whole_thread_costs_the_same_for_few_and_for_many(newsroom):
    section = make_section(newsroom)

    def cost(title, many):
        page_id = make_article(section, title=title).pk
        with CaptureQueriesContext(connection) as asked:
            import_thread(page_id=page_id, comments=thread_of(many))
        return len(asked)

    assert cost("A", 1) == cost("B", 12)


def test_a_thread_with_comments_takes_no_other_whole(article):
    import_thread(page_id=article.pk, comments=thread_of(2))
    with pytest.raises(ValueError, match="one by one"):
        import_thread(page_id=article.pk, comments=thread_of(3))
    assert Comment.objects.count() == 2
