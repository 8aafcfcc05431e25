"""Comment feeds: of an article and of the site, published comments only, as ready pages that are never stale."""

import xml.etree.ElementTree as ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from pennypress.delivery.ready import showing
from pennypress.delivery.ready.views import ready_at
from pennypress.discussion import actions, feeds
from tests.delivery.door import Door
from tests.discussion.ground import bring, post
from tests.factories import make_article

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def door(newsroom, tmp_path, settings):
    settings.DATA = tmp_path
    showing._clocks.clear()
    yield Door(tmp_path / "ready")
    showing._clocks.clear()


def titles(body):
    return [item.text for item in ElementTree.fromstring(body).iter("title")][1:]


def test_an_articles_feed_holds_its_published_comments_newest_first(client, article, moderator):
    bring(article, 1, name="Ann", text="First & *foremost*")
    removed = bring(article, 2, name="Bob")
    actions.remove_comment(comment_id=removed.pk, moderator=moderator, rule="spam")
    post(article, name="Held Secret")
    bring(make_article(article.get_parent().specific, title="Another"), 3, name="Elsewhere")
    newest = bring(article, 4, name="Carl <b>")
    answer = client.get(f"/discussion/pages/{article.pk}/comments.rss")
    root = ElementTree.fromstring(answer.content)
    assert [item.findtext("title") for item in root.iter("item")] == ["Carl <b> on A bridge", "Ann on A bridge"]
    assert root.find("channel/item/link").text.endswith(f"/discussion/comments/{newest.pk}/")
    assert "<em>foremost</em>" in [item.findtext("description") for item in root.iter("item")][1]
    atom = ElementTree.fromstring(client.get(f"/discussion/pages/{article.pk}/comments.atom").content)
    assert len(atom.findall(f"{ATOM}entry")) == 2
    assert client.get("/discussion/pages/999999/comments.rss").status_code == 404


def test_the_sites_feed_is_bounded_and_costs_the_same_at_any_length(client, article):
    costs = set()
    for size in (1, 3, feeds.ITEMS + 5):
        for number in range(size):
            bring(article, f"{size} {number}")
        with CaptureQueriesContext(connection) as captured:
            body = client.get("/discussion/comments.rss").content
        costs.add(len(captured))
    assert len(titles(body)) == feeds.ITEMS
    assert len(costs) == 1


def test_a_page_taken_down_takes_its_comments_out_of_the_feeds(client, article):
    bring(article, 1)
    assert titles(client.get("/discussion/comments.rss").content) == ["Ann on A bridge"]
    Page.objects.get(pk=article.pk).specific.unpublish()
    assert titles(client.get("/discussion/comments.rss").content) == []
    assert client.get(f"/discussion/pages/{article.pk}/comments.rss").status_code == 404


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_feeds_are_ready_pages_and_never_stale(door, article, moderator, work_off):
    addresses = ["/discussion/comments.rss", f"/discussion/pages/{article.pk}/comments.atom"]
    assert all(ready_at(address) is not None for address in addresses)

    def shown(words):
        return [words in door.get(address).body.decode() for address in addresses]

    assert shown("Good words") == [False, False]
    comment = post(article, text="Good words", by_staff=True)
    assert shown("Good words") == [True, True]
    actions.edit_comment(comment_id=comment.pk, identity=_identity(comment), text="Better words")
    assert shown("Good words") == [False, False] and shown("Better words") == [True, True]
    actions.remove_comment(comment_id=comment.pk, moderator=moderator, rule="spam")
    assert shown("Better words") == [False, False]


def _identity(comment):
    from pennypress.readers.identity import Identity

    return Identity(comment.author_key, None, "", False)
