import re

import pytest
from django.core import mail

from pennypress.notifications.actions import post_text
from pennypress.notifications.models import Mail
from pennypress.readers.identity import GUEST_COOKIE
from tests.factories import make_article, make_section


def test_a_mail_is_posted_and_sent_once(newsroom, work_off):
    for _ in range(2):
        post_text(to="a@example.org", subject="Hello\r\nBcc: x@example.org", text="t", key="k")
    work_off()
    work_off()
    assert len(mail.outbox) == 1
    assert mail.outbox[0].subject == "Hello Bcc: x@example.org"
    assert Mail.objects.get().sent_at


def test_signing_in_by_a_mailed_code(client, newsroom, django_user_model, work_off):
    user = django_user_model.objects.create_user("ann@example.org")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    client.post("/accounts/login/code/", {"email": user.email})
    work_off()
    code = re.search(r"\b([A-Z0-9]{4,}-?[A-Z0-9]{2,})\b\s*$", mail.outbox[0].body, re.M).group(1)
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert client.get("/account/").status_code == 200


def test_an_unknown_address_is_answered_like_a_known_one(client, newsroom, django_user_model):
    user = django_user_model.objects.create_user("ann@example.org")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    known = client.post("/accounts/login/code/", {"email": user.email})
    client.cookies.clear()
    unknown = client.post("/accounts/login/code/", {"email": "nobody@example.org"})
    assert (known.status_code, known.headers.get("Location")) == (unknown.status_code, unknown.headers.get("Location"))


def test_the_mail_to_an_unknown_address_says_which_it_was(client, newsroom):
    client.post("/accounts/login/code/", {"email": "nobody@example.org"})
    assert "an account with email nobody@example.org." in Mail.objects.get(to="nobody@example.org").text


def test_a_forged_guest_cookie_is_nobody(client, newsroom):
    article = make_article(make_section(newsroom))
    client.cookies[GUEST_COOKIE] = "00000000-0000-0000-0000-000000000001:forged"
    client.post(f"/discussion/pages/{article.pk}/comments/", {"text": "Hi", "name": "Ann"})
    assert "forged" not in client.cookies[GUEST_COOKIE].value


def test_staff_need_a_second_factor_once_the_newsroom_says_so(client, newsroom, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    assert client.get("/admin/").status_code == 200
    newsroom.staff_need_second_factor = True
    newsroom.save()
    assert client.get("/admin/").url == "/accounts/2fa/"


@pytest.mark.parametrize("who", [None, "reader"])
def test_the_operators_mails_are_not_for_readers(client, newsroom, django_user_model, who):
    if who:
        client.force_login(django_user_model.objects.create_user("r@example.org"))
    assert client.get("/operator/mail/").status_code in (302, 403)
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    assert client.get("/operator/mail/").status_code == 200


def test_without_the_second_factor_staff_change_nothing_beside_the_comments_either(client, newsroom, django_user_model):
    from pennypress.discussion.actions import import_comment
    from pennypress.discussion.models import Comment, State
    from tests.factories import make_article, make_section

    article = make_article(make_section(newsroom))
    comment, _new = import_comment(
        page_id=article.pk, external_key="1", name="Ann", created_at=article.first_published_at, text="Hello"
    )
    newsroom.staff_need_second_factor = True
    newsroom.save()
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    removal = f"/discussion/comments/{comment.pk}/removal/"
    assert client.post(removal, {"rule": "spam", "note": ""}).url == "/accounts/2fa/"
    assert Comment.objects.get().state == State.PUBLISHED
    # Readers without rights at the desk are asked for nothing.
    client.force_login(django_user_model.objects.create_user("r@example.org"))
    posted = client.post(f"/discussion/pages/{article.pk}/comments/", {"text": "Good", "name": "R"})
    assert posted.url.startswith("/discussion/comments/")
