"""A copy of everything about a person, and its erasure; for members and for guests."""

import json
from fnmatch import fnmatch

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import EmailField, ForeignKey
from django.test import Client
from django.utils import timezone

from pennypress.discussion import actions
from pennypress.discussion.models import Comment, CommentVersion, Lesson, Removal, Said, State, Thread, Vote
from pennypress.discussion.rules import Refused
from pennypress.funding.models import Gift, Pledge
from pennypress.notifications.actions import post_text
from pennypress.notifications.models import Device, Mail, Recipient, Subscription
from pennypress.readers.identity import GUEST_COOKIE, MARKS_COOKIE, Identity
from pennypress.readers.models import Erasure, User
from pennypress.readers.rights import parts
from tests.discussion.ground import OTHER, bring, post
from tests.factories import make_article, make_section

# By these names models say who somebody is, besides relations to the user and e-mail addresses.
TELLING = {"author_key", "voter_key", "reader_key", "reporter_key", "person_key", "who", "identity", "key_of", "user_uuid", "moderator_uuid",
           "ip", "ip_address", "user_agent", "endpoint", "p256dh"}  # fmt: skip


def says_who(field) -> bool:
    to_user = isinstance(field, ForeignKey) and field.related_model is apps.get_model(settings.AUTH_USER_MODEL)
    return to_user or isinstance(field, EmailField) or field.name in TELLING


def test_every_model_that_may_hold_something_about_a_person_is_known():
    known = [label for part in parts() for label in (*part.models, *part.kept)]
    forgotten = sorted(
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if any(says_who(field) for field in model._meta.concrete_fields)
        and not any(fnmatch(model._meta.label, label) for label in known)
    )
    assert forgotten == [], "register these with pennypress.readers.rights, in the rights.py of their room"
    for label in known:
        if "*" not in label:
            apps.get_model(label)


def test_the_walk_would_notice_a_forgotten_model():
    assert says_who(Vote._meta.get_field("voter_key")) and says_who(Gift._meta.get_field("email"))
    assert says_who(Removal._meta.get_field("moderator")) and not says_who(Vote._meta.get_field("value"))


@pytest.fixture
def article(newsroom):
    return make_article(make_section(newsroom))


@pytest.fixture
def moderator(newsroom, django_user_model):
    return django_user_model.objects.create_superuser("m@example.org", name="Mo")


@pytest.fixture
def ann(newsroom, django_user_model):
    user = django_user_model.objects.create_user("ann@example.org", name="Ann Secret")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    user.emailaddress_set.create(email="not-hers@example.org", verified=False)
    return user


@pytest.fixture
def by_ann(ann):
    client = Client()
    client.force_login(ann)
    return client


@pytest.fixture
def lived(article, ann, by_ann, moderator, work_off):
    """Ann has written, been answered, edited, voted, given, been mailed, and had a comment removed."""
    identity = Identity(f"user:{ann.pk}", ann.pk, ann.name, False)
    first = post(
        article,
        identity=identity,
        name="Ann Secret",
        text="Her secret words in the thread, and some more of them",
        email="Ann@Example.org",
    )
    actions.approve_comment(comment_id=first.pk, moderator=moderator)
    leaf = post(article, identity=identity, name="Ann Secret", text="A leaf with secret words")
    actions.edit_comment(comment_id=leaf.pk, identity=identity, text="A leaf with other secret words")
    bad = post(article, identity=identity, name="Ann Secret", text="Bad secret words")
    actions.remove_comment(comment_id=bad.pk, moderator=moderator, rule="attack", note="Dear Ann Secret, no.")
    theirs = bring(article, 1, name="Ben", text="An answer that stays")
    answer = bring(article, 2, name="Cem", text="I see it as you do", parent=Comment.objects.get(pk=first.pk))
    actions.vote(comment_id=theirs.pk, identity=identity, value=1)
    actions.vote(comment_id=answer.pk, identity=identity, value=-1)
    actions.vote(comment_id=theirs.pk, identity=OTHER, value=1)
    Gift.objects.create(key="g", email="Ann@Example.org", amount=500, currency="EUR", provider="fake", state="captured")
    Pledge.objects.create(email="Ann@Example.org", amount=500, currency="EUR", provider="fake", active=True)
    recipient, _ = Recipient.objects.get_or_create(email="ann@example.org", defaults={"user": ann})
    Subscription.objects.create(
        recipient=recipient, kind="author", subject="1", title="Ida Holm", url="/x/", confirmed_at=timezone.now()
    )
    Device.objects.create(recipient=recipient, endpoint="https://push.example/ann", public_key="k", secret="s")
    post_text(to="Ann@Example.org", subject="Thanks", text="Thank you", key="t")
    work_off()
    return {"first": first, "leaf": leaf, "theirs": theirs, "answer": answer}


def copy_for(client):
    answer = client.post("/account/data/copy/")
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    return json.loads(answer.content)


def test_a_member_takes_a_copy_of_everything(by_ann, lived):
    found = copy_for(by_ann)
    assert {c["text"] for c in found["comments"]} == {
        "Her secret words in the thread, and some more of them", "A leaf with other secret words", "Bad secret words",
    }  # fmt: skip
    leaf = next(c for c in found["comments"] if c["id"] == str(lived["leaf"].pk))
    assert [v["text"] for v in leaf["earlier_versions"]] == ["A leaf with secret words"]
    assert [r["note"] for c in found["comments"] for r in c["removals"]] == ["Dear Ann Secret, no."]
    assert {v["value"] for v in found["votes"]} == {1, -1}
    assert found["gifts"]["gifts"][0]["amount"] == 500 and found["gifts"]["monthly"][0]["active"]
    subjects = [mail["subject"] for mail in found["mails"]]
    assert sorted(subjects) == ["Thanks", "The Ferry Post: Your comment was removed"]
    assert [row["title"] for row in found["telling"]["subscriptions"]] == ["Ida Holm"]
    assert found["telling"]["devices"][0]["endpoint"] == "https://push.example/ann"
    assert found["account"]["email"] == "ann@example.org" and found["newsroom"] == "The Ferry Post"


def test_nobody_gets_anothers_copy(client, by_ann, lived, django_user_model):
    assert client.post("/account/data/copy/").status_code == 302
    other = django_user_model.objects.create_user("other@example.org")
    # An address that was typed and never confirmed opens nothing.
    other.emailaddress_set.create(email="ann@example.org", verified=False)
    client.force_login(other)
    found = copy_for(client)
    assert found.keys() <= {"newsroom", "made_at", "account"}
    assert client.get("/account/data/copy/").status_code == 405


def erase(client, work_off):
    answer = client.post("/account/data/erasure/", {"sure": "yes"})
    assert answer.status_code == 302
    work_off()
    return answer


def everything_kept():
    """Every row of every table, as text."""
    return "\n".join(
        str(row)
        for model in apps.get_models()
        if model is not Gift and model is not Pledge
        for row in model.objects.values_list()
    )


def test_a_member_is_erased_and_the_thread_stays_readable(client, by_ann, ann, lived, article, work_off):
    before = Thread.objects.get().comment_count
    erase(by_ann, work_off)
    assert not Erasure.objects.get().done_at
    # What was still to be told is sent by now, so that its address can go too.
    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=6)):
        work_off()
    left = everything_kept()
    for trace in ("ann@example.org", "Ann@Example.org", "Ann Secret", "secret words", str(ann.pk), ann.pk.hex):
        assert trace not in left, trace
    page = client.get(article.url).content.decode()
    assert "Its author has taken this comment back." in page and "I see it as you do" in page
    assert "leaf" not in page and "Ann Secret" not in page
    first, leaf = (Comment.objects.get(pk=lived[name].pk) for name in ("first", "leaf"))
    assert first.is_shown and first.erased_at and not leaf.is_shown
    assert Thread.objects.get().comment_count == before - 2 == 2
    assert not CommentVersion.objects.exists() and not Said.objects.exists() and not Lesson.objects.exists()
    theirs, answer = (Comment.objects.get(pk=lived[name].pk) for name in ("theirs", "answer"))
    assert (theirs.up, theirs.down, theirs.net) == (1, 0, 1) and (answer.up, answer.down) == (0, 0)
    assert answer.best_score == 0 and Vote.objects.count() == 1
    assert not User.objects.filter(pk=ann.pk).exists() and not Session.objects.exists()
    # The books keep the gift, the promise has ended, and who asked is forgotten.
    assert Gift.objects.get().email == "Ann@Example.org" and not Pledge.objects.get().active
    done = Erasure.objects.get()
    assert done.done_at and (done.keys, done.emails, done.user_uuid) == ([], [], None)


def test_what_stays_is_said_before(by_ann, lived):
    page = by_ann.get("/account/data/erasure/").content.decode()
    assert "Gifts stay in the books" in page and "Your monthly gift ends" in page
    assert by_ann.post("/account/data/erasure/", {}).status_code == 422
    assert User.objects.filter(email="ann@example.org", is_active=True).exists() and not Erasure.objects.exists()


def test_erasing_again_or_from_where_it_was_killed_changes_nothing_more(by_ann, lived, work_off, monkeypatch):
    from pennypress.discussion.actions import erasing

    real, calls = erasing.withdraw_votes, []

    def killed_once(**kwargs):
        calls.append(1)
        if len(calls) == 1:
            raise SystemError("power cut")
        return real(**kwargs)

    monkeypatch.setattr(erasing, "withdraw_votes", killed_once)
    monkeypatch.setattr(erasing, "BATCH", 1)
    by_ann.post("/account/data/erasure/", {"sure": "yes"})
    for minutes in (0, 10, 30, 60):
        with time_machine.travel(timezone.now() + timezone.timedelta(minutes=minutes)):
            work_off()
    assert len(calls) > 2 and Erasure.objects.get().done_at
    assert Thread.objects.get().comment_count == 2 and Vote.objects.count() == 1


def test_a_guest_takes_a_copy_and_is_erased_by_their_cookie(client, article, work_off):
    address = f"/discussion/pages/{article.pk}/comments/"
    client.post(address, {"text": "A guest's words", "name": "Gus", "email": "gus@example.org"})
    assert [c["text"] for c in copy_for(client)["comments"]] == ["A guest's words"]
    assert "no account here" in client.get("/account/data/").content.decode()
    answer = erase(client, work_off)
    assert answer.cookies[GUEST_COOKIE].value == "" and answer.cookies[MARKS_COOKIE].value == ""
    comment = Comment.objects.get()
    assert comment.state == State.REMOVED and not comment.text and not comment.email and not comment.name
    assert Thread.objects.get().held_count == 0
    assert "Nothing is kept about this browser" in client.get("/account/data/").content.decode()


def test_an_erased_comment_is_not_brought_back(by_ann, lived, moderator, work_off):
    erase(by_ann, work_off)
    with pytest.raises(Refused):
        actions.restore_comment(comment_id=lived["first"].pk, moderator=moderator)


def test_who_has_a_desk_gives_it_back_first(client, moderator, work_off):
    client.force_login(moderator)
    assert client.get("/account/data/erasure/").status_code == 403
    assert client.post("/account/data/erasure/", {"sure": "yes"}).status_code == 403
    work_off()
    assert User.objects.filter(pk=moderator.pk, is_active=True).exists()


def test_copies_are_limited_and_no_other_site_can_ask(by_ann, lived):
    assert (
        by_ann.post("/account/data/erasure/", {"sure": "yes"}, headers={"sec-fetch-site": "cross-site"}).status_code
        == 403
    )
    codes = [by_ann.post("/account/data/copy/").status_code for _ in range(8)]
    assert codes[0] == 200 and codes[-1] == 429
    assert Mail.objects.exists()
