"""Paging through a thread while votes and posts arrive: whatever happens between two pages, in every order."""

import random
import re
from html import unescape

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from pennypress.discussion import actions, queries, rules
from pennypress.discussion.actions import voting
from pennypress.discussion.cursors import ORDERS
from pennypress.discussion.models import Comment, Standing, Thread
from pennypress.readers.identity import Identity
from tests.discussion.test_discussion import bring
from tests.factories import make_article, make_section
from tests.load.threads import build


@pytest.fixture
def article(newsroom):
    return make_article(make_section(newsroom))


def voter(number):
    return Identity(f"guest:{number}", None, "", False)


def machine_for(article, order):
    class Paging(RuleBasedStateMachine):
        """A reader pages from the first page to the last while others vote, post and answer."""

        def __init__(self):
            super().__init__()
            # Every example begins with the empty thread.
            self.atomic = transaction.atomic()
            self.atomic.__enter__()
            self.number = 0
            self.seen, self.cursor, self.there = [], None, []

        def teardown(self):
            if self.there:
                self.check_to_the_end()
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

        @initialize(votes=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=4, max_size=14))
        def begin(self, votes):
            for up, down in votes:
                self.post(up=up, down=down)
            self.there = list(Comment.objects.filter(depth=0).values_list("id", flat=True))
            self.turn()

        @rule(up=st.integers(0, 3), down=st.integers(0, 3))
        def post(self, up=0, down=0):
            self.number += 1
            bring(article, self.number, up=up, down=down)

        @rule(which=st.integers(0, 30))
        def answer(self, which):
            self.number += 1
            bring(article, self.number, parent=self.root(which))

        @rule(which=st.integers(0, 30), who=st.integers(0, 5), value=st.sampled_from([1, -1]))
        def vote(self, which, who, value):
            actions.vote(comment_id=self.root(which).id, identity=voter(who), value=value)

        @rule()
        def turn(self):
            if self.cursor == "":
                return
            article.__dict__.pop("_discussion_thread", None)
            page = queries.thread_page(article, ORDERS[order], cursor=self.cursor or "", roots=3)
            self.seen += [node.comment.id for node in page.nodes]
            self.cursor = page.next_cursor
            assert len(self.seen) == len(set(self.seen)), "a comment came twice"

        def root(self, which):
            roots = Comment.objects.filter(depth=0).order_by("id")
            return roots[which % len(roots)]

        def check_to_the_end(self):
            while self.cursor != "":
                self.turn()
            assert set(self.there) <= set(self.seen), "a comment was skipped"

    return Paging


@pytest.mark.parametrize("order", sorted(ORDERS))
def test_nothing_is_skipped_or_repeated_while_votes_and_posts_arrive(article, order):
    run_state_machine_as_test(
        machine_for(article, order),
        settings=settings(
            max_examples=12, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_the_pages_are_those_of_the_moment_at_which_reading_began(article):
    for number in range(9):
        bring(article, number, up=20 - number)
    before = [node.comment.external_key for node in queries.thread_page(article, ORDERS["voted"]).nodes]
    page = queries.thread_page(article, ORDERS["voted"], roots=3)
    shown = [node.comment.external_key for node in page.nodes]
    last = Comment.objects.get(external_key="8")
    for who in range(20):
        actions.vote(comment_id=last.id, identity=voter(who), value=1)
    while page.next_cursor:
        page = queries.thread_page(article, ORDERS["voted"], cursor=page.next_cursor, roots=3)
        shown += [node.comment.external_key for node in page.nodes]
    assert shown == before
    article.__dict__.pop("_discussion_thread")
    assert queries.thread_page(article, ORDERS["voted"]).nodes[0].comment.id == last.id


def test_standings_are_swept_and_a_reader_of_long_ago_goes_on_in_the_order_of_now(article, monkeypatch):
    monkeypatch.setattr(voting, "STANDINGS_KEPT", 4)
    monkeypatch.setattr(voting, "SWEEP_EVERY", 2)
    monkeypatch.setattr(queries.threads, "STANDINGS_KEPT", 4)
    comments = [bring(article, number, up=number) for number in range(6)]
    page = queries.thread_page(article, ORDERS["best"], roots=2)
    for who in range(10):
        actions.vote(comment_id=comments[0].id, identity=voter(who), value=1)
    assert Standing.objects.count() <= 5
    assert Thread.objects.get().vote_number == 10
    article.__dict__.pop("_discussion_thread")
    rest = queries.thread_page(article, ORDERS["best"], cursor=page.next_cursor, roots=10)
    assert len(rest.nodes) == 3 and not rest.next_cursor


@pytest.mark.parametrize("order", sorted(ORDERS))
def test_a_later_page_costs_what_the_first_costs(article, order):
    for number in range(8):
        bring(article, number, up=number)
    actions.vote(comment_id=Comment.objects.get(external_key="3").id, identity=voter(1), value=1)
    counts, cursor = [], ""
    for _ in range(3):
        article.__dict__.pop("_discussion_thread", None)
        with CaptureQueriesContext(connection) as captured:
            cursor = queries.thread_page(article, ORDERS[order], cursor=cursor, roots=2).next_cursor
        counts.append(len(captured))
    assert counts == [2, 2, 2]


@pytest.mark.parametrize("order", sorted(ORDERS))
def test_no_page_draws_more_than_sixty_comments_and_what_it_hides_is_one_press_away(client, article, moderator, order):
    build(article.pk, 400, random.Random(7))
    busy = list(Comment.objects.filter(depth=0).order_by("-reply_count", "id")[: rules.MAX_PINNED])
    for root in busy:
        actions.pin_comment(comment_id=root.id, moderator=moderator)
    address, seen, hidden, costs = f"/discussion/pages/{article.pk}/?order={order}", [], 0, set()
    while address:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address).content.decode()
        drawn = re.findall(r'data-id="([^"]+)"', page)
        assert len(drawn) <= 60
        seen += drawn
        costs.add(len(captured) - ("after=" not in address))
        for branch, number in re.findall(r'class="more-replies" href="([^"]+)">(\d+) more', page):
            below = re.findall(r'data-id="([^"]+)"', client.get(f"{branch}?fragment=1").content.decode())
            hidden += int(number)
            seen += set(below) - set(drawn)
        following = re.search(r'load-more" href="([^"]+)"', page)
        address = unescape(following[1]) if following else ""
    assert len(costs) == 1, "but for the pinned ones every page asks the same"
    assert hidden > 40
    assert sorted(seen) == sorted(str(pk) for pk in Comment.objects.values_list("pk", flat=True))


def test_replies_share_the_room_that_the_roots_leave(article):
    roots = [bring(article, f"root {number}") for number in range(4)]
    for number in range(6):
        bring(article, f"busy {number}", parent=roots[0])
    answered = bring(article, "answered", parent=roots[1])
    bring(article, "an answer to it", parent=answered)
    nodes = queries.thread_page(article, ORDERS["oldest"], roots=5).nodes
    assert [len(node.replies) for node in nodes] == [4, 1, 0, 0]
    assert [reply.comment.external_key for reply in nodes[0].replies] == [f"busy {number}" for number in range(4)]
    assert [node.more for node in nodes] == [2, 0, 0, 0]
    assert len(nodes[1].replies[0].replies) == 1
