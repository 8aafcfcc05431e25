"""A cache in front of the site: what it is told with a page, what it is told to forget, and a real Varnish that does."""

import json
import shutil
import socket
import subprocess
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from pennypress.config import env
from pennypress.delivery.edge import purges
from pennypress.delivery.edge.services import Cloudflare, Fastly, Varnish, service_at
from pennypress.delivery.models import Purge
from pennypress.delivery.ready import changed, showing
from pennypress.discussion import actions
from pennypress.readers.identity import Identity
from tests.delivery.door import Door
from tests.factories import make_article, make_section

VCL = Path(__file__).parents[2] / "docs" / "varnish.vcl"
READER = Identity("guest:00000000-0000-0000-0000-000000000001", None, "", False)


@pytest.fixture
def followed(settings, monkeypatch, tmp_path):
    """A site that is set up with a cache in front."""
    settings.DATA = tmp_path
    settings.PENNYPRESS_EDGE_URL = "varnish://127.0.0.1:1"
    monkeypatch.setattr(showing, "_followers", [])
    showing._clocks.clear()
    purges.connect()
    yield settings
    showing._clocks.clear()


class Listener:
    """A server on a free port that answers what `answer` says and keeps what it was asked."""

    def __init__(self, answer):
        asked = self.asked = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked.append((self.command, self.path, dict(self.headers), body))
                status, headers, content = answer(self.command, self.path, dict(self.headers))
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_HEAD = do_POST = do_PURGE = handle_any

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def listening():
    listeners = []

    def listen(answer=lambda *asked: (200, [], b"{}")):
        listeners.append(Listener(answer))
        return listeners[-1]

    yield listen
    for listener in listeners:
        listener.stop()


def test_the_setting_is_read_strictly(monkeypatch):
    assert service_at("") is None
    assert service_at("varnish://127.0.0.1:6081") == Varnish("http://127.0.0.1:6081/")
    assert service_at("fastly://t%40k@SU1Z0isxPaozGVKXdv0eY") == Fastly("SU1Z0isxPaozGVKXdv0eY", "t@k")
    assert service_at("cloudflare://token@023e105f") == Cloudflare("023e105f", "token")
    for wrong in ("varnish://", "fastly://service", "https://cdn.example", "cloudflare://@zone", "nonsense"):
        monkeypatch.setenv("PENNYPRESS_EDGE_URL", wrong)
        with pytest.raises(ImproperlyConfigured, match="it must look like"):
            env.edge("PENNYPRESS_EDGE_URL")


@pytest.mark.django_db
def test_what_changes_is_written_down_with_the_change_and_undone_with_it(followed):
    with pytest.raises(KeyError), transaction.atomic():
        changed("thread:1")
        raise KeyError
    assert not Purge.objects.exists()
    with transaction.atomic():
        changed("thread:1", "meter")
    assert sorted(Purge.objects.values_list("tag", flat=True)) == ["meter", "meter", "thread:1", "thread:1"]


@pytest.mark.django_db
def test_the_cache_is_told_at_once_and_once_more(newsroom, followed, listening, work_off):
    listener = listening()
    followed.PENNYPRESS_EDGE_URL = f"varnish://127.0.0.1:{listener.port}"
    for _ in range(3):
        changed("thread:1")
    work_off()
    assert [(asked[0], asked[2]["X-Purge-Tags"]) for asked in listener.asked] == [("PURGE", "thread:1")]
    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        work_off()
    assert len(listener.asked) == 2 and not Purge.objects.exists()


@pytest.mark.django_db
def test_a_cache_that_does_not_listen_is_told_again(newsroom, followed, listening, work_off):
    deaf = listening(lambda *asked: (503, [], b""))
    followed.PENNYPRESS_EDGE_URL = f"varnish://127.0.0.1:{deaf.port}"
    changed("meter")
    with pytest.raises(HTTPError):
        purges.purge_due()
    assert Purge.objects.count() == 2
    hearing = listening()
    followed.PENNYPRESS_EDGE_URL = f"varnish://127.0.0.1:{hearing.port}"
    assert purges.purge_due() == 1


def test_each_service_is_told_in_its_own_way_and_within_its_bounds(listening):
    listener = listening()
    there = f"http://127.0.0.1:{listener.port}"
    tags = [f"thread:{number}" for number in range(300)]
    Fastly("S1", "key", api=there).purge(tags)
    first, second = listener.asked
    assert first[:2] == ("POST", "/service/S1/purge") and first[2]["Fastly-Key".title()] == "key"
    assert (
        len(first[2]["Surrogate-Key".title()].split()) == 256 and len(second[2]["Surrogate-Key".title()].split()) == 44
    )
    listener.asked.clear()
    Cloudflare("Z1", "key", api=there).purge(tags)
    assert len(listener.asked) == 10 and listener.asked[0][:2] == ("POST", "/zones/Z1/purge_cache")
    assert listener.asked[0][2]["Authorization"] == "Bearer key"
    assert [tag for asked in listener.asked for tag in json.loads(asked[3])["tags"]] == tags


@pytest.fixture
def door(newsroom, followed, tmp_path):
    return Door(tmp_path / "ready", has_edge=True)


def test_a_page_says_by_what_it_is_forgotten_and_how_long_it_may_be_kept(door, newsroom):
    article = make_article(make_section(newsroom), title="The ferry", slug="ferry")
    page = door.get("/town/ferry/")
    assert {f"thread:{article.pk}", "meter", "pages", "site"} <= set(page.headers["surrogate-key"].split())
    assert page.headers["cache-tag"].split(",") == page.headers["surrogate-key"].split()
    # A browser asks each time; the cache keeps it, at the most until what it shows is another thing.
    assert page.headers["cache-control"] == "no-cache"
    assert "stale-while-revalidate=30" in page.headers["surrogate-control"]
    assert 0 < int(page.headers["cdn-cache-control"].split("max-age=")[1].split(",")[0]) <= 86400


def test_without_a_cache_in_front_nothing_is_told(newsroom, followed, tmp_path):
    page = Door(tmp_path / "ready").get("/")
    assert page.status == 200
    assert not {"surrogate-key", "cache-tag", "surrogate-control", "cdn-cache-control"} & page.headers.keys()


def test_what_is_one_persons_says_that_it_is(door):
    for address in ("/support/", "/accounts/login/", "/search/?q=ferry", "/account/"):
        path, _, query = address.partition("?")
        answer = door.get(path, query)
        assert "private" in answer.headers["cache-control"], address
        assert "surrogate-control" not in answer.headers


@pytest.fixture
def varnish(door, listening, tmp_path, followed):
    """A real Varnish in front of the door, with the configuration of the docs."""
    if not shutil.which("varnishd"):
        pytest.skip("Varnish is not installed here")
    lock = threading.Lock()

    def answer(method, path, headers):
        named = {name.lower(): value for name, value in headers.items() if name.lower() != "host"}
        where, _, query = path.partition("?")
        with lock:
            got = door.get(where, query, method, **named)
        return got.status, list(got.headers.items()), got.body

    origin = listening(answer)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    vcl = tmp_path / "site.vcl"
    vcl.write_text(VCL.read_text().replace('"8000"', f'"{origin.port}"'))
    # Without its jail, which would give up the rights to this test's folder.
    options = ["-j", "none", "-a", f"127.0.0.1:{port}", "-f", str(vcl), "-n", str(tmp_path / "varnish")]
    command = ["varnishd", "-F", *options, "-s", "malloc,16m"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    followed.PENNYPRESS_EDGE_URL = f"varnish://127.0.0.1:{port}"
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}", origin
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port):
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("Varnish did not start")


def fetch(address, **headers):
    with urlopen(Request(address, headers=headers), timeout=10) as response:
        return response.read().decode(), {name.lower(): value for name, value in response.headers.items()}


def test_a_real_varnish_keeps_pages_until_they_change(varnish, newsroom, work_off, django_capture_on_commit_callbacks):
    address, origin = varnish
    article = make_article(make_section(newsroom), title="The ferry", slug="ferry")
    page = f"{address}/town/ferry/"

    def origin_was_asked():
        return [asked[1] for asked in origin.asked].count("/town/ferry/")

    first, headers = fetch(page)
    assert "The ferry" in first and headers["cache-control"] == "no-cache"
    assert not {"surrogate-key", "surrogate-control", "cache-tag", "cdn-cache-control"} & headers.keys()
    fetch(page, Cookie="_ga=1; consent=all; pp_marks=1")
    assert origin_was_asked() == 1

    with django_capture_on_commit_callbacks(execute=True):
        comment = actions.post_comment(
            page_id=article.pk, identity=READER, name="Ann", text="It ran late.", by_staff=True
        )
        actions.vote(comment_id=comment.pk, identity=Identity("guest:2", None, "", False), value=1)
    work_off()
    second, _headers = fetch(page)
    assert "It ran late." in second and origin_was_asked() == 2
    fetch(page)
    assert origin_was_asked() == 2

    # What is one person's goes through each time, and strangers cannot make the cache forget.
    fetch(f"{address}/support/")
    fetch(f"{address}/support/")
    assert [asked[1] for asked in origin.asked].count("/support/") == 2
    with pytest.raises(HTTPError, match="405"):
        fetch_purge(page)


def fetch_purge(address):
    urlopen(Request(address, method="PURGE"), timeout=10).close()
