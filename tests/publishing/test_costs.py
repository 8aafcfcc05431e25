"""What uncached pages cost in queries, with much and with little to show. The same literal for 1, 3 and 200."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pennypress.discussion.actions import import_comment
from pennypress.funding.models import Tier
from pennypress.publishing.models import PlainPage
from tests.factories import make_article, make_byline, make_section


@pytest.fixture
def section(newsroom):
    return make_section(newsroom)


def fill(newsroom, section, number, comments, tiers):
    articles = [make_article(section, title=f"Story {n}", slug=f"story-{n}") for n in range(number)]
    make_byline(articles[0])
    parent = None
    for n in range(comments):
        parent, _new = import_comment(
            page_id=articles[0].pk, external_key=str(n), name="Ann", text="Words", parent=parent if n % 3 else None,
            created_at=timezone.now() - timedelta(minutes=n),
        )  # fmt: skip
    for n in range(tiers):
        Tier.objects.create(amount=(n + 1) * 1000, title=f"T{n}")
    return articles[0]


@pytest.mark.parametrize("tiers", [0, 3])
@pytest.mark.parametrize("number", [1, 3, 200])
def test_an_article(client, newsroom, section, django_assert_num_queries, number, tiers):
    fill(newsroom, section, 2, number, tiers)
    client.get("/town/story-0/")
    with django_assert_num_queries(6):
        page = client.get("/town/story-0/").content.decode()
    assert f"{number} comment" in page and "Story 1" not in page.split("</article>")[0]


@pytest.mark.parametrize("number", [1, 3, 40])
def test_the_front_page_and_a_section(client, newsroom, section, django_assert_max_num_queries, number):
    fill(newsroom, section, number, 3, 1)
    for address in ("/", "/town/"):
        client.get(address)
        with django_assert_max_num_queries(8):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("order", ["newest", "oldest", "votes", "best"])
@pytest.mark.parametrize("number", [1, 3, 200])
def test_a_page_of_the_thread(client, newsroom, section, django_assert_max_num_queries, number, order):
    article = fill(newsroom, section, 1, number, 0)
    address = f"/discussion/pages/{article.pk}/?order={order}"
    client.get(address)
    with django_assert_max_num_queries(5):
        assert client.get(address).status_code == 200


def test_a_plain_page(client, newsroom, django_assert_max_num_queries):
    page = PlainPage(title="About", slug="about", body=[("text", "<p>Words</p>")])
    newsroom.site.root_page.add_child(instance=page)
    page.save_revision().publish()
    client.get("/about/")
    with django_assert_max_num_queries(6):
        assert "Words" in client.get("/about/").content.decode()
