"""Markup, preview and quotes: what a commenter sees before and after posting is made by one path."""

from html import escape

import pytest
from hypothesis import HealthCheck, given, settings

from pennypress.discussion import actions, rules
from pennypress.discussion.models import Comment
from pennypress.readers.identity import Identity
from tests.discussion.test_discussion import bring
from tests.factories import make_article, make_section
from tests.lib.test_markup import MARKUP

SCRIPT = {"X-Fragment": "1"}
WRITER = Identity("guest:00000000-0000-0000-0000-000000000009", None, "", False)


@pytest.fixture
def article(newsroom):
    return make_article(make_section(newsroom))


def preview(client, article, text, **options):
    return client.post(f"/discussion/pages/{article.pk}/preview/", {"text": text, "name": "Ann"}, **options)


def test_a_preview_without_scripts_keeps_every_word_and_posts_nothing(client, article):
    words = "  *first* line\n\n>! the end"
    answer = preview(client, article, words)
    page = answer.content.decode()
    assert "<p><em>first</em> line</p>" in page and "<summary>Spoiler</summary>" in page
    assert escape(words) in page and 'value="Ann"' in page and "Post comment" in page
    assert not Comment.objects.exists() and not answer.cookies


def test_previews_of_one_network_have_an_end(client, article, monkeypatch):
    from pennypress.delivery.limits import Limit

    monkeypatch.setattr(rules, "PREVIEWS_PER_NETWORK", Limit("discussion.preview", count=2, seconds=300))
    assert [preview(client, article, "x", headers=SCRIPT).status_code for _ in range(3)] == [200, 200, 429]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MARKUP.map(lambda text: text.replace("\0", "")))
def test_create_edit_and_preview_say_the_same(client, article, monkeypatch, text):
    monkeypatch.setattr(rules, "PREVIEWS_PER_NETWORK", rules.VOTES_PER_NETWORK)
    seen = preview(client, article, text, headers=SCRIPT)
    try:
        posted = actions.post_comment(page_id=article.pk, identity=WRITER, name="Ann", text=text)
        other = actions.post_comment(page_id=article.pk, identity=WRITER, name="Ann", text="before " + text[:9])
        edited = actions.edit_comment(comment_id=other.id, identity=WRITER, text=text)
    except rules.Refused as refusal:
        assert seen.status_code == 422 and seen.content.decode() == refusal.sentence
    else:
        assert seen.status_code == 200
        assert seen.content.decode() == posted.html == edited.html


def test_a_bomb_is_answered_with_one_sentence(client, article):
    for text in (">" * 9_000, "- " * 4_000, ">" * 100_000, "x" * 100_000):
        answer = client.post(f"/discussion/pages/{article.pk}/comments/", {"text": text, "name": "Ann"}, headers=SCRIPT)
        assert answer.status_code == 422 and answer.content.decode().count(". ") <= 1
    assert not Comment.objects.exists()
    brought = bring(article, 1, text="> " * 30 + "deep")
    assert brought.html == f"<p>{'&gt; ' * 30}deep</p>"


def test_the_plain_way_to_quote(client, article):
    comment = bring(article, 1, text="One.\n\nTwo. " + "x" * 2_000)
    page = client.get(f"/discussion/comments/{comment.id}/?quote=1").content.decode()
    area = page.split("<textarea")[1]
    assert "&gt; One.\n&gt;\n&gt; Two. xxx" in area and "x" * rules.MAX_QUOTE not in area
    assert f"{comment.id}/?quote=1#comment-form" in client.get(article.url).content.decode()


def test_an_edit_is_previewed_on_its_own_page(client, article):
    answer = client.post(f"/discussion/pages/{article.pk}/comments/", {"text": "Hello", "name": "Ann"})
    address = answer.url.split("#")[0]
    page = client.post(f"{address}edit/", {"text": "*Better*", "preview": "1"}).content.decode()
    assert "<em>Better</em>" in page and "*Better*" in page
    assert Comment.objects.get().text == "Hello"
