import pytest
import time_machine
from django.http import HttpResponse
from django.utils import timezone

from pennypress.delivery.dispatcher import wsgi_environ
from pennypress.delivery.limits import Limit, TooMany, forget_ended, spend
from pennypress.delivery.middleware import ContentPolicy
from pennypress.delivery.models import Spending
from pennypress.ops.actions import AlreadySetUp, set_up_newsroom


class Scope:
    proto, http_version, server, client, scheme = "http", "1.1", "127.0.0.1:8000", "203.0.113.9:4000", "http"
    method, path, query_string = "GET", "/a%20b/", "x=1"

    def __init__(self, headers):
        self.headers = dict(headers)


def test_headers_with_underscores_are_dropped():
    environ = wsgi_environ(Scope({"x_forwarded_for": "1.1.1.1", "x-real": "y"}), b"", frozenset())
    assert environ["HTTP_X_REAL"] == "y"
    assert "HTTP_X_FORWARDED_FOR" not in environ


def test_forwarded_addresses_are_believed_from_trusted_proxies_only():
    headers = {"x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https"}
    stranger = wsgi_environ(Scope(headers), b"", frozenset())
    assert (stranger["REMOTE_ADDR"], stranger["wsgi.url_scheme"]) == ("203.0.113.9", "http")
    proxy = wsgi_environ(Scope(headers), b"", frozenset({"203.0.113.9"}))
    assert (proxy["REMOTE_ADDR"], proxy["wsgi.url_scheme"]) == ("198.51.100.7", "https")


def test_a_limit_holds_and_ends(db):
    limit = Limit("test", count=2, seconds=60)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        spend((limit, "a"))
        spend((limit, "a"))
        with pytest.raises(TooMany):
            spend((limit, "a"))
        spend((limit, "b"))
        clock.shift(61)
        spend((limit, "a"))
        assert forget_ended() == 2
    assert Spending.objects.count() == 1


def test_readers_get_the_strict_policy(client, newsroom):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "require-trusted-types-for 'script'" in policy


def test_a_file_opened_as_a_page_may_do_nothing(rf):
    def policy(kind):
        answer = ContentPolicy(lambda request: HttpResponse(content_type=kind))(rf.get("/static/theme/icon.svg"))
        return answer.headers["Content-Security-Policy"]

    assert policy("image/svg+xml") == "default-src 'none'; frame-ancestors 'none'"
    # The page that says a file is not there has its styles.
    assert "style-src 'self'" in policy("text/html; charset=utf-8")


def test_an_empty_site_leads_to_its_set_up_page_once(client, db, django_user_model):
    assert client.get("/").url == "/set-up/"
    answers = {
        "name": "The Post", "language": "en", "time_zone": "Europe/Berlin", "currency": "EUR",
        "editor_name": "Ada", "email": "ada@example.org", "password": "correct-horse-battery",
    }  # fmt: skip
    assert client.post("/set-up/", {**answers, "password": "short"}).status_code == 422
    assert client.post("/set-up/", answers).status_code == 302
    assert client.get("/").status_code == 200
    assert client.get("/set-up/").status_code == 404
    assert client.post("/set-up/", answers).status_code == 404
    assert django_user_model.objects.count() == 1


def test_a_second_set_up_at_the_same_moment_makes_no_second_editor(newsroom, django_user_model):
    with pytest.raises(AlreadySetUp):
        set_up_newsroom(
            name="Mine", language="en", time_zone="UTC", currency="EUR",
            editor_name="Eve", email="eve@example.org", password="correct-horse-battery",
        )  # fmt: skip
    assert not django_user_model.objects.exists()
    newsroom.refresh_from_db()
    assert newsroom.name == "The Ferry Post"


def test_documents_are_not_files_of_the_open_media_folder(client, newsroom, settings):
    folder = settings.MEDIA_ROOT / "documents"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "private.pdf").write_text("for staff")
    for path in (
        "documents/private.pdf",
        "./documents/private.pdf",
        "x/../documents/private.pdf",
        "documents//private.pdf",
    ):
        assert client.get("/media/" + path).status_code == 404, path
