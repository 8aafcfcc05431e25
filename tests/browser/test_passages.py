"""Row 9 of the reference page: questions and comments at passages, as a reader and an author use them."""

import re
import sqlite3

import pytest

from tests.browser.ground import BOTH, asked_for_no_name, barriers

BRIDGE = "/council/the-second-bridge-explained-from-the-beginning/"
WALL = "/town/who-owns-the-wall-that-fell-on-mill-lane/"
STONE = "It is the one on which people sit to wait for the bus."


def select(page, words):
    """Select these words of the article as a reader's finger would, and let the selection rest."""
    page.evaluate(
        """words => {
            const walker = document.createTreeWalker(document.querySelector('.article-body'), NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const at = walker.currentNode.data.indexOf(words);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(walker.currentNode, at);
                range.setEnd(walker.currentNode, at + words.length);
                getSelection().removeAllRanges();
                getSelection().addRange(range);
                range.startContainer.parentElement.scrollIntoView({block: 'center'});
                return;
            }
        }""",
        words,
    )


@BOTH
def test_the_authors_question_is_answered_at_its_passage(editor, scripts):
    page = editor(java_script_enabled=scripts)
    page.goto(BRIDGE)
    question = page.locator(".question")
    assert "How long was it?" in question.inner_text() and "answers" in question.inner_text()
    question.get_by_role("link", name="Answer", exact=True).click()
    words = f"Half an hour, scripts {scripts}"
    form = page.locator(".passage-panel form" if scripts else "#comment-form")
    form.get_by_label("Comment", exact=True).fill(words)
    asked_for_no_name(page, scripts)
    form.get_by_role("button", name="Post comment").click()
    page.get_by_text(words).first.wait_for()
    if scripts:
        assert page.url.endswith(BRIDGE) and page.locator(".passage-notes .passage-posted").is_visible()
    page.goto(BRIDGE)
    said = page.locator(".comment", has_text=words).first
    assert "the ambulance went round two hundred and six times" in said.locator(".about").first.text_content()


@BOTH
def test_a_count_opens_the_newest_and_leads_to_all(make_page, scripts):
    page = make_page(java_script_enabled=scripts)
    page.goto(BRIDGE)
    page.locator(".question .passage-count").click()
    if scripts:
        panel = page.locator(".passage-panel")
        panel.locator(".newest").wait_for()
        assert panel.locator(".newest li").count() == 3
        panel.get_by_role("link", name="View all comments").click()
    page.get_by_role("heading", name="How long was it?").wait_for()
    assert page.locator(".comment").count() >= 4
    page.get_by_role("link", name="Back to the passage in the article").click()
    page.wait_for_url(re.compile("/council/the-second-bridge[^#]*#p-"))


@BOTH
def test_a_paragraph_is_commented_on_by_keyboard_alone(editor, scripts):
    page = editor(java_script_enabled=scripts)
    page.goto(WALL)
    assert page.locator(".comment-here").first.is_hidden()
    page.get_by_role("link", name="Comment on a paragraph of this text").focus()
    page.keyboard.press("Enter")
    page.locator(".comment-here").first.wait_for()
    page.locator("#text").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.comment-here')")
    page.keyboard.press("Enter")
    form = page.locator(".passage-panel form" if scripts else "#comment-form")
    form.get_by_label("Comment", exact=True).wait_for()
    if scripts:
        assert page.evaluate("document.activeElement.matches('.passage-panel textarea')")
    words = f"By keys, scripts {scripts}"
    form.get_by_label("Comment", exact=True).fill(words)
    asked_for_no_name(page, scripts)
    form.get_by_role("button", name="Post comment").click()
    page.get_by_text(words).first.wait_for()
    page.goto(WALL)
    said = page.locator(".comment", has_text=words).first
    assert said.locator(".about").first.text_content().startswith("The wall came down on a Sunday")


def test_any_words_are_selected_commented_on_and_marked(editor):
    page = editor()
    page.goto(WALL)
    select(page, "a hand’s breadth before the bricks")
    page.get_by_role("button", name="Comment on this passage").click()
    panel = page.locator(".passage-new")
    assert panel.locator(".about").inner_text() == "a hand’s breadth before the bricks"
    panel.get_by_label("Comment", exact=True).fill("Whose hand?")
    asked_for_no_name(page)
    panel.get_by_role("button", name="Post comment").click()
    page.locator(".passage-posted", has_text="Whose hand?").wait_for()
    page.reload()
    mark = page.locator(".passage-count", has_text="a hand’s breadth before the bricks")
    mark.scroll_into_view_if_needed()
    page.wait_for_function("() => CSS.highlights.get('passage')?.size > 0")
    drawn = page.evaluate("[...CSS.highlights.get('passage')].map(String)")
    assert "a hand’s breadth before the bricks" in drawn and "one Josiah Penhallow" in drawn


@BOTH
def test_a_comments_quote_leads_back_to_its_passage(make_page, scripts):
    page = make_page(java_script_enabled=scripts)
    page.goto(BRIDGE + "?show=passages")
    page.locator(".about a", has_text=STONE).click()
    if scripts:
        page.wait_for_function("() => CSS.highlights.get('passage-meant')?.size === 1")
        assert page.evaluate("String([...CSS.highlights.get('passage-meant')][0])") == STONE
        assert STONE in page.evaluate("document.activeElement.textContent")
    else:
        page.wait_for_url(re.compile("#p-"))
        assert STONE in page.locator(":target").inner_text()


def test_where_a_browser_cannot_paint_ranges_the_count_and_a_tint_stand_in(make_page):
    page = make_page()
    broken = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.add_init_script("delete globalThis.Highlight")
    page.goto(BRIDGE + "?show=passages")
    page.locator(".about a", has_text=STONE).click()
    block = page.locator("[id^=p-].pointed")
    block.wait_for()
    assert STONE in block.inner_text() and page.locator(".pointed").count() == 1
    assert block.evaluate("block => getComputedStyle(block).backgroundColor") != "rgba(0, 0, 0, 0)"
    assert page.locator(".passage-count").first.is_visible() and broken == []


@BOTH
def test_inline_feedbacks_filters_the_thread_and_back(make_page, scripts):
    page = make_page(java_script_enabled=scripts)
    page.goto(BRIDGE)
    filter_ = page.locator(".passage-filter")
    filter_.get_by_role("link", name="Inline Feedbacks").click()
    filter_.get_by_role("link", name="View all comments").wait_for()
    roots = page.locator(".thread-list > .comments > .comment")
    page.wait_for_function("() => document.querySelectorAll('.thread-list > .comments > .comment').length < 20")
    assert roots.count() == roots.locator(":scope > .comment-body > .about").count() > 4
    page.locator(".order").get_by_role("link", name="Oldest").click()
    page.locator(".order a[aria-current=true]", has_text="Oldest").wait_for()
    assert roots.count() == roots.locator(":scope > .comment-body > .about").count() > 4
    filter_.get_by_role("link", name="View all comments").click()
    page.wait_for_function("() => document.querySelectorAll('.thread-list > .comments > .comment').length > 10")


def test_an_author_asks_readers_in_the_text_editor(editor, site):
    page = editor()
    with sqlite3.connect(f"file:{site.data}/pennypress.sqlite3?mode=ro", uri=True) as database:
        ((section,),) = database.execute("SELECT id FROM wagtailcore_page WHERE slug = 'council'")
    page.goto(f"/admin/pages/add/publishing/articlepage/{section}/")
    page.locator("#id_title").fill("Asking")
    page.get_by_role("button", name="Insert a block").first.click()
    page.get_by_role("option", name="Text").click()
    page.locator(".public-DraftEditor-content").last.click()
    page.keyboard.type("The crane was sold in 1988")
    page.keyboard.press("Shift+Control+ArrowLeft")
    page.get_by_role("button", name="Ask readers").click()
    dialog = page.get_by_role("dialog", name="A question to readers")
    dialog.get_by_label("Question", exact=True).fill("To whom?")
    dialog.get_by_role("button", name="Ask", exact=True).click()
    marked = page.locator(".question-mark", has_text="1988")
    marked.wait_for()
    # The editor writes down what is in it a quarter of a second later.
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url(re.compile("/edit/"))
    marked.click()
    assert dialog.get_by_label("Question", exact=True).input_value() == "To whom?"
    dialog.get_by_role("button", name="Take the question out").click()
    marked.wait_for(state="detached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_passages_and_corrections_have_no_barrier(make_page, scheme):
    page = make_page(color_scheme=scheme, bypass_csp=True, viewport={"width": 360, "height": 800})
    page.goto(BRIDGE)
    assert page.locator(".corrections").is_visible()
    page.locator(".question .passage-count").click()
    page.locator(".passage-panel form").wait_for()
    assert barriers(page) == []
    page.goto(BRIDGE + "#text")
    page.locator(".comment-here").first.wait_for()
    assert barriers(page) == []
    page.locator(".comment-here").first.click()
    page.locator(".passage-new form").wait_for()
    assert barriers(page) == []
    for address in (page.locator(".passage-count").first.get_attribute("href"), "/corrections/"):
        page.goto(address)
        assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
