"""The giving screen, scripts on and off: the fee on top is seen before it is charged; a name and a card go with the gift."""

import pytest

from tests.browser.ground import BOTH, barriers, sign_in


@BOTH
def test_the_fee_on_top_is_seen_before_it_is_charged(make_page, scripts):
    page = make_page(java_script_enabled=scripts, viewport={"width": 360, "height": 740})
    page.goto("/support/")
    assert not page.get_by_label("Pay the fee on top").is_checked()
    page.get_by_label("€15", exact=True).check()
    page.get_by_label("E-mail address").fill("nora@example.org")
    if scripts:
        page.wait_for_load_state("networkidle")
    page.get_by_label("Pay the fee on top").check()
    if not scripts:
        page.get_by_role("button", name="Give once").click()
        page.get_by_text("Please look at the sum").wait_for()
    page.get_by_text("€15 and €0.47 for the fee: €15.47 together.").wait_for()
    if scripts:
        page.get_by_label("Another amount").fill("20")
        page.get_by_text("€20 and €0.54 for the fee: €20.54 together.").wait_for()
        page.get_by_label("Another amount").fill("")
        page.get_by_text("€15 and €0.47 for the fee: €15.47 together.").wait_for()
    page.get_by_role("button", name="Give once").click()
    page.get_by_text("€15.47").wait_for()
    page.get_by_role("button", name="Succeed").click()
    page.get_by_role("heading", name="Thank you").wait_for(timeout=30_000)
    page.get_by_text("Of it, €0.47 cover the fee.").wait_for()


@pytest.mark.parametrize(("scheme", "width"), [("dark", 360), ("light", 1280)])
def test_the_giving_screen_is_for_everybody(make_page, scheme, width):
    page = make_page(bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 900})
    page.goto("/support/")
    page.get_by_role("radio", name="Every year").check()
    page.get_by_label("€60", exact=True).check()
    page.wait_for_load_state("networkidle")
    page.get_by_label("Pay the fee on top").check()
    page.get_by_text("together.").wait_for()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    off = "[...document.querySelectorAll('.choice')].filter(c => c.offsetParent).map(c => { const i = c.querySelector('input').getBoundingClientRect(), b = c.getBoundingClientRect(); return Math.abs((i.top + i.bottom - b.top - b.bottom) / 2) })"
    assert max(page.evaluate(off)) < 12


@BOTH
def test_a_name_goes_on_the_wall_by_way_of_the_desk_and_off_again_by_its_giver(make_page, site, scripts):
    name = f"Wilma {'Loud' if scripts else 'Quiet'}"
    page = make_page(java_script_enabled=scripts, viewport={"width": 360, "height": 740})
    page.goto("/support/")
    page.get_by_label("€15", exact=True).check()
    page.get_by_label("E-mail address").fill(f"{name.split()[1]}@example.org")
    page.get_by_text("Your name on the supporters' wall").click()
    page.get_by_label("Your name, as others shall see it").fill(name)
    page.get_by_text("In somebody's honour or memory").click()
    page.get_by_label("Their name").fill("Grandmother Astrid")
    page.get_by_role("button", name="Give once").click()
    page.get_by_role("button", name="Succeed").click()
    page.get_by_role("heading", name="Thank you").wait_for(timeout=30_000)
    page.get_by_text("will stand on the supporters' wall").wait_for()
    thanks = page.url
    page.get_by_role("link", name="The card").click()
    page.get_by_role("heading", name="Grandmother Astrid").wait_for()

    desk = make_page(java_script_enabled=scripts)
    sign_in(desk, site)
    desk.goto("/admin/discussion/words/wall/")
    desk.get_by_role("button", name=f"Show – {name}").click()
    desk.get_by_text("It is shown.").wait_for()
    page.goto("/supporters/")
    assert page.get_by_text(name).is_visible()
    page.goto("/")
    page.get_by_text(f"newest is {name}").wait_for()
    page.goto(thanks)
    page.get_by_role("button", name="Take it back").click()
    page.goto("/supporters/")
    assert page.get_by_text(name).count() == 0
    page.goto("/")
    assert page.get_by_text(name).count() == 0


def test_one_press_after_a_single_gift_makes_a_smaller_monthly_one(make_page):
    page = make_page(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page.goto("/support/")
    page.get_by_label("€50", exact=True).check()
    page.get_by_label("E-mail address").fill("otto@example.org")
    page.get_by_role("button", name="Give once").click()
    page.get_by_role("button", name="Succeed").click()
    page.get_by_role("button", name="Give €10 every month").click(timeout=30_000)
    page.get_by_text("€10, every month").wait_for()
    page.get_by_role("button", name="Succeed").click()
    page.get_by_text("You give every month.").wait_for(timeout=30_000)
    assert page.get_by_role("button", name="every month").count() == 0


@pytest.mark.parametrize(("scheme", "width"), [("dark", 360), ("light", 1280)])
def test_the_wall_and_the_words_of_the_giving_screen_are_for_everybody(make_page, scheme, width):
    page = make_page(bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 900})
    page.goto("/supporters/")
    page.get_by_text("Marta Lindqvist").wait_for()
    assert page.get_by_text("BEST PRICES").count() == 0
    assert barriers(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto("/support/")
    page.get_by_text("Your name on the supporters' wall").click()
    page.get_by_text("In somebody's honour or memory").click()
    assert barriers(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= width
