import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pennypress.delivery.limits import Limit
from pennypress.discussion import actions, rules, searching
from tests.discussion.test_discussion import bring, post
from tests.factories import make_article, make_section


@pytest.fixture
def article(newsroom):
    return make_article(make_section(newsroom))


def find(client, article, query, **more):
    return client.get(f"/discussion/pages/{article.pk}/search/", {"q": query, **more}).content.decode()


def test_words_are_found_in_any_case_and_marked(client, article):
    bring(article, 1, text="The <b>ÄRGER</b> with the ferry")
    bring(article, 2, text="Only the ferry")
    page = find(client, article, "ärger ferry")
    assert "<mark>ÄRGER</mark>" in page and "<mark>ferry</mark>" in page and "&lt;b&gt;" in page
    assert "Only the" not in page
    assert "No comment here says" in find(client, article, "train")


@pytest.mark.parametrize(
    ("query", "marked"),
    [("cafe", "Café"), ("CAFÉ", "Café"), ("naïve", "naive"), ("naive", "naive"), ("angstrom", "Ångström"),
     ("lodz", "Łódź"), ("hoi", "Hội"), ("smorrebrod", "Smørrebrød"), ("αγορα", "αγορά")],
)  # fmt: skip
def test_letters_are_found_with_and_without_their_marks(client, article, query, marked):
    bring(article, 1, text="Café, naive, Ångström, Łódź, Hội An, Smørrebrød, αγορά")
    page = find(client, article, query)
    assert f"<mark>{marked}</mark>" in page


@pytest.mark.parametrize("query", ["", "  ", "%", "_", "\\", "(", "a" * 5_000, "x\0y", '"', "' OR 1=1 --"])
def test_odd_queries_are_only_words(client, article, query):
    bring(article, 1, text="An ordinary comment")
    assert "ordinary" not in find(client, article, query)


def test_only_what_is_published_under_this_article_is_found(client, newsroom, article, django_user_model):
    bring(make_article(article.get_parent().specific, title="Other"), 1, text="a heron there")
    post(article, text="a heron waiting")
    removed = bring(article, 2, text="a heron removed")
    bring(article, 3, parent=removed)
    moderator = django_user_model.objects.create_superuser("m@example.org", name="Mo")
    actions.remove_comment(comment_id=removed.id, moderator=moderator, rule="spam")
    assert "No comment here says" in find(client, article, "heron")


def test_a_spoiler_is_not_told_by_an_excerpt(client, article):
    bring(article, 1, text="Who did it?\n\n>! the gardener")
    page = find(client, article, "gardener")
    assert "Who did it?" in page and "the gardener" not in page


def test_every_hit_is_reached_by_windows_of_bounded_work(client, article, monkeypatch):
    monkeypatch.setattr(searching, "WINDOW", 7)
    monkeypatch.setattr(searching, "HITS_PER_PAGE", 2)
    expected = [bring(article, n, text=f"{'heron' if n % 3 == 0 else 'gull'} {n}").id for n in range(20)][::3]
    from pennypress.discussion.models import Thread

    seen, before = [], None
    for _ in range(20):
        with CaptureQueriesContext(connection) as captured:
            found = searching.search_thread(Thread.objects.get(), ["heron"], before=before)
        assert len(captured) <= 5
        seen += [hit.comment.id for hit in found.hits]
        before = found.before
        if before is None:
            break
    assert seen == expected[::-1]


def test_searching_has_a_limit(client, article, monkeypatch):
    monkeypatch.setattr(rules, "SEARCHES_PER_NETWORK", Limit("discussion.search", count=1, seconds=300))
    bring(article, 1)
    address = f"/discussion/pages/{article.pk}/search/?q=x"
    assert [client.get(address).status_code for _ in range(2)] == [200, 429]
