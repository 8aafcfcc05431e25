"""What is told, to whom, when, and how often: once."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Page

from pennypress.discussion import actions as discussion
from pennypress.jobs.models import Job
from pennypress.notifications import actions, rules
from pennypress.notifications.models import Frequency, Kind, Mail, Notice, Recipient, Subscription
from tests.factories import make_article, make_byline
from tests.notifications.ground import ANN, BOB, confirmed, identity_of, post, subscribe, told

KINDS = ["comments", "my-replies", "replies"]


def test_a_comment_is_told_to_who_wants_it_and_to_nobody_else(article):
    confirmed(article)
    subscribe(article, "unconfirmed@example.org", identity=BOB)
    confirmed(make_article(article.get_parent().specific, title="Another"), "elsewhere@example.org")
    post(article, text="The bridge *is* open")
    work = told("The bridge is open")
    assert work == ["ann@example.org"]
    assert told() == []


def test_replies_are_told_to_whom_they_answer(article):
    mine = post(article, identity=ANN, text="Mine")
    confirmed(article, "all-mine@example.org", kind="my-replies", identity=ANN)
    confirmed(article, "this@example.org", kind="replies", comment=mine, identity=BOB)
    told()
    post(article, text="Not an answer")
    assert told() == []
    answer = post(article, parent_id=mine.pk, text="An answer")
    assert told() == ["all-mine@example.org", "this@example.org"]
    post(article, identity=ANN, parent_id=answer.pk, text="To somebody else")
    assert told() == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chosen=st.lists(
        st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(KINDS), st.sampled_from(["now", "hourly", "daily"])),
        max_size=9,
        unique_by=lambda choice: choice[:2],
    )
)  # fmt: skip
def test_one_comment_is_one_mail_for_a_person_whatever_they_subscribed_to(article, chosen):
    for model in (Notice, Subscription, Recipient, Mail, Job):
        model.objects.all().delete()
    mine = post(article, identity=ANN, text=f"Mine {timezone.now()}")
    for who, kind, frequency in chosen:
        confirmed(article, f"{who}@example.org", kind=kind, frequency=frequency, identity=ANN, comment=mine)
    for who, kind, _frequency in chosen:
        # What a stranger asks for in their name changes nothing.
        subscribe(article, f"{who}@example.org", kind=kind, frequency="daily", identity=BOB, comment=mine)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        told()
        post(article, parent_id=mine.pk, text="An answer")
        mailed = told("An answer")
        assert mailed == sorted({f"{who}@example.org" for who, _kind, often in chosen if often == "now"})
        for hours in (1, 25):
            clock.shift(timedelta(hours=hours))
            actions.write_letters.enqueue()
            mailed += told("An answer")
    by_ann = set(Recipient.objects.filter(subscriptions__kind="my-replies").values_list("email", flat=True))
    assert sorted(mailed) == sorted({f"{who}@example.org" for who, _kind, _often in chosen})
    assert by_ann <= set(mailed)


def test_running_the_job_again_tells_nobody_twice(article):
    confirmed(article)
    comment = post(article)
    assert told() == ["ann@example.org"]
    from pennypress.discussion.actions.telling import tell_of_comment

    Job.objects.all().delete()
    tell_of_comment.call(str(comment.pk))
    assert told() == []
    assert Notice.objects.count() == 1


def test_who_wrote_it_is_not_told_of_it(article, member):
    confirmed(article, "ann@example.org")
    subscribe(article, identity=identity_of(member))
    post(article, identity=BOB, email="ann@example.org")
    assert told() == [member.email]
    post(article, identity=identity_of(member), text="By a member")
    assert told() == ["ann@example.org"]


def test_held_comments_tell_nobody_until_they_are_approved(article, moderator):
    confirmed(article)
    held = post(article, by_staff=False)
    assert held.is_held and told() == []
    discussion.approve_comment(comment_id=held.pk, moderator=moderator)
    assert told() == ["ann@example.org"]


def test_a_digest_is_one_mail_and_leaves_out_what_was_removed(article, moderator):
    confirmed(article, frequency="hourly")
    with time_machine.travel(datetime(2026, 3, 4, 10, 20, tzinfo=UTC), tick=False) as clock:
        comments = [post(article, text=f"Words number {n}") for n in range(4)]
        assert told() == []
        discussion.remove_comment(comment_id=comments[1].pk, moderator=moderator, rule="spam")
        clock.move_to(datetime(2026, 3, 4, 10, 59, tzinfo=UTC))
        actions.write_letters.enqueue()
        assert told() == []
        clock.move_to(datetime(2026, 3, 4, 11, 0, tzinfo=UTC))
        actions.write_letters.enqueue()
        assert told() == ["ann@example.org"]
    (digest,) = mail.outbox
    assert [f"Words number {n}" in digest.body for n in range(4)] == [True, False, True, True]
    assert digest.subject.endswith("3 new on “A bridge”")


def test_a_digest_of_which_everything_was_removed_is_not_sent(article, moderator):
    confirmed(article, frequency="daily")
    comment = post(article)
    told()
    discussion.remove_comment(comment_id=comment.pk, moderator=moderator, rule="spam")
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        actions.write_letters.enqueue()
        assert told() == []
    assert not Notice.objects.exclude(due_at=None).exists()


def test_a_page_taken_down_is_not_told_of(article):
    confirmed(article)
    post(article)
    Page.objects.get(pk=article.pk).specific.unpublish()
    assert told() == []


def test_a_daily_mail_comes_in_the_newsrooms_morning(newsroom):
    # Berlin: in summer two hours before UTC, and one in winter, the night the clocks change included.
    for now, expected in (
        ("2026-07-01T04:00Z", "2026-07-01T05:00Z"),
        ("2026-07-01T05:00Z", "2026-07-02T05:00Z"),
        ("2026-10-24T12:00Z", "2026-10-25T06:00Z"),
    ):
        due = rules.due_at(Frequency.DAILY, datetime.fromisoformat(now))
        assert due == datetime.fromisoformat(expected)


def test_a_busy_thread_becomes_a_digest_by_itself(article):
    confirmed(article)
    with time_machine.travel(datetime(2026, 3, 4, 10, 20, tzinfo=UTC), tick=False) as clock:
        mails = []
        for number in range(10):
            post(article, text=f"Comment {number}", identity=BOB)
            clock.shift(timedelta(minutes=2))
            mails += told()
        assert len(mails) == rules.BUSY_THREAD
        clock.move_to(datetime(2026, 3, 4, 11, 0, tzinfo=UTC))
        actions.write_letters.enqueue()
        assert told() == ["ann@example.org"]
        assert all(f"Comment {n}" in mail.outbox[0].body for n in range(3, 10))
        clock.move_to(datetime(2026, 3, 4, 12, 30, tzinfo=UTC))
        post(article, text="Quiet again")
        assert told("Quiet again") == ["ann@example.org"]


def test_many_quiet_threads_are_busy_together(article):
    section = article.get_parent().specific
    pages = [make_article(section, title=f"Story {n}") for n in range(rules.BUSY_PERSON + 2)]
    mails = []
    with time_machine.travel(datetime(2026, 3, 4, 10, 20, tzinfo=UTC), tick=False):
        for page in pages:
            confirmed(page)
            post(page)
            mails += told("Hello")
    assert len(mails) == rules.BUSY_PERSON


def test_while_paused_nothing_is_sent_nor_later(article, member):
    subscribe(article, identity=identity_of(member))
    ann = confirmed(article)
    for recipient in (ann, actions.member_recipient(member)):
        actions.pause(recipient=recipient)
    post(article)
    assert told() == []
    for recipient in (ann, actions.member_recipient(member)):
        actions.resume(recipient=recipient)
    assert told() == []
    # The member finds it in the inbox all the same.
    assert list(Notice.objects.values_list("recipient__email", flat=True)) == [member.email]


def test_what_was_ended_before_the_digest_is_not_in_it(article):
    ann = confirmed(article, frequency="hourly")
    post(article)
    told()
    actions.end(subscriptions=[ann.subscriptions.get().pk])
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        actions.write_letters.enqueue()
        assert told() == []


def test_mails_carry_what_mail_programs_need_to_unsubscribe(article, client):
    confirmed(article)
    comment = post(article, text="Words & <b>more</b>")
    told()
    message = mail.outbox[0].message()
    raw = message.as_bytes().decode()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    link = message["List-Unsubscribe"]
    assert link.startswith("<http") and link.endswith("/>") and link.strip("<>") in mail.outbox[0].body
    assert max(len(line) for line in raw.splitlines()) < 998
    assert mail.outbox[0].subject == "The Ferry Post: Bob: A bridge"
    assert f"/discussion/comments/{comment.pk}/" in mail.outbox[0].body
    assert "Words & <b>more</b>" in mail.outbox[0].body
    assert message.get_content_type() == "text/plain"


def test_names_cannot_forge_headers(article):
    confirmed(article)
    post(article, name="Bob\u2028Bcc: x@example.org", text="Hi\r\nBcc: y@example.org")
    told()
    raw = mail.outbox[0].message().as_bytes().decode().partition("\n\n")[0]
    assert "\nBcc" not in raw


def test_the_poster_writes_one_row_for_telling_however_many_want_it(article):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            post(article, text=f"At {timezone.now()}")
        return len(captured)

    cost()
    first = cost()
    for number in range(20):
        confirmed(article, f"r{number}@example.org")
    before = Job.objects.count()
    assert cost() == first
    assert Job.objects.count() == before + 1


def test_a_job_tells_a_bounded_number_of_people_and_leaves_the_rest_to_the_next(article, monkeypatch):
    monkeypatch.setattr(rules, "PEOPLE_PER_JOB", 3)
    monkeypatch.setattr(rules, "LETTERS_PER_JOB", 2)
    for number in range(10):
        confirmed(article, f"r{number}@example.org", frequency="now")
    post(article, text="To all")
    assert told("To all") == [f"r{number}@example.org" for number in range(10)]
    assert Job.objects.filter(task__endswith="spread").count() == 4


@pytest.mark.parametrize("people", [1, 3, 40])
def test_telling_costs_the_same_number_of_queries_for_any_number_of_people(article, people):
    for number in range(people):
        confirmed(article, f"r{number}@example.org", frequency="hourly")
    comment = post(article)
    from pennypress.discussion.actions.telling import tell_of_comment

    Job.objects.all().delete()
    tell_of_comment.call(str(comment.pk))
    news = Job.objects.get(task__endswith="spread").args[0]
    with CaptureQueriesContext(connection) as captured:
        actions.spread.call(news)
    assert Notice.objects.count() == people
    assert len(captured) == 9


def test_an_author_is_followed(client, article, work_off):
    byline = make_byline(article)
    author = client.get(f"/authors/{byline.slug}/").content.decode()
    assert "Follow Ida Holm" in author
    said = client.post(f"/authors/{byline.slug}/follow/", {"email": "ann@example.org"})
    assert "look into your mail" in said.content.decode()
    Subscription.objects.update(confirmed_at=timezone.now())
    told()
    new = make_article(article.get_parent().specific, title="A tunnel", live=False)
    new.article_bylines.create(byline=byline)
    new.save_revision().publish()
    assert told("A tunnel") == ["ann@example.org"]
    assert Subscription.objects.get().kind == Kind.AUTHOR
    # An old article published again, or brought in from elsewhere, is no news.
    new.save_revision().publish()
    old = make_article(article.get_parent().specific, title="Old", live=False)
    old.article_bylines.create(byline=byline)
    old.first_published_at = timezone.now() - timedelta(days=400)
    old.save_revision().publish()
    assert told() == []


def test_moderators_who_want_it_are_told_hourly_of_what_waits(client, article, moderator, member):
    client.force_login(moderator)
    assert "Tell me hourly" in client.get("/account/subscriptions/").content.decode()
    client.post("/account/subscriptions/", {"offer": "held"})
    assert "Tell me hourly" not in client.get("/account/subscriptions/").content.decode()
    client.force_login(member)
    client.post("/account/subscriptions/", {"offer": "held"})
    assert Subscription.objects.get().recipient.user == moderator
    with time_machine.travel(datetime(2026, 3, 4, 10, 20, tzinfo=UTC), tick=False) as clock:
        for number in range(3):
            post(article, by_staff=False, text=f"First {number}")
        assert told() == []
        clock.move_to(datetime(2026, 3, 4, 11, 0, 1, tzinfo=UTC))
        assert told("3 comments wait for approval") == [moderator.email]
        assert mail.outbox[0].extra_headers["List-Unsubscribe-Post"]
        moderator.is_superuser = False
        moderator.save()
        post(article, by_staff=False, text="Another")
        clock.shift(timedelta(hours=1))
        assert told() == []


def test_a_comment_brought_in_or_restored_tells_nobody(article, moderator):
    confirmed(article)
    comment = post(article)
    told()
    discussion.remove_comment(comment_id=comment.pk, moderator=moderator, rule="spam")
    discussion.restore_comment(comment_id=comment.pk, moderator=moderator)
    discussion.import_comment(
        page_id=article.pk, external_key="1", name="Old", text="Old words", created_at=timezone.now()
    )
    assert told() == []


def test_a_kind_is_never_two_things_at_once():
    assert len({kind.value for kind in Kind}) == len(Kind)
    assert all(len(a.value) <= 12 for a, _ in itertools.product(Kind, [0]))
