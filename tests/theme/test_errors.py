"""Pages for what went wrong look like the newspaper, and need nothing of what may have failed."""

import pytest
from allauth.core.ratelimit import respond_429
from django.test import Client, override_settings

from pennypress.delivery.limits import in_words
from pennypress.theme.views import server_error


def test_a_fault_of_ours_is_said_in_the_papers_own_type_without_the_database(rf):
    page = server_error(rf.get("/")).content.decode()
    assert "theme/site" in page and "Something went wrong on our side" in page and 'href="/"' in page


def test_a_form_from_another_site_gets_a_whole_page_and_a_script_the_sentence_alone(client, newsroom):
    foreign = {"sec-fetch-site": "cross-site"}
    page = client.post("/support/", headers=foreign)
    assert page.status_code == 403 and b"<h1" in page.content and b"from another site" in page.content
    said = client.post("/support/", headers={**foreign, "X-Fragment": "1"})
    assert said.status_code == 403 and said["Content-Type"].startswith("text/plain") and b"<" not in said.content


def test_an_account_form_without_its_token_says_what_to_do(newsroom):
    page = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@example.org", "password": "x"})
    assert page.status_code == 403 and b"theme/site" in page.content and b"load the page anew" in page.content


def test_the_account_pages_own_limit_looks_like_the_newspaper(rf, newsroom):
    page = respond_429(rf.get("/accounts/login/"))
    assert page.status_code == 429 and b"theme/site" in page.content and b"wait a few minutes" in page.content


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (120, "120 seconds"), (121, "3 minutes"), (3600, "60 minutes"), (86_000, "24 hours")],
)
def test_nobody_counts_seconds_for_a_day(seconds, words):
    assert in_words(seconds) == words


@override_settings(ALLOWED_HOSTS=["courier.example"])
def test_a_wrong_host_gets_a_whole_page(client, newsroom):
    answer = client.get("/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400 and b"<h1" in answer.content and b"could not be understood" in answer.content
