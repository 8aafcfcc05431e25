"""Comments far below what is read are not laid out before they come near; a reader must notice nothing of it."""

import pytest

from tests.browser.ground import BOTH

FERRY = "/town/the-ferry-will-run-until-midnight-after-all/"
SHIFTS = """globalThis.shift = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true });"""
SKIPPED = "[...document.querySelectorAll('.comments .comment-text')].filter((words) => !words.innerText).length"
IN_SIGHT = (
    "element => { const box = element.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }"
)


def far_below(page):
    """With a screen of others below it, so that the page's end decides nothing."""
    return page.locator(".thread-list > .comments > .comment").nth(12)


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_moves_on_the_way_down_and_up_again(make_page, width, direction):
    page = make_page(viewport={"width": width, "height": 800})
    page.add_init_script(SHIFTS)
    if direction == "rtl":
        page.route(
            f"**{FERRY}",
            lambda route: route.fulfill(
                body=route.fetch().text().replace('dir="ltr"', 'dir="rtl"', 1), content_type="text/html"
            ),
        )
    page.goto(FERRY)
    assert page.evaluate("document.documentElement.dir") == direction
    assert page.evaluate(SKIPPED) > 20
    page.mouse.move(width / 2, 400)
    for step, end in (
        (700, "scrollY + innerHeight >= document.documentElement.scrollHeight - 2"),
        (-700, "scrollY === 0"),
    ):
        for _ in range(200):
            if page.evaluate(end):
                break
            page.mouse.wheel(0, step)
            page.wait_for_timeout(30)
        assert page.evaluate(end)
    assert page.evaluate("globalThis.shift") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@BOTH
@pytest.mark.parametrize("width", [360, 1280])
def test_a_link_to_a_comment_far_below_leads_right_to_it(make_page, width, scripts):
    page = make_page(viewport={"width": width, "height": 800}, java_script_enabled=scripts)
    page.goto(FERRY)
    name = far_below(page).get_attribute("id")
    page.goto("/months/")
    page.goto(f"{FERRY}#{name}")
    page.wait_for_timeout(700)
    box = page.locator(f"#{name}").bounding_box()
    assert 0 <= box["y"] <= 60, box
    # Whoever goes on reading from there finds it where it was.
    page.mouse.wheel(0, -2_000)
    page.wait_for_timeout(300)
    page.mouse.wheel(0, 2_000)
    page.wait_for_timeout(300)
    assert abs(page.locator(f"#{name}").bounding_box()["y"] - box["y"]) <= 1


def test_the_way_back_leads_to_where_one_was(make_page):
    page = make_page(viewport={"width": 360, "height": 800})
    page.goto(FERRY)
    page.mouse.move(180, 400)
    comment = far_below(page)
    for _ in range(200):
        if comment.bounding_box()["y"] < 500:
            break
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(40)
    before = comment.bounding_box()["y"]
    comment.locator(".permalink").first.evaluate("link => link.click()")
    page.wait_for_url("**/discussion/comments/**")
    page.go_back()
    page.wait_for_timeout(700)
    # A browser that had to load the page anew knows how far down its reader was, not yet how high all above it is.
    assert abs(far_below(page).bounding_box()["y"] - before) <= 200


def test_the_browser_finds_words_of_a_comment_far_below(make_page):
    page = make_page(viewport={"width": 360, "height": 800})
    page.goto(FERRY)
    words = far_below(page).locator(".comment-text p").first
    assert words.inner_text() == ""
    sentence = words.text_content()
    assert page.evaluate("sentence => find(sentence, true, false, true)", sentence)
    page.wait_for_timeout(300)
    assert page.evaluate("getSelection().toString()") == sentence
    assert page.evaluate(f"({IN_SIGHT})(getSelection().anchorNode.parentElement)")


def test_tab_leads_through_comments_far_below(make_page):
    page = make_page(viewport={"width": 360, "height": 800})
    page.goto(FERRY)
    comment = far_below(page)
    comment.locator(".quote").first.evaluate("link => link.focus({ preventScroll: true })")
    seen = []
    for _ in range(4):
        page.keyboard.press("Tab")
        page.wait_for_timeout(150)
        seen.append(page.evaluate("document.activeElement.className"))
        assert page.evaluate(f"({IN_SIGHT})(document.activeElement)"), seen
        # The outline is not cut: there is room for it on all sides within what its comment may paint.
        assert page.evaluate(
            "(() => { const body = document.activeElement.closest('.comment-body').getBoundingClientRect();"
            " const box = document.activeElement.getBoundingClientRect();"
            " return box.left >= body.left - 4 && box.bottom <= body.bottom + 4; })()"
        )
    assert seen == ["report", "permalink", "button-plain vote", "button-plain vote"]


def test_a_comment_far_below_is_quoted_by_lines_and_without_what_its_spoiler_hides(make_page):
    page = make_page()
    page.goto(FERRY)
    comment = far_below(page)
    comment.locator(".comment-text").first.evaluate(
        """words => {
          const element = (tag, ...inside) => { const made = document.createElement(tag); made.append(...inside); return made; };
          words.replaceChildren(
            element("p", "One", element("br"), "\\ntwo"), element("ul", element("li", "three"), element("li", "four")),
            element("details", element("summary", "Spoiler"), element("p", "who did it")));
        }"""
    )
    comment.locator(".quote").first.evaluate("link => link.click()")
    area = page.locator("form[data-reply] textarea")
    area.wait_for()
    assert area.input_value() == "> One\n> two\n> three\n> four\n> Spoiler\n\n"


def test_a_selection_that_ends_in_another_comment_quotes_the_part_of_its_own(make_page):
    page = make_page()
    page.goto(FERRY)
    first = page.locator(".comment-text").first
    first.scroll_into_view_if_needed()
    sentence = first.text_content().strip()
    page.evaluate(
        """() => {
          const all = document.querySelectorAll(".comment-text"), [first, last] = [all[0], all[all.length - 1]];
          if (last.innerText) throw new Error("the last comment is laid out");
          getSelection().setBaseAndExtent(first.querySelector("p").firstChild, 0, last, last.childNodes.length);
        }"""
    )
    page.locator(".quote-selection").click()
    area = page.locator("form[data-reply] textarea")
    area.wait_for()
    assert area.input_value() == "".join(f"> {line}\n" for line in sentence.splitlines() if line) + "\n"


def test_a_printed_thread_has_all_its_comments_and_an_article_none(make_page):
    page = make_page()
    page.goto(FERRY)
    thread = page.locator("#discussion").get_attribute("data-live").split(":")[-1].strip("/")
    page.emulate_media(media="print")
    assert not page.locator("#discussion").is_visible() and page.locator(".article-body").is_visible()
    page.goto(f"/discussion/pages/{thread}/")
    assert page.locator(".comment-text").count() > 20 and page.evaluate(SKIPPED) == 0
    assert page.locator(".comment-text").first.is_visible() and not page.locator(".comment-tools").first.is_visible()
