import pytest
import time_machine
from allauth.account.models import EmailAddress

from pennypress.discussion import actions, rules
from pennypress.discussion.mentions import MAX_MENTIONS
from pennypress.discussion.models import Comment, Mention, State
from pennypress.notifications.models import Notice
from pennypress.readers.identity import Identity
from tests.discussion.ground import GUEST, bring, post
from tests.factories import make_article


@pytest.fixture(autouse=True)
def _noon():
    """One moment for all: who wrote last, and which job is due, is never a matter of the machine's clock."""
    with time_machine.travel("2026-03-02T12:00:00Z", tick=False):
        yield


def test_a_name_that_one_person_has_leads_to_their_latest_comment(article):
    bring(article, 1, name="Paul")
    latest = bring(article, 2, name="Paul")
    comment = post(article, text="I agree with @Paul, mostly.", by_staff=True)
    assert f'<a href="/discussion/comments/{latest.id}/"' in comment.html and ">@Paul</a>, mostly." in comment.html
    assert Mention.objects.get().target == latest


def test_a_name_that_two_have_is_bound_by_choosing(article):
    one = bring(article, 1, name="paul ( original )", email="one@example.org")
    bring(article, 2, name="paul ( original )", email="two@example.org")
    bring(article, 3, name="Kim", email="one@example.org")
    bring(article, 4, name="Kim", email="two@example.org")
    unbound = post(article, text="@Kim and @paul ( original )", by_staff=True)
    assert "<a" not in unbound.html and not Mention.objects.exists()
    chosen = post(article, text="Now @paul ( original ) it is", by_staff=True, mentions=[one.id])
    assert f"{one.id}/" in chosen.html and ">@paul ( original )</a> it is" in chosen.html
    assert Mention.objects.get().target == one


def test_what_was_chosen_but_not_written_or_of_another_article_mentions_nobody(newsroom, article):
    here = bring(article, 1, name="Ann")
    other = make_article(article.get_parent().specific, title="Other")
    there = bring(other, 2, name="Bea")
    held = post(article, name="Cleo")
    comment = post(article, text="@Bea @Cleo", by_staff=True, mentions=[here.id, there.id, held.id])
    assert "<a" not in comment.html


def test_a_member_who_is_named_finds_it_in_the_inbox_once_it_is_public(article, moderator, work_off):
    EmailAddress.objects.create(user=moderator, email=moderator.email, verified=True, primary=True)
    target = post(
        article, identity=Identity(f"user:{moderator.pk}", moderator.pk, "Mo", True), name="Mo", by_staff=True
    )
    comment = post(article, text="Hello @Mo, and @Mo again")
    assert comment.is_held and Mention.objects.get().target == target
    work_off()
    assert not Notice.objects.filter(subject=str(comment.id)).exists()
    actions.approve_comment(comment_id=comment.id, moderator=moderator)
    work_off()
    assert Notice.objects.filter(subject=str(comment.id)).count() == 1


def test_who_is_named_anew_by_an_edit_is_told_and_nobody_twice(article, moderator, django_user_model, work_off):
    kim = django_user_model.objects.create_user("kim@example.org", name="Kim")
    for user in (moderator, kim):
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        post(article, identity=Identity(f"user:{user.pk}", user.pk, user.name, True), name=user.name, by_staff=True)
    actions.approve_comment(comment_id=post(article, text="Known").id, moderator=moderator)
    comment = post(article, text="Hello @Mo")
    work_off()
    told = Notice.objects.filter(subject=str(comment.id))
    assert [notice.recipient.user for notice in told] == [moderator]
    for words in ("Hello @Mo and @Kim", "Hello @Kim", "Hello @Mo and @Kim again"):
        actions.edit_comment(comment_id=comment.id, identity=GUEST, text=words)
        work_off()
        assert {notice.recipient.user for notice in told.all()} == {moderator, kim} and told.all().count() == 2


def test_many_edits_do_not_call_up_the_whole_thread(article, moderator, work_off, django_user_model):
    actions.approve_comment(comment_id=post(article, text="Known").id, moderator=moderator)
    for number in range(rules.EDITS_THAT_TELL + 2):
        user = django_user_model.objects.create_user(f"n{number}@example.org", name=f"N{number}")
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        post(article, identity=Identity(f"user:{user.pk}", user.pk, user.name, True), name=user.name, by_staff=True)
    comment = post(article, text="Hello")
    for number in range(rules.EDITS_THAT_TELL + 2):
        actions.edit_comment(comment_id=comment.id, identity=GUEST, text=f"Hello @N{number}")
        work_off()
    assert Notice.objects.filter(subject=str(comment.id)).count() == rules.EDITS_THAT_TELL


def test_an_edit_keeps_who_was_chosen_and_forgets_who_is_not_named_any_more(article, moderator):
    actions.approve_comment(comment_id=post(article, text="Known").id, moderator=moderator)
    paul = bring(article, 1, name="Paul", email="one@example.org")
    bring(article, 2, name="Paul", email="two@example.org")
    bring(article, 3, name="Kim")
    comment = post(article, text="@Paul", mentions=[paul.id])
    edited = actions.edit_comment(comment_id=comment.id, identity=GUEST, text="@Paul and @Kim")
    assert edited.html.count("<a ") == 2 and f"{paul.id}/" in edited.html
    edited = actions.edit_comment(comment_id=comment.id, identity=GUEST, text="@Kim")
    assert Mention.objects.get(comment=edited).name == "Kim"
    actions.edit_comment(comment_id=comment.id, identity=GUEST, text="nobody")
    assert not Mention.objects.exists()


def test_a_mention_is_no_link_of_a_stranger_and_names_have_an_end(article, moderator):
    actions.approve_comment(comment_id=post(article, text="Known").id, moderator=moderator)
    for number in range(MAX_MENTIONS + 3):
        bring(article, number, name=f"N{number}")
    comment = post(article, text=" ".join(f"@N{number}" for number in range(MAX_MENTIONS + 3)))
    assert comment.state == State.PUBLISHED
    assert Mention.objects.count() == MAX_MENTIONS == comment.html.count("<a ")


def test_code_and_links_are_no_mentions(article):
    bring(article, 1, name="Ann")
    comment = post(article, text="`@Ann` [see @Ann](https://example.org) mail@Ann", by_staff=True)
    assert Comment.objects.get(pk=comment.id).html.count("<a ") == 1


def test_the_form_carries_what_was_chosen(client, article):
    one = bring(article, 1, name="Kim", email="one@example.org")
    bring(article, 2, name="Kim", email="two@example.org")
    fields = {"text": "@Kim", "name": "Ann", "mention": [str(one.id), "no number"]}
    page = client.post(f"/discussion/pages/{article.pk}/preview/", fields).content.decode()
    assert f'name="mention" value="{one.id}"' in page and f'href="/discussion/comments/{one.id}/"' in page
    client.post(f"/discussion/pages/{article.pk}/comments/", fields)
    assert Mention.objects.get().target_id == one.id
