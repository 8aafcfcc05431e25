"""A hot thread, a listed word, a copy and an erasure, as readers meet them: with scripts and without."""

import json
import sqlite3
import time
from contextlib import closing

import pytest

from pennypress.discussion.screening.screens import HEAT
from tests.browser.ground import BOTH, barriers

EELS = "/river/the-eels-are-back-and-they-have-brought-questions/"
BREAD = "/living/a-recipe-for-the-bread-that-does-not-want-to-rise/"
SMALL = {"viewport": {"width": 360, "height": 800}, "bypass_csp": True}


def write(page, words, name="Gus"):
    page.get_by_label("Comment", exact=True).fill(words)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Post comment").click()


def heat_up(site, page):
    """As if strangers had written by the dozen under this article within the last minute."""
    number = int(page.locator("#discussion").get_attribute("data-page"))
    now = int(time.time())
    rows = [
        (HEAT.name, f"page:{number}", window, HEAT.count + 1, "2100-01-01 00:00:00")
        for window in (now // HEAT.seconds, now // HEAT.seconds + 1)
    ]
    with closing(sqlite3.connect(site.data / "pennypress.sqlite3", timeout=20)) as database, database:
        database.executemany(
            'INSERT OR REPLACE INTO delivery_spending ("limit", who, "window", count, ends_at) VALUES (?, ?, ?, ?, ?)',
            rows,
        )


@BOTH
def test_a_hot_thread_lets_a_script_work_and_holds_a_plain_form(make_page, site, scripts):
    page = make_page(java_script_enabled=scripts, **SMALL)
    page.goto(EELS)
    heat_up(site, page)
    asked = []
    page.on("response", lambda response: asked.append(response.status))
    write(page, f"Amid the noise, scripts {scripts}")
    page.get_by_text("Your comment is waiting for approval.").first.wait_for()
    held = page.locator(".notice", has_text="waiting for approval").first.inner_text()
    if scripts:
        # It has worked: what is left to wait for is that it is a first comment.
        assert 428 in asked and "first comments" in held
        assert barriers(page) == []
    else:
        assert "Many people are writing here at this moment" in held


@BOTH
def test_a_guest_takes_a_copy_and_erases_everything(make_page, scripts):
    page = make_page(java_script_enabled=scripts, **SMALL)
    page.goto(BREAD)
    words = f"Words to be erased, scripts {scripts}"
    write(page, words)
    page.get_by_text(words).first.wait_for()
    page.get_by_role("link", name="Your data").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download everything about me").click()
    copy = json.loads(download.value.path().read_text())
    assert [comment["text"] for comment in copy["comments"]] == [words]
    if scripts:
        assert barriers(page) == []
    page.get_by_role("link", name="Erase everything about me …").click()
    if scripts:
        assert barriers(page) == []
    page.get_by_label("Yes, erase everything about me.").check()
    page.get_by_role("button", name="Erase", exact=True).click()
    page.get_by_text("Everything about you is being erased.").wait_for()
    assert page.get_by_text("Nothing is kept about this browser").is_visible()
    page.goto(BREAD)
    assert page.get_by_text(words).count() == 0


def test_an_editor_is_told_of_a_bad_line_and_a_listed_word_is_refused(editor, make_page):
    desk = editor()
    desk.goto("/admin/settings/discussion/wordlists/")
    desk.get_by_role("textbox", name="Words that refuse a comment").fill("gold*pot\nblarneystone")
    desk.get_by_role("button", name="Save").click()
    desk.get_by_text("Line 1, “gold*pot”: a star may only stand at the end.").wait_for()
    desk.get_by_role("textbox", name="Words that refuse a comment").fill("blarneystone")
    desk.get_by_role("button", name="Save").click()
    desk.get_by_text("updated").first.wait_for()
    page = make_page()
    page.goto(BREAD)
    write(page, "Kiss the bl4rney-st0ne")
    page.get_by_text("does not publish “blarneystone”").wait_for()
    assert page.get_by_label("Comment", exact=True).input_value() == "Kiss the bl4rney-st0ne"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_faces_are_drawn_without_asking_anybody(make_page, scheme):
    page = make_page(color_scheme=scheme, **SMALL)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(BREAD)
    assert page.locator(".comment-head .face").count() > 3
    assert all(url.startswith(page.url.split("/living")[0]) for url in asked)
