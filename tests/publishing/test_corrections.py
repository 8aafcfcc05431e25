"""A correction is dated, public, and credits whoever noticed, if they wish."""

import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from pennypress.discussion.actions import import_comment, remove_comment
from pennypress.discussion.actions.erasing import erase_comments
from pennypress.notifications.models import Mail
from pennypress.publishing import actions, rules
from pennypress.publishing.models import Correction
from tests.factories import make_article, make_section

WORDS = "The crane was sold in 1989, not in 1988."


@pytest.fixture
def section(newsroom):
    return make_section(newsroom)


@pytest.fixture
def article(section):
    return make_article(section)


@pytest.fixture
def editor(newsroom, django_user_model):
    return django_user_model.objects.create_superuser("e@example.org", name="Ed")


def note(article, **fields):
    fields = {"name": "Marsh Hen", "text": "It was 1989.", "email": "hen@example.org", **fields}
    return import_comment(page_id=article.pk, external_key="1", created_at=timezone.now(), **fields)[0]


def correct(article, editor, **fields):
    return actions.correct_article(**{"article_id": article.pk, "text": WORDS, "editor": editor, **fields})


def test_it_stands_with_the_article_in_its_data_and_on_the_corrections_page(client, article, editor):
    correction = correct(article, editor, credit="Marsh Hen")
    page = client.get(article.url).content.decode()
    assert f'id="correction-{correction.pk}"' in page and WORDS in page and "Thanks to Marsh Hen" in page
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL).group(1))
    assert [row["text"] for row in data["correction"]] == [WORDS]
    for address in ("/corrections/", "/corrections/feed.rss"):
        assert WORDS in client.get(address).content.decode()
    assert client.get(f"/corrections/{correction.pk}/").url.endswith(f"{article.url}#correction-{correction.pk}")


def test_it_outlives_the_next_publication(client, article, editor):
    correct(article, editor)
    article.save_revision().publish()
    assert WORDS in client.get(article.url).content.decode()


def test_the_reader_is_told_once_and_named_only_after_saying_yes(client, article, editor):
    comment = note(article)
    for _press in range(2):
        correction = correct(article, editor, credit="Marsh Hen", ask=True, source=f"comment:{comment.pk}")
    mail = Mail.objects.get(key=f"correction:{correction.pk}")
    assert mail.to == "hen@example.org" and WORDS in mail.text and Correction.objects.count() == 1
    assert "Marsh Hen." not in client.get("/corrections/").content.decode()
    address = re.search(r"http://[^/]+(/corrections/credit/\S+)", mail.text).group(1)
    assert client.get(address).status_code == 200
    correction.refresh_from_db()
    assert correction.credit == ""
    client.post(address, {"named": "1"})
    assert "Thanks to Marsh Hen." in client.get("/corrections/").content.decode()
    client.post(address, {"named": ""})
    assert "Thanks to Marsh Hen." not in client.get(article.url).content.decode()
    assert client.get(address[:-3] + "xx/").status_code == 404


def test_the_comment_says_what_it_led_to_until_that_is_taken_back(client, article, editor):
    comment = note(article)
    correction = correct(article, editor, source=f"comment:{comment.pk}")
    assert f'href="/corrections/{correction.pk}/">Led to a correction' in client.get(article.url).content.decode()
    actions.withdraw_correction(correction_id=correction.pk, editor=editor)
    page = client.get(article.url).content.decode()
    assert "Led to a correction" not in page and WORDS not in page
    assert WORDS not in client.get("/corrections/").content.decode()
    assert correct(article, editor, source=f"comment:{comment.pk}").pk != correction.pk


def test_a_note_without_an_address_or_that_is_gone_is_no_hindrance(article, editor):
    remove_comment(comment_id=note(article, email="").pk, moderator=editor, rule="spam")
    correct(article, editor, source="comment:0192f000-0000-7000-8000-000000000000")
    assert not Mail.objects.exists()


def test_only_who_may_publish_corrects_and_only_what_is_public(article, section, editor, django_user_model):
    writer = django_user_model.objects.create_user("w@example.org")
    writer.groups.add(Group.objects.get(name="Writers"))
    draft = make_article(section, title="Draft", live=False)
    for wrong in (
        (article, writer, WORDS),
        (draft, editor, WORDS),
        (article, editor, "  "),
        (article, editor, "x" * 2_001),
    ):
        with pytest.raises(rules.Refused):
            correct(wrong[0], wrong[1], text=wrong[2])
    assert not Correction.objects.exists()


def test_the_page_is_turned_by_cursor_and_costs_the_same(
    client, section, article, editor, django_assert_max_num_queries
):
    for number in range(65):
        row = correct(article, editor, text=f"Number {number:03}.")
        Correction.objects.filter(pk=row.pk).update(made_at=timezone.now() + timedelta(minutes=number))
    seen, address = [], "/corrections/"
    while address:
        with django_assert_max_num_queries(3):
            page = client.get(address).content.decode()
        seen += re.findall(r"Number (\d+)", page)
        following = re.search(r'href="(\?before=[^"]+)"', page)
        address = f"/corrections/{following.group(1)}" if following else ""
    assert seen == [f"{number:03}" for number in reversed(range(65))]
    assert client.get("/corrections/?before=forged").status_code == 404


def test_a_private_articles_correction_is_in_no_list(client, article, editor):
    from wagtail.models import PageViewRestriction

    correction = correct(article, editor)
    PageViewRestriction.objects.create(page=article, restriction_type="login")
    assert WORDS not in client.get("/corrections/").content.decode()
    assert client.get(f"/corrections/{correction.pk}/").status_code == 404


def test_an_editor_corrects_at_the_desk_from_a_readers_comment(client, article, editor):
    comment = note(article)
    client.force_login(editor)
    found = client.get(f"/discussion/comments/{comment.pk}/").content.decode()
    address = re.search(r'href="(/admin/corrections/new/[^"]+)"', found).group(1).replace("&amp;", "&")
    form = client.get(address).content.decode()
    assert "It was 1989." in form and 'value="Marsh Hen"' in form and f'value="comment:{comment.pk}"' in form
    fields = {
        "article": article.pk,
        "text": WORDS,
        "credit": "Marsh Hen",
        "ask": "yes",
        "source": f"comment:{comment.pk}",
    }
    assert client.post("/admin/corrections/new/", fields).status_code == 302
    assert WORDS in client.get("/admin/corrections/").content.decode()
    refused = client.post("/admin/corrections/new/", {**fields, "source": ""})
    assert "Nobody can be asked here" in refused.content.decode()
    client.post(f"/admin/corrections/{Correction.objects.get().pk}/withdrawal/")
    assert Correction.objects.get().withdrawn_by == editor


def test_who_erases_their_comment_is_thanked_by_name_no_more(client, article, editor):
    comment = note(article)
    correct(article, editor, credit="Marsh Hen", source=f"comment:{comment.pk}")
    assert "Thanks to Marsh Hen" in client.get(article.url).content.decode()
    erase_comments(keys=[comment.author_key])
    for address in (article.url, "/corrections/"):
        page = client.get(address).content.decode()
        assert WORDS in page and "Marsh Hen" not in page
