"""The giving screen, scripts on and off: the fee on top is seen before it is charged."""

import pytest

from tests.browser.ground import BOTH, barriers


@BOTH
def test_the_fee_on_top_is_seen_before_it_is_charged(make_page, scripts):
    page = make_page(java_script_enabled=scripts, viewport={"width": 360, "height": 740})
    page.goto("/support/")
    assert not page.get_by_label("Pay the fee on top").is_checked()
    page.get_by_label("€15").check()
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
    page.get_by_label("€60").check()
    page.wait_for_load_state("networkidle")
    page.get_by_label("Pay the fee on top").check()
    page.get_by_text("together.").wait_for()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    off = "[...document.querySelectorAll('.choice')].filter(c => c.offsetParent).map(c => { const i = c.querySelector('input').getBoundingClientRect(), b = c.getBoundingClientRect(); return Math.abs((i.top + i.bottom - b.top - b.bottom) / 2) })"
    assert max(page.evaluate(off)) < 12
