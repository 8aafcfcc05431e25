"""What is put together once for many pages: an article's words by its number and language, the meter by its figures."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import caches
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation

from pennypress.funding.actions import offer_matching
from pennypress.funding.queries import live_meter
from pennypress.funding.templatetags.funding import meter
from tests.factories import make_article, make_section

FORMS = re.compile(r'action="/discussion/pages/(\d+)/')


@pytest.fixture(autouse=True)
def nothing_kept():
    caches["template_fragments"].clear()


def test_an_article_has_its_own_forms_and_never_anothers(newsroom):
    section = make_section(newsroom)
    articles = [make_article(section), make_article(section, title="A ferry")]
    for article in articles * 2:
        text = Client().get(article.url).content.decode()
        assert set(FORMS.findall(text)) == {str(article.pk)}
        assert f'data-page="{article.pk}" data-edit="Edit"' in text


def test_the_words_are_those_of_the_newsrooms_language_now(newsroom):
    article = make_article(make_section(newsroom))
    assert ">Comment</label>" in Client().get(article.url).content.decode()
    newsroom.language = "de"
    newsroom.save()
    german = Client().get(article.url).content.decode()
    # A word that is in a catalogue of the libraries.
    assert ">Kommentar</label>" in german and ">Comment</label>" not in german


@time_machine.travel(datetime(2026, 3, 10, 22, 30, tzinfo=UTC), tick=False)
def test_the_meter_is_drawn_for_its_figures_its_language_and_its_clock(newsroom):
    now = timezone.now()
    offer_matching(
        number=uuid4(), name="Guild", cap=1000, begins_at=now, ends_at=now + timedelta(days=1), account="bank"
    )
    seen = set()
    for language, month in (("en", "March 2026"), ("de", "März 2026")):
        for zone, end in (("UTC", "22:30"), ("Europe/Paris", "23:30")):
            with translation.override(language), timezone.override(zone):
                drawn = [meter(), meter(), render_to_string("funding/_meter.html", live_meter())]
            assert len(set(drawn)) == 1 and month in drawn[0] and end in drawn[0]
            seen.add(drawn[0])
    assert len(seen) == 4
