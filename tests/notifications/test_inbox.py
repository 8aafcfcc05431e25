"""The inbox of members: what they were told, what they have read, and how many that is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pennypress.discussion import actions as discussion
from pennypress.notifications import queries, rules
from pennypress.notifications.models import Notice
from tests.notifications.conftest import make_member
from tests.notifications.ground import BOB, identity_of, post, subscribe, told


def answer_to(article, member, text="An answer", **fields):
    mine = post(article, identity=identity_of(member), text=f"Mine, for {text}")
    return post(article, identity=BOB, parent_id=mine.pk, text=text, **fields)


def test_a_member_finds_answers_to_their_words_without_asking_and_without_mail(client, article, member):
    answer_to(article, member, "A good answer")
    assert told() == []
    client.force_login(member)
    page = client.get("/account/inbox/").content.decode()
    assert "A good answer" in page and "1 not read" in page
    assert client.get("/account/inbox/").content.decode().count("Mark as read") == 1


def test_reading_is_marked_one_by_one_or_all_at_once_up_to_what_was_shown(client, article, member):
    for number in range(3):
        answer_to(article, member, f"Answer {number}")
    told()
    client.force_login(member)
    newest = Notice.objects.latest("pk")
    first = Notice.objects.order_by("pk").first()
    assert client.get(f"/account/inbox/{first.pk}/").status_code == 405
    client.post(f"/account/inbox/{first.pk}/", headers={"X-Fragment": "1"})
    assert queries.unread_of(identity_of(member)) == 2
    answer_to(article, member, "Came while the page was open")
    told()
    client.post("/account/inbox/read/", {"newest": str(newest.pk)})
    assert queries.unread_of(identity_of(member)) == 1


def test_nobody_reads_or_marks_anothers_inbox(client, article, member, django_user_model):
    answer_to(article, member, "For Mia alone")
    told()
    other = make_member(django_user_model, "other@example.org")
    client.force_login(other)
    assert "For Mia alone" not in client.get("/account/inbox/").content.decode()
    client.post(f"/account/inbox/{Notice.objects.get().pk}/")
    client.post("/account/inbox/read/", {"newest": str(Notice.objects.get().pk)})
    assert queries.unread_of(identity_of(member)) == 1
    client.logout()
    assert client.get("/account/inbox/").status_code == 302


def test_what_was_removed_is_not_shown_in_any_inbox(client, article, member, moderator):
    comment = answer_to(article, member, "Nasty words")
    told()
    discussion.remove_comment(comment_id=comment.pk, moderator=moderator, rule="attack")
    client.force_login(member)
    page = client.get("/account/inbox/").content.decode()
    assert "Nasty words" not in page and "has been taken down" in page


def test_the_count_comes_with_the_marks_of_a_thread_and_costs_one_query(client, article, member):
    comment = answer_to(article, member)
    told()
    client.force_login(member)
    address = f"/discussion/threads/{comment.thread_id}/marks/"
    with CaptureQueriesContext(connection) as captured:
        marks = client.get(address).json()
    assert (marks["unread"], marks["unread_shown"]) == (1, "1")
    assert len([query for query in captured if "notifications_" in query["sql"]]) == 1
    assert queries.counted(rules.MAX_UNREAD_COUNTED) == "99+"
    # Shared bytes hold none of it.
    assert "New in your inbox: 1" not in client.get(article.url).content.decode()


@pytest.mark.parametrize("size", [1, 3, rules.INBOX_PAGE])
def test_a_page_of_the_inbox_costs_the_same_at_any_length(client, article, member, size):
    subscribe(article, identity=identity_of(member), frequency="site")
    for number in range(size):
        post(article, text=f"Comment {number}")
    told()
    client.force_login(member)
    client.get("/account/inbox/")
    with CaptureQueriesContext(connection) as captured:
        page = client.get("/account/inbox/").content.decode()
    assert page.count("told-words") == size
    assert len(captured) == 7


def test_paging_meets_every_notice_once_while_others_arrive(article, member):
    subscribe(article, identity=identity_of(member), frequency="site")
    for number in range(2 * rules.INBOX_PAGE + 3):
        post(article, text=f"Comment {number}")
    told()
    recipient = queries.recipient_of(identity_of(member))
    page = queries.inbox(recipient)
    seen = [each.notice.pk for each in page.told]
    post(article, text="Late")
    told()
    while page.next_cursor:
        page = queries.inbox(recipient, before=page.next_cursor)
        seen += [each.notice.pk for each in page.told]
    assert len(seen) == len(set(seen)) == 2 * rules.INBOX_PAGE + 3
