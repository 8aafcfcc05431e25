"""Many vote on one comment at once: every vote is counted once, in few writes, and everybody sees their own counted."""

import threading

import pytest
from django.db import connection

from pennypress.discussion import actions
from pennypress.discussion.actions import voting
from pennypress.discussion.models import Comment, Standing, Vote, VoteChange
from pennypress.readers.identity import Identity
from tests.factories import make_article, make_section

AUTHOR = Identity("guest:author", None, "", False)
pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite writers take turns")


def voter(number):
    return Identity(f"guest:{number}", None, "", False)


def post(newsroom):
    article = make_article(make_section(newsroom))
    return actions.post_comment(page_id=article.pk, identity=AUTHOR, name="Ann", text="Hello.", by_staff=True)


def in_threads(*works):
    errors = []

    def run(work):
        try:
            work()
        except Exception as error:  # handed to the test's own thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_votes_of_many_at_once_are_each_counted_once(newsroom):
    comment = post(newsroom)
    seen = []

    def press(number):
        def work():
            for value in (1, -1, -1, 1) if number % 3 == 0 else (1,):
                counted, _own = actions.vote(comment_id=comment.pk, identity=voter(number), value=value)
            seen.append(counted.up)

        return work

    in_threads(*[press(number) for number in range(16)])
    comment.refresh_from_db()
    assert (comment.up, comment.down) == (16, 0) == (Vote.objects.filter(value=1).count(), 0)
    assert not VoteChange.objects.exists() and max(seen) == 16


def test_who_comes_while_another_counts_finds_theirs_counted(newsroom):
    comment = post(newsroom)
    for number in range(5):
        Vote.objects.create(thread=comment.thread, comment=comment, voter_key=f"guest:{number}", value=1)
        VoteChange.objects.create(comment=comment, up=1, down=0)
    assert voting.count_waiting_votes(comment.pk).up == 5
    # Five votes were one change of the row, and nothing is left to write.
    assert Standing.objects.count() == 1
    assert voting.count_waiting_votes(comment.pk).up == 5 and Standing.objects.count() == 1


def test_what_a_killed_process_left_is_counted_by_the_schedule(newsroom):
    comment = post(newsroom)
    VoteChange.objects.create(comment=comment, up=1, down=0)
    assert voting.count_votes_left() == 1 and Comment.objects.get(pk=comment.pk).up == 1
    assert voting.count_votes_left() == 0
