"""Screens as few people set them: magnified fourfold, in forced colours, from right to left, without scripts, without results."""

import pytest

from tests.browser.ground import BOTH, barriers

FERRY = "/town/the-ferry-will-run-until-midnight-after-all/"
CHOIR = "/living/the-choir-that-only-rehearses/"
READERS = [
    "/",
    "/town/",
    FERRY,
    "/authors/ida-holm/",
    "/about/",
    "/support/",
    "/supporters/",
    "/support/mine/",
    "/months/",
    "/corrections/",
    "/moderation-record/",
    "/search/?q=ferry",
    "/discussion/keys/",
    "/notifications/",
    "/accounts/login/",
    "/accounts/signup/",
    "/account/data/",
    "/nothing-here/",
]
# The edge of the text, as everywhere: what begins further out touches the edge of a phone.
EDGE = 16


@BOTH
def test_magnified_fourfold_every_page_is_read_in_one_direction(make_page, scripts):
    # 1280 pixels at 400 %.
    page = make_page(java_script_enabled=scripts, viewport={"width": 320, "height": 256})
    for address in READERS:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
        for link in page.locator(".site-nav a").all():
            box = link.bounding_box()
            assert box["x"] >= EDGE - 1 and box["x"] + box["width"] <= 320 - EDGE + 1, address


def colour(locator, name):
    return locator.evaluate("(element, name) => getComputedStyle(element)[name]", name)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_meter_votes_and_focus_to_be_seen(make_page, scheme):
    page = make_page(forced_colors="active", color_scheme=scheme)
    page.goto(CHOIR)
    ground = colour(page.locator("html"), "backgroundColor")
    meter = page.locator(".meter")
    fill, track = (colour(meter.locator(part), "fill") for part in (".meter-fill", ".meter-track"))
    assert track == ground != fill
    assert fill != colour(meter.locator(".meter-mark").first, "stroke") == colour(page.locator("body"), "color")
    vote = page.locator("button.vote[value=up]").first
    vote.click()
    pressed = page.locator("button.vote[aria-pressed=true]").first
    pressed.wait_for()
    other = page.locator("button.vote[aria-pressed=false]").first
    assert colour(pressed, "backgroundColor") not in (ground, colour(other, "backgroundColor"))
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    pressed.click()
    page.goto("/months/")
    assert colour(page.locator(".month-bar-last"), "fill") not in (
        ground,
        colour(page.locator(".month-bar").first, "fill"),
    )


@BOTH
def test_the_meter_runs_from_the_right_where_reading_does_and_its_figures_stay_whole(make_page, scripts):
    page = make_page(java_script_enabled=scripts, bypass_csp=True)
    # As in a newsroom that writes from right to left.
    page.goto(FERRY)
    labels = page.locator(".meter-label")

    def places():
        return [label.bounding_box()["x"] for label in labels.all()]

    assert places() == sorted(places()) and len(places()) == 4
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert places() == sorted(places(), reverse=True)
    fill, track = (page.locator(part).bounding_box() for part in (".meter-fill", ".meter-track"))
    assert fill["x"] + fill["width"] == pytest.approx(track["x"] + track["width"], abs=2)
    # Turned twice, a figure is itself; the text is as it was.
    turns = page.evaluate(
        "['.meter-picture', '.meter-label'].map(name => new DOMMatrix(getComputedStyle(document.querySelector(name)).transform).a)"
    )
    assert turns == [-1, -1]
    assert labels.first.text_content() == "€0"


def test_without_scripts_no_passkey_is_offered(make_page):
    page = make_page(java_script_enabled=False)
    page.goto("/accounts/login/")
    assert page.get_by_role("button", name="Sign in with a passkey").is_hidden()
    assert page.get_by_text("requires JavaScript").is_hidden()
    assert page.get_by_role("link", name="Send me a sign-in code").is_visible()


@BOTH
def test_a_lost_reader_is_led_on(make_page, scripts):
    page = make_page(java_script_enabled=scripts, bypass_csp=True)
    assert page.goto("/town/the-fery/").status == 404
    page.get_by_label("Words to look for").fill("zzzqx")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    page.get_by_text("No article has these words.").wait_for()
    if scripts:
        assert barriers(page) == []


@BOTH
def test_a_plain_page_does_not_crowd_its_headline(make_page, scripts):
    page = make_page(java_script_enabled=scripts)
    page.goto("/about/")
    head, text = (page.locator(part).bounding_box() for part in ("h1", ".article-body"))
    assert text["y"] - (head["y"] + head["height"]) >= EDGE


@pytest.mark.parametrize("opener", ["reply", "report"])
def test_escape_closes_what_was_opened_in_place_and_leads_back_and_no_word_is_lost(make_page, opener):
    page = make_page()
    page.goto(CHOIR)
    link = page.locator(f".comment a.{opener}").first
    link.focus()
    page.keyboard.press("Enter")
    form = page.locator("form[data-reply], .report-form")
    form.wait_for()
    words = form.locator("textarea, [name=note]").first
    words.fill("Half a thought")
    words.press("Escape")
    assert form.count() == 0
    assert link.evaluate("element => element === document.activeElement")
    if opener == "reply":
        # Kept a moment after the last key.
        page.wait_for_timeout(600)
        link.press("Enter")
        form.wait_for()
        assert words.input_value() == "Half a thought"


def test_escape_closes_the_choice_of_being_told_and_leads_back(make_page):
    page = make_page()
    page.goto(CHOIR)
    choice = page.locator("#notify")
    choice.locator("summary").click()
    choice.get_by_label("E-mail address").press("Escape")
    assert choice.get_attribute("open") is None
    assert choice.locator("summary").evaluate("element => element === document.activeElement")


@BOTH
def test_a_code_by_mail_is_offered_as_plainly_as_a_passkey(make_page, scripts):
    page = make_page(java_script_enabled=scripts, viewport={"width": 360, "height": 740})
    page.goto("/accounts/login/")
    code = page.get_by_role("link", name="Send me a sign-in code")
    assert code.bounding_box()["height"] >= 40
    assert colour(code, "borderTopStyle") == "solid"
    if scripts:
        passkey = page.get_by_role("button", name="Sign in with a passkey")
        assert colour(passkey, "backgroundColor") == colour(code, "backgroundColor")
        assert passkey.bounding_box()["height"] == pytest.approx(code.bounding_box()["height"], abs=1)


def test_the_months_run_from_the_right_where_reading_does(make_page):
    page = make_page(bypass_csp=True)
    page.goto("/months/")
    page.evaluate("document.documentElement.dir = 'rtl'")
    first, last = page.locator(".months-chart figcaption span").first, page.locator(".month-bar-last")
    chart = page.locator(".months-chart").bounding_box()
    assert last.bounding_box()["x"] < chart["x"] + chart["width"] / 2 < first.bounding_box()["x"]


def test_escape_closes_a_passages_comments_unless_words_would_be_lost(make_page):
    page = make_page()
    page.goto("/council/the-second-bridge-explained-from-the-beginning/")
    link = page.locator(".passage-notes a.passage-open").first
    link.focus()
    page.keyboard.press("Enter")
    panel = page.locator(".passage-panel")
    panel.wait_for()
    panel.locator("textarea").fill("Half a thought")
    page.keyboard.press("Escape")
    assert panel.is_visible()
    panel.locator("textarea").fill("")
    page.keyboard.press("Escape")
    assert panel.count() == 0 and link.get_attribute("aria-expanded") == "false"
    assert link.evaluate("element => element === document.activeElement")


def test_every_menu_of_the_moderation_desk_fits_a_phone(editor):
    page = editor(viewport={"width": 360, "height": 800})
    page.goto("/admin/discussion/?show=all")
    for further in (True, False):
        for summary in page.locator("main summary").all():
            summary.click()
        fields = page.locator("main :is(input:not([type=hidden]), select, textarea, button)").filter(visible=True)
        assert fields.count() > 4
        for box in (field.bounding_box() for field in fields.all()):
            assert box["x"] >= 0 and box["x"] + box["width"] <= 360
        if further:
            page.get_by_role("link", name="More –").first.click()
            page.get_by_text("What was done with it").wait_for()


def test_amounts_at_the_money_desk_name_their_currency(editor):
    page = editor()
    page.goto("/admin/funding/tiers/add/")
    page.get_by_label("Amount, in EUR").press("Tab")
    assert page.get_by_label("Title").evaluate("element => element === document.activeElement")


def test_one_long_word_never_makes_the_front_page_wider_than_the_window(make_page):
    page = make_page(bypass_csp=True, viewport={"width": 360, "height": 740})
    page.goto("/")
    page.evaluate(
        "for (const title of document.querySelectorAll('.front a')) title.textContent = 'Donaudampfschifffahrt'.repeat(6)"
    )
    for width in (360, 640, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
