"""A flood of posts from one network: real attempts at the door, each by somebody new."""

import logging
import os

import time_machine
from django.test import Client

from pennypress.discussion import rules
from pennypress.discussion.models import Comment, Thread
from pennypress.readers.models import User
from tests.factories import make_article, make_section

# As many as a run of all tests has time for; `ATTEMPTS=10000` makes it ten thousand, in about two minutes.
ATTEMPTS = int(os.environ.get("ATTEMPTS", "500"))


def test_of_a_flood_from_one_network_forty_are_taken_and_all_others_told_when_to_come_back(newsroom, monkeypatch):
    article = make_article(make_section(newsroom))
    address = f"/discussion/pages/{article.pk}/comments/"
    answers: dict[int, int] = {}
    # A line of the log for each would be most of the work.
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    with time_machine.travel("2026-03-02T12:01:00Z", tick=False):
        for number in range(ATTEMPTS):
            # A new browser each time, which its cookies would tell from the others.
            answer = Client().post(
                address,
                {"text": f"Buy this now, {number}", "name": f"N{number}", "seconds": "60"},
                headers={"X-Fragment": "1"},
                REMOTE_ADDR="203.0.113.9",
            )
            answers[answer.status_code] = answers.get(answer.status_code, 0) + 1
            if answer.status_code == 429:
                assert answer["Retry-After"] == "240" and "4 minutes" in answer.content.decode()
        neighbour = Client().post(address, {"text": "Hello", "name": "Ann"}, REMOTE_ADDR="198.51.100.7")
    assert sum(answers.values()) == ATTEMPTS
    # Where strangers write so fast a script is asked to work first; that is an attempt as well.
    assert answers[429] == ATTEMPTS - rules.POSTS_PER_NETWORK.count
    assert Comment.objects.count() <= rules.POSTS_PER_NETWORK.count + 1  # the neighbour's
    assert neighbour.status_code == 302, "nobody else is kept out"
    assert Thread.objects.get().comment_count == 0, "and nothing of it is public"
    assert not User.objects.exists()


def test_one_person_is_slowed_down_and_who_keeps_the_order_is_not(newsroom, client, django_user_model):
    article = make_article(make_section(newsroom))
    address = f"/discussion/pages/{article.pk}/comments/"
    member = django_user_model.objects.create_user("m@example.org", name="Mia")
    moderator = django_user_model.objects.create_superuser("e@example.org", name="Ed")
    answers = {}
    with time_machine.travel("2026-03-02T12:01:00Z", tick=False):
        for user in (member, moderator):
            client.force_login(user)
            answers[user] = [
                client.post(address, {"text": f"Answer {n} of {user.name}", "name": user.name}).status_code
                for n in range(rules.POSTS_PER_PERSON.count + 2)
            ]
    assert answers[member][-2:] == [429, 429] and 429 not in answers[member][:-2]
    assert 429 not in answers[moderator]
