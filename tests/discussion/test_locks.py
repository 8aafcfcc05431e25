"""Writers side by side in one discussion, as on PostgreSQL: none of them is turned away because two waited for each other."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, connections, transaction

from pennypress.discussion import actions, rules
from pennypress.discussion.actions import places
from pennypress.discussion.actions.locks import taken
from pennypress.discussion.models import Comment, Thread
from pennypress.newsroom.actions import entered
from pennypress.readers.actions import change_reader
from pennypress.readers.identity import Identity
from tests.discussion.ground import OTHER, bring, post
from tests.discussion.test_deeds_machine import counted
from tests.factories import make_article
from tests.locks import until_somebody_waits

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's writers take turns"),
]


def in_a_connection_of_its_own(newsroom, deed):
    try:
        with entered(newsroom):
            return deed()
    finally:
        connections.close_all()


def test_a_branch_is_moved_while_somebody_answers_in_it(newsroom, article, moderator, monkeypatch):
    other = make_article(article.get_parent().specific, title="Other")
    root = bring(article, 1)
    reply = bring(article, 2, parent=root)
    holds, go_on = threading.Event(), threading.Event()
    really = places.count_new

    def count_new(comment, **keys):
        # The answer has taken what it needs of the branch, and has not counted itself yet.
        holds.set()
        assert go_on.wait(20)
        return really(comment, **keys)

    monkeypatch.setattr(places, "count_new", count_new)
    with ThreadPoolExecutor(2) as pool:
        answering = pool.submit(
            in_a_connection_of_its_own, newsroom, lambda: post(article, OTHER, parent_id=reply.id, by_staff=True)
        )
        assert holds.wait(20)
        moving = pool.submit(
            in_a_connection_of_its_own,
            newsroom,
            lambda: actions.move_comment(comment_id=root.id, page_id=other.pk, moderator=moderator),
        )
        until_somebody_waits("the move does not wait for the answer")
        go_on.set()
        answer = answering.result(20)
        moving.result(20)
    thread = Thread.objects.get(page_id=other.pk)
    assert Comment.objects.get(pk=answer.id).thread_id == thread.id, "the answer went along"
    assert thread.comment_count == 3
    for each in Thread.objects.all():
        counted(each)


def test_who_answers_while_the_branch_is_moved_finds_it_under_the_other_article(newsroom, article, moderator):
    """Many writers on few rows: every deed is done or refused with a sentence, and the counts are right after all."""
    pages = [article, make_article(article.get_parent().specific, title="Other")]
    roots = [bring(page, f"{page.pk}-{number}") for page in pages for number in range(2)]
    for root in roots:
        bring(article, f"below {root.pk}", parent=root)
    people = [Identity(f"guest:{number}", None, "", False) for number in range(4)]

    def work(number):
        chance = random.Random(number)
        for turn in range(25):
            comment = chance.choice(list(Comment.objects.order_by("created_at", "id")[:40]))
            page = chance.choice(pages)
            deeds = [
                lambda c=comment, t=turn: post(
                    Thread.objects.select_related("page").get(pk=c.thread_id).page, people[number],
                    parent_id=c.id, by_staff=True, text=f"{number} {t}",
                ),
                lambda c=comment, p=page: actions.move_comment(comment_id=c.id, page_id=p.pk, moderator=moderator),
                lambda c=comment: actions.vote(comment_id=c.id, identity=people[number], value=chance.choice((1, -1))),
                lambda c=comment: actions.remove_comment(comment_id=c.id, moderator=moderator, rule="attack"),
                lambda c=comment: actions.restore_comment(comment_id=c.id, moderator=moderator),
                lambda c=comment: actions.close_branch(comment_id=c.id, moderator=moderator),
                lambda c=comment: actions.open_branch(comment_id=c.id, moderator=moderator),
            ]  # fmt: skip
            try:
                chance.choice(deeds)()
            except (rules.Refused, Thread.DoesNotExist):
                continue
            except OperationalError as error:
                return str(error)
        return ""

    with ThreadPoolExecutor(4) as pool:
        failures = list(pool.map(lambda n: in_a_connection_of_its_own(newsroom, lambda: work(n)), range(4)))
    assert failures == [""] * 4
    for thread in Thread.objects.all():
        counted(thread)


def test_a_supporters_mark_is_taken_off_in_the_order_in_which_all_take_comments(newsroom, article, django_user_model):
    sue = django_user_model.objects.create_user("s@example.org", name="Sue")
    first, second = bring(article, 1), bring(article, 2)
    Comment.objects.update(user=sue, by_supporter=True)
    # Written last, the first comment lies behind the second on the disk, and an update alone would come to it last.
    Comment.objects.filter(pk=first.pk).update(name="Sue")
    holds, go_on = threading.Event(), threading.Event()

    def moderate():
        """Takes both branches, the first one first, as the order has it."""
        with transaction.atomic():
            taken(first.pk)
            holds.set()
            assert go_on.wait(20)
            taken(second.pk)

    with ThreadPoolExecutor(2) as pool:
        moderating = pool.submit(in_a_connection_of_its_own, newsroom, moderate)
        assert holds.wait(20)
        hiding = pool.submit(
            in_a_connection_of_its_own,
            newsroom,
            lambda: change_reader(user=sue, name="Sue", shows_support=False),
        )
        until_somebody_waits("the mark is not taken off behind the moderator")
        go_on.set()
        moderating.result(20)
        hiding.result(20)
    assert not Comment.objects.filter(by_supporter=True).exists()
