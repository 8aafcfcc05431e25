"""What stands under "Read on": what the editor picked, then what shares most tags; found without going through all articles."""

import pytest
from django.db import connection
from wagtail.models import PageViewRestriction

from pennypress.lib.prepared import with_values
from pennypress.publishing import queries
from tests.factories import make_article, make_section


@pytest.fixture
def section(newsroom):
    return make_section(newsroom)


def tagged(section, title, *tags, **fields):
    article = make_article(section, title=title, **fields)
    article.tags.set(tags)
    article.save()
    return article


def titles(article):
    return [found.title for found in queries.related_to(article)]


def test_picked_ones_come_first_and_then_those_that_share_most(section):
    article = tagged(section, "This", "ferry", "harbour", "budget")
    tagged(section, "One tag", "ferry")
    tagged(section, "Older, two tags", "ferry", "harbour", "school")
    tagged(section, "Newer, two tags", "budget", "harbour")
    picked = tagged(section, "Picked, nothing shared", "school")
    assert titles(article) == ["Newer, two tags", "Older, two tags", "One tag"]
    article.related_articles.create(article=picked)
    article.save()
    assert titles(article) == ["Picked, nothing shared", "Newer, two tags", "Older, two tags"]


def test_what_nobody_may_read_is_not_among_them_nor_what_shares_nothing(section):
    article = tagged(section, "This", "ferry")
    hidden = tagged(section, "For members", "ferry")
    PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)
    tagged(section, "A draft", "ferry", live=False)
    tagged(section, "Something else", "school")
    tagged(section, "No tags")
    assert titles(article) == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by what it knows of the tables.")
def test_they_are_not_looked_for_among_all_articles(db):
    made = queries._related.made()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {made.sql}", with_values(made.params, {"article": 1}, connection))
        steps = [step[3] for step in cursor.fetchall()]
    # Restrictions are the few pages that an editor has closed.
    assert [step for step in steps if step.startswith("SCAN") and "pageviewrestriction" not in step] == [], steps
