"""Rows 14 and 15 of the reference page: what an open page is told, with one person writing and another reading."""

import re
import sqlite3
from contextlib import closing

import pytest

from tests.browser.ground import asked_for_no_name, barriers

FERRY = "/town/the-ferry-will-run-until-midnight-after-all/"
# The positions of what is being read: of the page, and of everything that can be seen in the window.
READING = """() => [scrollY, ...[...document.querySelectorAll(".comment-body, .article p, #comment-form")]
  .map((element) => [element, element.getBoundingClientRect().top])
  .filter(([, top]) => top > -200 && top < innerHeight).map(([element, top]) => [element.textContent.slice(0, 40), top])]"""


@pytest.fixture
def writer(editor, site):
    """A moderator on the ferry's page, whose comments appear at once."""
    # All tests write as one person, and faster than one person may.
    with closing(sqlite3.connect(site.data / "pennypress.sqlite3", timeout=20)) as database, database:
        database.execute("DELETE FROM delivery_spending")
    page = editor()
    page.goto(FERRY)
    return page


def write(page, words, form="#comment-form"):
    form = page.locator(form)
    form.get_by_label("Comment").fill(words)
    asked_for_no_name(page)
    form.get_by_role("button", name="Post comment").click()
    page.locator(".comment-text", has_text=words.split("\n")[-1]).first.wait_for()
    return page.locator(".comment[data-id]", has=page.locator(f":scope > .comment-body >> text={words}")).last


def listening(page):
    with page.expect_response(lambda response: "/live/thread:" in response.url):
        page.goto(FERRY)


def scroll_into_the_thread(page):
    page.locator(".thread-list > .comments > .comment").nth(4).scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 200)")
    page.wait_for_timeout(200)


@pytest.mark.parametrize("width", [1280, 360])
def test_a_new_comment_waits_behind_a_button_and_moves_nothing(make_page, writer, width):
    reader = make_page(viewport={"width": width, "height": 740})
    listening(reader)
    scroll_into_the_thread(reader)
    before = reader.evaluate(READING)
    words = f"News from the quay, seen at {width}"
    write(writer, words)
    button = reader.locator(".news-top .news-button")
    button.wait_for()
    bubble = reader.get_by_role("complementary", name="News of the discussion")
    bubble.get_by_text(words).wait_for()
    assert reader.evaluate(READING) == before
    assert re.fullmatch(r"\d+ new comments?", button.inner_text())
    said = bubble.inner_text()
    assert "Editor" in said and "just now" in said and "Reply" in said
    assert bubble.locator("[aria-live=polite]").count() == 1
    # Who wrote it is not told of it.
    writer.wait_for_timeout(700)
    assert writer.locator(".news").count() == 0 and writer.locator("#bubble").is_hidden()
    button.click()
    shown = reader.locator(".thread-list > .comments > .comment").first
    shown.get_by_text(words).wait_for()
    assert reader.evaluate("document.activeElement.id") == shown.get_attribute("id")
    assert reader.locator(".news").count() == 0


def test_a_reply_waits_at_what_it_answers(make_page, writer):
    reader = make_page()
    listening(reader)
    answered = reader.locator(".thread-list > .comments > .comment").nth(2).get_attribute("data-id")
    reader.locator(f"#comment-{answered}").scroll_into_view_if_needed()
    reader.wait_for_timeout(200)
    before = reader.evaluate(READING)
    writer.locator(f"#comment-{answered} > .comment-body .reply").click()
    write(writer, "An answer from the quay", f"#comment-{answered} form[data-reply]")
    button = reader.locator(f'.news[data-place="{answered}"] .news-button')
    button.wait_for()
    assert button.inner_text() == "1 new reply" and reader.evaluate(READING) == before
    button.focus()
    reader.keyboard.press("Enter")
    reply = reader.locator(f"#comment-{answered} > .replies > .comment", has_text="An answer from the quay").last
    reply.wait_for()
    assert reader.evaluate("document.activeElement.id") == reply.get_attribute("id")


def test_the_bubble_leads_to_an_answer_and_is_closed_with_a_press(make_page, writer):
    reader = make_page()
    listening(reader)
    write(writer, "A question to all from the quay")
    bubble = reader.locator("#bubble")
    bubble.get_by_role("link", name="Reply").click()
    reader.locator("form[data-reply] textarea").wait_for()
    assert reader.evaluate("document.activeElement.name") == "text"
    assert bubble.is_hidden() and reader.url.endswith(FERRY)
    other = make_page()
    listening(other)
    write(writer, "Closed with a press")
    other.locator("#bubble").get_by_text("Closed with a press").wait_for()
    other.locator("#bubble").get_by_role("button", name="Close").click()
    assert other.locator("#bubble").is_hidden()


def test_votes_removals_and_edits_reach_an_open_page(make_page, writer, site):
    comment = write(writer, "Words that will not stay")
    number = comment.get_attribute("data-id")
    reader = make_page()
    listening(reader)
    shown = reader.locator(f"#comment-{number}")
    voter = make_page()
    voter.goto(FERRY)
    voter.locator(f"#comment-{number} > .comment-body .vote[value=up]").click()
    shown.locator(".up", has_text="1").wait_for()
    writer.goto(f"/discussion/comments/{number}/")
    writer.get_by_label("Edit your comment").fill("Words that were changed")
    writer.get_by_role("button", name="Save").click()
    changed = reader.locator(f'.news[data-place="{number}"] .news-button')
    changed.wait_for()
    changed.click()
    shown.get_by_text("Words that were changed").wait_for()
    writer.goto(f"/discussion/comments/{number}/")
    writer.get_by_role("radio").or_(writer.locator("select[name=rule] option")).first.wait_for(state="attached")
    if writer.locator("select[name=rule]").count():
        writer.locator("select[name=rule]").select_option(index=1)
    else:
        writer.locator("input[name=rule]").first.check()
    writer.get_by_role("button", name="Remove", exact=True).click()
    shown.get_by_text("This comment was removed.").wait_for()
    assert "Words" not in shown.inner_text() and shown.locator(".votes").count() == 0


def test_who_was_away_is_told_of_all_they_missed(make_page, writer):
    reader = make_page()
    listening(reader)
    reader.context.set_offline(True)
    reader.evaluate("dispatchEvent(new Event('pagehide'))")
    write(writer, "Missed the first")
    write(writer, "Missed the second")
    reader.context.set_offline(False)
    reader.evaluate("dispatchEvent(new Event('pageshow'))")
    # One of them may come with the next look of the server, a moment later.
    reader.locator(".news-top .news-button", has_text="2 new comments").wait_for()


def test_pins_picks_and_closed_branches_reach_an_open_page(make_page, writer):
    comment = write(writer, "A word worth keeping, from the quay")
    number = comment.get_attribute("data-id")
    writer.locator(f"#comment-{number} > .comment-body .reply").click()
    write(writer, "Below a word worth keeping", f"#comment-{number} form[data-reply]")
    reader = make_page()
    listening(reader)
    shown = reader.locator(f"#comment-{number}")
    body = shown.locator(":scope > .comment-body")
    assert shown.locator("a.reply").count() == 2

    def press(name):
        writer.goto(f"/admin/discussion/comments/{number}/")
        with writer.expect_navigation():
            writer.get_by_role("button", name=name, exact=True).click()

    press("Pin")
    body.locator(".pinned").wait_for()
    press("Unpin")
    body.locator(".pinned").wait_for(state="detached")
    press("Newsroom's pick")
    body.locator(".badge-is_pick").wait_for()
    assert reader.locator(".order .picks").count() == 1
    press("No pick any more")
    body.locator(".badge-is_pick").wait_for(state="detached")
    press("Close the branch")
    shown.get_by_text("This branch is closed.").wait_for()
    assert shown.locator("a.reply").count() == 0
    press("Open the branch")
    reader.locator(".news-top .news-button", has_text="More has happened").click()
    reader.locator(f"#comment-{number} a.reply").first.wait_for()


def test_the_heading_and_the_marks_count_along(make_page, writer):
    reader = make_page()
    listening(reader)

    def counted():
        return int(re.match(r"\d+", reader.locator("#discussion-title").inner_text()).group())

    before = counted()
    link = writer.locator(".article-body .comment-here").nth(1)
    name = link.evaluate("link => link.closest('[id^=p-]').id")
    link.evaluate("link => link.click()")
    form = writer.locator(".passage-new form")
    form.get_by_label("Comment", exact=True).fill("Said of this paragraph while others read it")
    asked_for_no_name(writer)
    form.get_by_role("button", name="Post comment").click()
    writer.locator(".passage-posted").wait_for()
    mark = reader.locator(f".passage-notes[data-block='{name}'] .passage-count", has_text="1 comment").last
    mark.wait_for()
    assert counted() == before + 1
    mark.click()
    panel = reader.locator(".passage-panel", has_text="Said of this paragraph while others read it")
    panel.wait_for()
    address = panel.locator(".newest a").last.get_attribute("href")
    writer.goto(address)
    writer.locator("select[name=rule]").select_option(index=1)
    writer.get_by_role("button", name="Remove", exact=True).click()
    mark.wait_for(state="detached")
    assert counted() == before


def test_two_pages_of_one_reader_tell_each_other_no_news_of_their_own_words(make_page, writer):
    other = writer.context.new_page()
    listening(other)
    stranger = make_page()
    listening(stranger)
    write(writer, "Said on the other page of mine")
    # Others are told, and so was this page: it says nothing of it.
    stranger.locator(".news-top .news-button").wait_for()
    other.wait_for_timeout(1500)
    assert other.locator(".news").count() == 0 and other.locator("#bubble").is_hidden()


def test_the_meter_moves_on_an_open_page(make_page):
    reader = make_page()
    with reader.expect_response(lambda response: response.url.endswith("/live/")):
        reader.goto("/")
    before = reader.locator(".meter-raised").inner_text()
    giver = make_page()
    giver.goto("/support/")
    giver.get_by_label("Another amount").fill("21")
    giver.get_by_label("E-mail address").fill("live@example.org")
    giver.get_by_role("button", name="Give once").click()
    giver.get_by_role("button", name="Succeed").click()
    giver.get_by_role("heading", name="Thank you").wait_for(timeout=15_000)
    reader.locator(".meter-raised").filter(has_not_text=before).wait_for()


def test_the_open_bubble_and_button_keep_nobody_out(make_page, writer):
    reader = make_page(bypass_csp=True)
    listening(reader)
    write(writer, "For every reader of the quay")
    reader.locator("#bubble").get_by_text("For every reader").wait_for()
    reader.locator(".news-top .news-button").wait_for()
    assert barriers(reader) == []


def test_without_scripts_nothing_asks_for_a_stream(make_page):
    page = make_page(java_script_enabled=False)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(FERRY)
    assert not [url for url in asked if "/live/" in url]
    assert page.locator("#bubble").is_hidden() and page.locator(".news").count() == 0
