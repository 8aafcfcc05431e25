"""Finding one's way in a discussion: keys, skip links, search, the remembered order, edits, mentions."""

import re

import pytest

from tests.browser.ground import BOTH, asked_for_no_name, barriers

FERRY = "/town/the-ferry-will-run-until-midnight-after-all/"
CLOCK = "/living/the-clockmaker-who-lets-the-town-hall-run-late/"
BREAD = "/living/a-recipe-for-the-bread-that-does-not-want-to-rise/"


@BOTH
@pytest.mark.parametrize(
    "link, reached", [("Write a comment", "#comment-text"), ("first vote", ".vote"), ("order", ".order a")]
)
def test_three_presses_of_a_keyboard_reach_what_one_may_do(make_page, scripts, link, reached):
    page = make_page(java_script_enabled=scripts)
    page.goto(FERRY)
    for _ in range(3):
        page.keyboard.press("Tab")
        if link in page.locator(":focus").inner_text():
            break
    page.keyboard.press("Enter")
    page.locator(f"{reached}:focus").wait_for(timeout=3_000)


def test_keys_walk_answer_and_vote_and_can_be_switched_off(make_page):
    page = make_page(bypass_csp=True)
    page.goto(CLOCK)
    bodies = page.locator(".comment-body")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys of the discussion")
    dialog.wait_for()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.locator("#discussion").scroll_into_view_if_needed()
    page.keyboard.press("j")
    page.locator(".comment-body:focus").wait_for()
    first = page.locator(".comment:has(> .comment-body:focus)").get_attribute("data-id")
    page.keyboard.press("j")
    page.locator(f".comment:not([data-id='{first}']) > .comment-body:focus").wait_for()
    page.keyboard.press("k")
    page.locator(f"#comment-{first} > .comment-body:focus").wait_for()
    page.keyboard.press("v")
    page.locator(f"#comment-{first} > .comment-body .vote[value=up][aria-pressed=true]").wait_for()
    page.keyboard.press("v")
    page.locator(f"#comment-{first} > .comment-body .vote[value=up][aria-pressed=false]").wait_for()
    page.keyboard.press("r")
    area = page.locator(f"#comment-{first} form[data-reply] textarea")
    page.locator("form[data-reply] textarea:focus").wait_for()
    page.keyboard.type("jkrv?")
    assert area.input_value() == "jkrv?" and not dialog.is_visible()
    assert bodies.count() > 1
    page.get_by_role("link", name="Keys", exact=True).click()
    dialog.get_by_label("Keys are switched on").uncheck()
    dialog.get_by_role("button", name="Close").click()
    page.reload()
    page.locator("#discussion").scroll_into_view_if_needed()
    page.keyboard.press("j")
    page.wait_for_timeout(500)
    assert page.locator(".comment-body:focus").count() == 0


@BOTH
def test_words_are_found_in_the_thread(make_page, scripts):
    page = make_page(java_script_enabled=scripts, bypass_csp=True)
    page.goto(FERRY)
    word = re.search(r"\w{6,}", page.locator(".comment-text").first.text_content()).group()
    page.get_by_role("searchbox", name="Search the comments").fill(word.upper())
    page.get_by_role("search").get_by_role("button", name="Search").click()
    page.get_by_role("heading", name="Search the comments").wait_for()
    assert word.lower() in page.locator(".hit mark").first.inner_text().lower()
    if scripts:
        assert barriers(page) == []
    page.locator(".hit a").first.click()
    assert word.lower() in page.locator(".comment-body.this").inner_text().lower()


def test_the_chosen_order_is_remembered(make_page):
    page = make_page()
    page.goto(CLOCK)
    page.locator(".order").get_by_role("link", name="Oldest").click()
    page.locator(".order a[aria-current=true]", has_text="Oldest").wait_for()
    page.goto(FERRY)
    page.locator(".order a[aria-current=true]", has_text="Oldest").wait_for()
    assert page.url.endswith(FERRY)
    page.goto(FERRY + "?order=best")
    page.wait_for_load_state("networkidle")
    assert page.locator(".order a[aria-current=true]").inner_text() == "Best"


@BOTH
def test_an_edit_shows_what_it_changed_and_a_deleted_comment_is_gone(editor, make_page, scripts):
    page = editor(java_script_enabled=scripts, bypass_csp=True)
    page.goto(BREAD)
    words = f"A slyp of scripts {scripts}"
    page.get_by_label("Comment", exact=True).fill(words)
    asked_for_no_name(page, scripts)
    page.get_by_role("button", name="Post comment").click()
    page.locator(".comment-text", has_text=words).first.wait_for()
    if scripts:
        mine = page.locator(".comment", has_text=words).first
        page.goto(mine.locator(".permalink").first.get_attribute("href"))
    address = page.url.split("#")[0]
    page.get_by_label("Edit your comment").fill(words.replace("slyp", "slip"))
    page.get_by_role("button", name="Save").click()
    page.locator("a.edited").first.click()
    assert page.locator("del").nth(1).inner_text() == "slyp" and page.locator("ins").nth(1).inner_text() == "slip"
    if scripts:
        assert barriers(page) == []
    page.goto(address)
    page.get_by_text("Delete my comment").click()
    page.get_by_role("button", name="Delete it").click()
    page.get_by_text("Your comment is deleted.").wait_for()
    reader = make_page(java_script_enabled=scripts)
    reader.goto(BREAD)
    assert reader.get_by_text(words.replace("slyp", "slip")).count() == 0


def test_a_mention_is_suggested_and_leads_to_a_comment(editor):
    page = editor(bypass_csp=True)
    page.goto(CLOCK)
    # Not one's own: other tests of this newsroom may have written here as the editor, and nobody mentions themselves.
    names = page.locator(".comment-name").all_text_contents()
    name = next(name for name in names if name != "Editor")
    area = page.get_by_label("Comment", exact=True)
    area.fill("Well said, @")
    area.press_sequentially(name[:3])
    page.get_by_role("option", name=name, exact=True).wait_for()
    assert barriers(page) == []
    page.keyboard.press("Enter")
    page.keyboard.type("indeed")
    assert area.input_value() == f"Well said, @{name} indeed"
    asked_for_no_name(page)
    page.get_by_role("button", name="Post comment").click()
    link = page.locator(".comment-text:visible", has_text=f"Well said, @{name} indeed").locator("a")
    link.wait_for()
    page.goto(link.get_attribute("href"))
    assert page.locator(".comment-body.this .comment-name").inner_text() == name
