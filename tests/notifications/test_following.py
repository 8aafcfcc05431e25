"""Subscriptions follow a comment that is moved or merged, and who reported one is told what came of it."""

from datetime import timedelta

import time_machine
from django.core import mail
from django.utils import timezone

from pennypress.discussion import actions as discussion
from pennypress.discussion import rules
from pennypress.discussion.models import ModerationLog, Report
from pennypress.notifications.actions import write_due_letters
from pennypress.notifications.models import Notice, Recipient, Subscription
from tests.factories import make_article
from tests.notifications.ground import ANN, BOB, confirmed, identity_of, post, subscribe, told


def later():
    return time_machine.travel(timezone.now() + rules.SECOND_THOUGHTS + timedelta(minutes=1))


def undo_last(moderator):
    discussion.undo(batch=ModerationLog.objects.first().batch, moderator=moderator)


def test_who_waits_for_answers_is_told_of_them_where_the_branch_was_moved(article, moderator):
    other = make_article(article.get_parent().specific, title="Other")
    mine = post(article, identity=ANN, text="Mine")
    below = post(article, text="Below", parent_id=mine.pk)
    confirmed(article, "this@example.org", kind="replies", comment=below, identity=ANN)
    confirmed(article, "mine@example.org", kind="my-replies", identity=ANN)
    confirmed(article, "all@example.org", kind="comments", identity=ANN)
    told()
    discussion.move_comment(comment_id=mine.id, page_id=other.pk, moderator=moderator)
    post(other, text="To what was moved", parent_id=below.pk)
    assert told("To what was moved") == ["this@example.org"]
    post(other, text="To my own", parent_id=mine.pk)
    assert told("To my own") == ["mine@example.org"]
    assert set(Subscription.objects.filter(kind="replies").values_list("title", flat=True)) == {"Other"}
    undo_last(moderator)
    post(article, text="Back again", parent_id=below.pk)
    assert told("Back again") == ["all@example.org", "this@example.org"]
    # Their own comments are awaited under both articles, once in each.
    assert Subscription.objects.filter(kind="my-replies", subject=ANN.key).count() == 2


def test_who_waits_for_answers_to_a_merged_comment_is_told_of_those_to_the_one_that_stays(article, moderator):
    kept, doubled = post(article, text="Said once"), post(article, identity=ANN, text="Said twice")
    confirmed(article, "twin@example.org", kind="replies", comment=doubled, identity=BOB)
    confirmed(article, "mine@example.org", kind="my-replies", identity=ANN)
    told()
    discussion.merge_comments(kept_id=kept.id, duplicate_id=doubled.id, moderator=moderator)
    post(article, text="An answer", parent_id=kept.pk)
    assert told("An answer") == ["mine@example.org", "twin@example.org"]
    undo_last(moderator)
    post(article, text="Another answer", parent_id=kept.pk)
    assert told("Another answer") == []


def report(comment, identity=ANN, email=""):
    discussion.report_comment(comment_id=comment.id, identity=identity, rule="attack")
    return discussion.follow_report(comment=comment, identity=identity, email=email)


def test_a_guest_who_left_an_address_and_confirmed_it_is_told_the_outcome_once(article, moderator):
    comment = post(article, text="Harsh words")
    report(comment, email="ann@example.org")
    Subscription.objects.update(confirmed_at=timezone.now())
    told()
    discussion.remove_comment(comment_id=comment.id, moderator=moderator, rule="attack")
    assert told() == [], "it may be undone still"
    with later():
        assert told("removed the comment: an attack on a person") == ["ann@example.org"]
        assert "Harsh words" not in mail.outbox[0].body
        discussion.restore_comment(comment_id=comment.id, moderator=moderator)
        discussion.remove_comment(comment_id=comment.id, moderator=moderator, rule="hate")
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert told() == [], "one mail for one report"


def test_an_address_nobody_confirmed_hears_nothing_but_the_question(article, moderator):
    comment = post(article)
    report(comment, email="stranger@example.org")
    discussion.keep_comment(comment_id=comment.id, moderator=moderator)
    with later():
        assert told() == []


def test_a_member_is_told_without_giving_an_address_and_a_guest_without_one_is_not(article, moderator, member):
    comment = post(article)
    report(comment, identity=identity_of(member))
    assert report(comment, identity=ANN) is None
    discussion.keep_comment(comment_id=comment.id, moderator=moderator)
    with later():
        assert told("looked at it, and the comment stays") == [member.email]
    assert Notice.objects.get(source="report").recipient.user == member


def test_an_undone_decision_is_told_to_nobody_and_the_last_one_counts(article, moderator, member):
    comment = post(article)
    report(comment, identity=identity_of(member))
    discussion.remove_comment(comment_id=comment.id, moderator=moderator, rule="attack")
    undo_last(moderator)
    with later():
        assert told() == [] and not Notice.objects.filter(source="report").exists()
        discussion.keep_comment(comment_id=comment.id, moderator=moderator)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert told("and the comment stays") == [member.email]


def test_several_outcomes_come_as_one_digest_to_who_wants_it_so(article, moderator, member):
    comments = [post(article, text=f"Words {number}") for number in range(3)]
    for comment in comments:
        report(comment, identity=identity_of(member))
    Subscription.objects.update(frequency="daily")
    for comment in comments:
        discussion.keep_comment(comment_id=comment.id, moderator=moderator)
    with later():
        told()
    with time_machine.travel(timezone.now() + timedelta(days=1, hours=1)):
        write_due_letters()
        assert told("and the comment stays") == [member.email]


def test_the_form_takes_the_address_and_says_what_comes(client, article):
    comment = post(article)
    address = f"/discussion/comments/{comment.id}/report/"
    assert client.post(address, {"rule": "hate", "email": "no address"}).status_code == 422
    assert not Report.objects.exists()
    answer = client.post(address, {"rule": "hate", "email": "Ann@example.org"})
    assert answer.status_code == 201 and "confirm" in answer.content.decode()
    assert Recipient.objects.get().email == "ann@example.org"
    assert Subscription.objects.get().kind == "report"


def test_subscriptions_to_what_was_moved_are_still_seen_and_ended_by_their_people(article, moderator):
    other = make_article(article.get_parent().specific, title="Other")
    mine = post(article, identity=ANN)
    subscribe(other, "both@example.org", kind="my-replies", identity=ANN)
    confirmed(article, "both@example.org", kind="my-replies", identity=ANN)
    discussion.move_comment(comment_id=mine.id, page_id=other.pk, moderator=moderator)
    assert Subscription.objects.filter(recipient__email="both@example.org").count() == 2
