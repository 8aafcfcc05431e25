"""Row 13 and the markup: writing, looking before posting, quoting, and drafts, with scripts and without."""

import pytest

from tests.browser.ground import BOTH, asked_for_no_name, barriers

FERRY = "/town/the-ferry-will-run-until-midnight-after-all/"
CLOCK = "/living/the-clockmaker-who-lets-the-town-hall-run-late/"


@BOTH
def test_a_preview_shows_the_words_and_keeps_them(make_page, scripts):
    page = make_page(java_script_enabled=scripts)
    page.goto(CLOCK)
    words = "Some *stress*\n\n>! and the end"
    page.get_by_label("Comment", exact=True).fill(words)
    page.get_by_label("Name").fill("Ann")
    page.get_by_role("button", name="Preview").click()
    shown = page.locator(".preview")
    assert shown.locator("em").inner_text() == "stress"
    hidden = shown.get_by_text("and the end")
    assert hidden.is_hidden()
    shown.get_by_text("Spoiler").click()
    assert hidden.is_visible()
    assert page.get_by_label("Comment", exact=True).input_value() == words
    assert page.url.endswith(CLOCK) == scripts


def test_the_toolbar_puts_signs_around_what_is_selected_and_takes_them_away(make_page):
    page = make_page(bypass_csp=True)
    page.goto(CLOCK)
    area = page.get_by_label("Comment", exact=True)
    area.fill("one two\nthree")
    select = "(area, [from, to]) => { area.focus(); area.setSelectionRange(from, to); }"

    def press(name, start, end, expected):
        area.evaluate(select, [start, end])
        page.get_by_role("group", name="Markup").first.get_by_role("button", name=name).click()
        page.wait_for_function(
            "text => document.getElementById('comment-text').value === text", arg=expected, timeout=3_000
        )

    press("Bold", 4, 7, "one **two**\nthree")
    press("Bold", 6, 9, "one two\nthree")
    press("Quote", 0, 13, "> one two\n> three")
    press("Quote", 0, 17, "one two\nthree")
    press("Spoiler", 9, 9, "one two\n>! three")
    area.evaluate(select, [0, 3])
    page.keyboard.press("Control+i")
    page.wait_for_function("document.getElementById('comment-text').value.startsWith('*one*')")
    page.keyboard.press("Control+i")
    area.evaluate(select, [0, 3])
    page.keyboard.press("Control+k")
    page.wait_for_function("document.getElementById('comment-text').value.startsWith('[one](https://)')")
    page.keyboard.press("Control+z")
    page.wait_for_function("document.getElementById('comment-text').value.startsWith('one')")
    assert barriers(page) == []


@BOTH
def test_an_answer_begins_with_a_quote(make_page, scripts):
    page = make_page(java_script_enabled=scripts)
    page.goto(FERRY)
    comment = page.locator(".comment[data-id]").first
    said = comment.locator(".comment-text").first.text_content()
    comment.locator(".quote").first.click()
    area = page.locator("form[data-reply] textarea" if scripts else "#comment-text")
    assert area.input_value().startswith("> " + said[:20])


def test_selected_words_are_quoted(make_page):
    page = make_page()
    page.goto(FERRY)
    text = page.locator(".comment-text p").nth(2)
    text.evaluate(
        "p => { const r = document.createRange(); r.setStart(p.firstChild, 0); r.setEnd(p.firstChild, 9);"
        " getSelection().removeAllRanges(); getSelection().addRange(r); }"
    )
    words = page.evaluate("getSelection().toString()")
    page.locator(".quote-selection").click()
    area = page.locator("form[data-reply] textarea")
    assert area.input_value() == f"> {words}\n\n"
    assert page.locator(".quote-selection").count() == 0


def test_a_draft_waits_in_the_browser_until_it_is_posted(editor):
    page = editor(bypass_csp=True)
    page.goto(CLOCK)
    requests = []
    page.on("request", lambda request: requests.append(request) if request.method == "POST" else None)
    page.get_by_label("Comment", exact=True).fill("A thought not finished")
    page.wait_for_function("Object.keys(localStorage).some((key) => key.startsWith('pp-draft:'))")
    page.reload()
    page.wait_for_function("document.getElementById('comment-text').value === 'A thought not finished'")
    assert requests == []
    asked_for_no_name(page)
    page.get_by_role("button", name="Post comment").click()
    page.locator(".comment-text", has_text="A thought not finished").first.wait_for()
    page.reload()
    asked_for_no_name(page)
    assert page.get_by_label("Comment", exact=True).input_value() == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_has_no_barrier_while_it_is_used(make_page, scheme):
    page = make_page(bypass_csp=True, color_scheme=scheme, viewport={"width": 360, "height": 800})
    page.goto(CLOCK)
    page.get_by_label("Comment", exact=True).fill(">! hidden\n\n> quoted `code`")
    page.get_by_role("button", name="Preview").click()
    page.locator(".preview details").wait_for()
    page.locator(".quote").first.click()
    page.locator("form[data-reply] textarea").wait_for()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
