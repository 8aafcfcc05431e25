"""Every public page, walked as a guest, a signed-in reader and an editor with drafts: shared bytes are nobody's."""

import re
from urllib.parse import urljoin

import pytest
from django.test import Client

from pennypress.delivery.models import LiveEvent
from pennypress.delivery.ready import showing
from pennypress.delivery.ready.views import ready_at
from pennypress.discussion import actions
from pennypress.discussion.models import Comment, Rule, Vote
from pennypress.readers.identity import Identity
from tests.delivery.door import Door
from tests.factories import make_article, make_byline, make_section

START = [
    "/",
    "/sitemap.xml",
    "/news-sitemap.xml",
    "/robots.txt",
    "/meter.json",
    "/months/",
    "/moderation-record/",
    "/feed.rss",
    "/feed.json",
]


@pytest.fixture
def door(newsroom, tmp_path, settings):
    settings.DATA = tmp_path
    showing._clocks.clear()
    yield Door(tmp_path / "ready")
    showing._clocks.clear()


@pytest.fixture
def people(newsroom, django_user_model):
    """Browsers of three people who have done things here, and the words that would give them away."""
    articles = [make_article(make_section(newsroom), title=f"Story {n}", slug=f"story-{n}") for n in range(2)]
    make_byline(articles[0])
    editor = django_user_model.objects.create_superuser(
        email="editor@example.org", password="x" * 16, name="Edda Secret"
    )
    reader = django_user_model.objects.create_user(email="reader@example.org", password="x" * 16, name="Rita Secret")
    guest, by_reader, by_editor = Client(), Client(), Client()
    by_reader.force_login(reader)
    by_editor.force_login(editor)
    actions.post_comment(
        page_id=articles[0].pk, identity=Identity("guest:1", None, "", False), name="Ann", text="Hello", by_staff=True
    )
    for client, email in ((guest, "guest@example.org"), (by_reader, "reader@example.org")):
        # Held, with an address: theirs alone to see.
        client.post(
            f"/discussion/pages/{articles[0].pk}/comments/",
            {"name": "Gus Secret", "email": email, "text": "held words"},
        )
    draft = articles[1]
    draft.title = "Draft Secret"
    draft.save_revision(user=editor)
    return [guest, by_reader, by_editor]


def addresses(door):
    """All public addresses that a link of a public page leads to."""
    found, known = list(START), set(START)
    for address in found:
        path, _, query = address.partition("?")
        text = door.fresh(path, query)[2].decode()
        for link in re.findall(r'href="([^"#:]+)', text):
            link = urljoin(address, link.replace("&amp;", "&"))
            if link not in known and ready_at(link.partition("?")[0]) is not None:
                known.add(link)
                found.append(link)
    return found


def test_shared_bytes_are_nobodys(door, people):
    walked = addresses(door)
    assert len(walked) > 15 and any("order=" in address for address in walked)
    for address in walked:
        path, _, query = address.partition("?")
        status, headers, nobodys = door.fresh(path, query)
        assert not [name for name, _value in headers if name == "set-cookie"], address
        for client in people:
            cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
            assert cookie
            shared = door.get(path, query, cookie=cookie, authorization="Basic eDp5")
            assert (shared.status, shared.body) == (status, nobodys), address
            assert "set-cookie" not in shared.headers
            # Django itself, asked by this person, says the same: the page depends on nobody.
            asked = client.get(address, headers={"host": "127.0.0.1:8000"})
            assert asked.content == nobodys, address
            for morsel in client.cookies.values():
                assert len(morsel.value) < 8 or morsel.value.encode() not in nobodys
        for secret in (b"Secret", b"example.org", b"held words", b"csrfmiddlewaretoken"):
            assert secret not in nobodys, (address, secret)


def test_live_events_are_nobodys(people):
    """Whoever votes, waits, edits or is removed: what open pages are told is what an anonymous reader may see."""
    comment = Comment.objects.get(name="Ann")
    _guest, by_reader, by_editor = people
    by_reader.post(f"/discussion/comments/{comment.id}/vote/", {"vote": "up"})
    held = Comment.objects.filter(state="held").first()
    by_editor.post(f"/discussion/comments/{held.id}/removal/", {"rule": Rule.values[0], "note": "a Secret note"})
    by_editor.post(f"/discussion/comments/{comment.id}/removal/", {"rule": Rule.values[0], "note": "a Secret note"})
    by_editor.post(f"/discussion/comments/{comment.id}/restoration/")
    told = str(list(LiveEvent.objects.values()))
    assert "Ann" in told and str(comment.id) in told and str(held.id) not in told
    keys = set(Comment.objects.values_list("author_key", flat=True)) | set(
        Vote.objects.values_list("voter_key", flat=True)
    )
    for secret in ("Secret", "example.org", "held words", *keys):
        assert secret not in told, secret
