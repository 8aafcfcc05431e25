"""What readers are told about giving, and the way of their visit, in real browsers: chosen there, and told to nobody."""

import re

import pytest

from tests.browser.ground import AXE, BOTH, barriers

FERRY = "/town/the-ferry-will-run-until-midnight-after-all/"
OTHER = "/council/the-second-bridge-explained-from-the-beginning/"
WATCH = (
    "globalThis.shift = 0; new PerformanceObserver((list) => {"
    " for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;"
    "}).observe({ type: 'layout-shift', buffered: true });"
)


@pytest.fixture
def appeal(editor):
    """Writes appeals at the desk, and ends them with the test."""
    desk, written = editor(), []

    def write(place, segment, title="Somebody has to sit in the gallery"):
        desk.goto("/admin/funding/appeals/add/")
        desk.get_by_label("Where").select_option(place)
        desk.get_by_label("To whom").select_option(segment)
        desk.locator("[name=a_title]").fill(title)
        desk.locator("[name=a_text]").fill("Readers pay for it.")
        desk.get_by_role("button", name="Save").click()
        desk.wait_for_url("**/appeals/")
        written.append(title)

    yield write
    for title in written:
        desk.goto("/admin/funding/appeals/")
        desk.locator(".desk-appeal", has=desk.get_by_role("heading", name=title)).first.get_by_role(
            "button", name="End it now"
        ).click()


def until(page, true):
    """The page's own policy lets no text become a script in it, so it is asked from outside."""
    for _ in range(50):
        if page.evaluate(true):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"It did not come to be: {true}")


def told(page):
    """Whatever the page tells the server besides asking for pages and files."""
    said = []
    page.on("request", lambda request: said.append(request) if request.method == "POST" else None)
    return said


def scroll_to(page, selector):
    page.locator(selector).scroll_into_view_if_needed()
    page.wait_for_timeout(300)


def test_the_form_is_told_the_way_of_the_visit_and_nothing_outlives_the_tab(make_page):
    page = make_page(bypass_csp=True)  # for the conditions that this test waits for
    numbers = []
    for address in (FERRY + "?from=newsletter-friday", OTHER, OTHER, FERRY):
        page.goto(address)
        numbers.append(page.locator("[data-article]").first.get_attribute("data-article"))
        until(
            page,
            "sessionStorage.getItem('pp-visit')?.endsWith(document.querySelector('[data-article]').dataset.article)",
        )
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Support").click()
    a, b = numbers[0], numbers[1]
    until(page, f"document.querySelector('[name=visit]').value === 'newsletter-friday,{a},{b},{a}'")
    assert not any("visit" in cookie["name"] for cookie in page.context.cookies())
    assert page.evaluate("Object.keys(localStorage).includes('pp-visit')") is False
    other = page.context.new_page()
    other.goto("/support/")
    assert other.locator("[name=visit]").input_value() == ""


def test_without_scripts_the_link_tells_the_article_it_stood_on(make_page):
    page = make_page(java_script_enabled=False)
    page.goto(FERRY)
    number = page.locator("[data-article]").first.get_attribute("data-article")
    page.locator(".support-end a").first.click()
    assert page.locator("[name=visit]").get_attribute("value") == number


@BOTH
def test_at_the_end_of_an_article_an_appeal_stands_for_everybody(make_page, scripts):
    page = make_page(java_script_enabled=scripts, viewport={"width": 360, "height": 740})
    page.goto(FERRY)
    assert page.locator(".support-end .appeal").count() == 1
    assert page.get_by_role("link", name="Support The Lowmarsh Courier").count() == 2


def test_a_reader_keeps_one_wording_and_only_that_it_was_seen_is_told(make_page):
    page = make_page(viewport={"width": 360, "height": 740})
    page.add_init_script(WATCH)
    said = told(page)
    page.goto(FERRY)
    page.wait_for_selector(".support-end .appeal[data-wording]")
    title = page.locator(".support-end .appeal-title").inner_text()
    assert said == []
    with page.expect_response("**/shown/") as answer:
        scroll_to(page, ".support-end .appeal")
    assert answer.value.status == 204
    request = answer.value.request
    assert request.post_data in (None, "") and "cookie" not in request.headers
    assert page.evaluate("globalThis.shift") == 0
    for _ in range(3):
        page.goto(FERRY)
        page.wait_for_selector(".support-end .appeal[data-wording]")
        assert page.locator(".support-end .appeal-title").inner_text() == title
    page.locator(".support-end .appeal a").click()
    assert re.fullmatch("[0-9a-f-]{36}", page.locator("[name=appeal]").input_value())


def test_who_has_given_is_thanked_and_asked_no_more(make_page):
    page = make_page(viewport={"width": 360, "height": 740})
    page.goto("/support/")
    page.get_by_label("Another amount").fill("5")
    page.get_by_label("E-mail address").fill("thanked@example.org")
    page.get_by_role("button", name="Give once").click()
    page.get_by_role("button", name="Succeed").click()
    page.get_by_role("heading", name="Thank you").wait_for(timeout=15_000)
    until(page, "JSON.parse(localStorage.getItem('pp-appeals') ?? '{}').supporter > Date.now()")
    page.goto(FERRY)
    page.get_by_text("You paid for this").wait_for()
    assert page.locator(".support-end .appeal").count() == 1
    assert page.locator(".support-end .appeal a").count() == 0


def test_no_for_now_holds_for_a_season(make_page):
    page = make_page(viewport={"width": 360, "height": 740})
    page.goto(FERRY)
    page.wait_for_selector(".support-end .appeal[data-wording]")
    page.get_by_role("button", name="Not now").click()
    assert page.locator(".support-end .appeal").count() == 0
    assert page.locator(".support-end .support-link").is_visible()
    page.goto(FERRY)
    until(page, "!document.querySelector('.support-end .appeal')")
    page.clock.install(time=page.evaluate("Date.now() + 91 * 864e5") / 1000)
    page.goto(FERRY)
    page.clock.run_for(2_000)
    page.wait_for_selector(".support-end .appeal[data-wording]")


def test_in_the_text_one_is_asked_once_in_some_days_and_nothing_moves(make_page, appeal):
    appeal("text", "new", "Are you new here?")
    page = make_page(viewport={"width": 360, "height": 740})
    page.add_init_script(WATCH)
    page.goto(FERRY)
    page.wait_for_selector("#text .appeal")
    with page.expect_response("**/shown/"):
        scroll_to(page, "#text .appeal")
    assert page.evaluate("globalThis.shift") == 0
    page.goto(FERRY)
    page.wait_for_selector(".support-end .appeal[data-wording]")
    assert page.locator("#text .appeal").count() == 0


def test_a_banner_for_regular_readers_covers_nothing_that_has_the_focus(make_page, appeal):
    appeal("banner", "regular", "You read here often")
    page = make_page(viewport={"width": 360, "height": 740}, bypass_csp=True, reduced_motion="reduce")
    page.add_init_script(WATCH)
    for count in range(4):
        page.goto(FERRY)
        page.wait_for_selector(".support-end .appeal[data-wording]")
        assert page.locator(".appeal-banner").count() == (count == 3)
    assert page.evaluate("globalThis.shift") == 0
    assert barriers(page) == []
    close = page.locator(".appeal-banner .appeal-close")
    assert close.bounding_box()["height"] >= 24
    close.click()
    assert page.locator(".appeal-banner").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_article_with_an_appeal_has_no_barriers(make_page, scheme):
    page = make_page(bypass_csp=True, color_scheme=scheme)
    page.goto(FERRY)
    page.wait_for_selector(".support-end .appeal[data-wording]")
    assert barriers(page) == []


def test_the_desk_of_appeals_and_of_earnings_fits_a_phone_and_has_no_barriers(editor):
    page = editor(viewport={"width": 360, "height": 740}, bypass_csp=True)
    for address in ("appeals/", "appeals/add/", "earned/"):
        page.goto(f"/admin/funding/{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
        page.evaluate(AXE)
        found = page.evaluate(
            "axe.run('.desk, .desk-actions, .desk-table, .desk-chart, .desk-appeal').then(r => r.violations.map(v => v.id))"
            if address != "appeals/add/"
            else "axe.run('.desk').then(r => r.violations.map(v => v.id))"
        )
        assert found == [], (address, found)
    page.goto("/admin/funding/earned/")
    assert page.get_by_role("img", name="A bar for each month").is_visible()
    assert page.get_by_role("heading", name="Authors").is_visible()
