"""What a visitor gets while the site starts: the newspaper where its kept pages may be believed, else a page that waits."""

import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from pennypress.delivery.ready.changes import Changes
from pennypress.delivery.ready.pages import Page
from pennypress.delivery.ready.store import Disk
from pennypress.ops.waiting import Waiting
from tests.crash.site import CrashSite, NoAnswer
from tests.delivery.door import Protocol, scope


@pytest.fixture
def kept(tmp_path):
    """A folder with one ready page, the front."""
    clock = Changes(tmp_path)
    body = b"<!doctype html>The front page of before" + b" and more" * 60
    page = Page.of(
        status=200, headers=[("content-type", "text/html")], body=body, number=clock.now, slots=[7],
        fades_at=None, before=None,
    )  # fmt: skip
    Disk(tmp_path, clock).put("/", page)
    return tmp_path


def ask(waiting, path="/", query="", method="GET", **headers):
    protocol = Protocol()
    assert waiting.at_once(scope(path, query, method, headers), protocol)
    (answer,) = protocol.answers
    return answer


def test_the_pages_of_before_the_stop_are_served_and_nothing_else(kept):
    waiting = Waiting(kept)
    front = ask(waiting, accept_encoding="gzip")
    assert front.status == 200 and "The front page of before" in front.text
    assert ask(waiting, if_none_match=front.headers["etag"]).status == 304
    for path, query in [("/other/", ""), ("/", "order=newest"), ("/readyz", "")]:
        answer = ask(waiting, path, query)
        assert answer.status == 503 and answer.headers["retry-after"] == "1" and "refresh" in answer.text
    assert ask(waiting, host="no host").status == 503
    assert ask(waiting, "/livez").body == b"alive\n"


def test_a_page_that_has_changed_since_is_not_served(kept):
    Changes(kept).count([7])
    assert ask(Waiting(kept)).status == 503


def test_a_page_of_another_time_is_not_served(kept):
    Changes(kept).begin_epoch()
    assert ask(Waiting(kept)).status == 503


def test_who_sends_something_is_asked_to_send_it_again_by_a_page_that_stays(kept):
    answer = ask(Waiting(kept), "/", method="POST")
    assert answer.status == 503 and "send it again" in answer.text and "refresh" not in answer.text


def test_nothing_is_kept_of_a_site_that_is_new():
    assert ask(Waiting(None)).status == 503


def test_a_restart_is_not_seen_by_readers_and_a_crash_makes_every_page_anew(tmp_path):
    site = CrashSite(tmp_path)
    site.make()
    site.start()
    try:
        (story,) = set(re.findall(r'href="(/[a-z/-]*story-0/)"', site.ask("GET", "/").text))
        (thread,) = re.findall(r'data-live="/live/thread:(\d+)/"', site.ask("GET", story).text)
        words = {"name": "Ann", "text": "Written just before the stop."}
        assert site.ask("POST", f"/discussion/pages/{thread}/comments/", words).status == 302
        wait_until(lambda: not jobs_due(site.data))
        assert site.ask("GET", "/").status == 200
        site.stop()
        assert {status for status, _ready in answers_of_a_start(site)} == {200}
        # After a kill nobody knows what was done since.
        site.kill_everything()
        assert answers_of_a_start(site)[0] == (503, False)
    finally:
        site.kill_everything()


def jobs_due(data):
    with closing(sqlite3.connect(data / "pennypress.sqlite3")) as database:
        due = "SELECT count(*) FROM jobs_job WHERE state IN ('waiting', 'running') AND run_after < datetime('now')"
        return database.execute(due).fetchone()[0]


def wait_until(is_so, seconds=60):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.1)


def answers_of_a_start(site):
    """What the front page answers until the site is ready, and whether it was by then."""
    site.process = subprocess.Popen(
        [sys.executable, "-m", "pennypress.ops.cli", "serve", "--data", str(site.data), "--empty", "--port", str(site.port)],
        env=site.variables(), start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    found, until = [], time.monotonic() + 120
    while time.monotonic() < until:
        try:
            status = site.ask("GET", "/").status
            is_ready = site.ask("GET", "/readyz").status == 200
        except NoAnswer:
            time.sleep(0.01)
            continue
        found.append((status, is_ready))
        if is_ready:
            assert found[0][1] is False, "the start was over before anybody could ask"
            return found
    raise AssertionError("The site did not become ready.")
