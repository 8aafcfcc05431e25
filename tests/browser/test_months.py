"""The months' pages: read without scripts, on a narrow phone, by screen readers, and taken away as files."""

from datetime import date

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from pennypress.funding.meter import make_meter
from tests.browser.ground import AXE, BOTH, barriers


@BOTH
def test_a_reader_looks_at_the_months_and_takes_the_books_away(make_page, scripts):
    page = make_page(viewport={"width": 360, "height": 740}, java_script_enabled=scripts)
    page.goto("/months/")
    assert page.get_by_role("img", name="A bar for each month").is_visible()
    changed = page.locator("tr", has_text="since")
    assert changed.count() == 1
    changed.get_by_role("link").click()
    page.get_by_role("heading", name="What changed after the month was closed").wait_for()
    assert page.get_by_role("row", name="Refund").is_visible()
    assert page.get_by_role("heading", name="What it was spent on").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360 if scripts else True
    with page.expect_download() as download:
        page.get_by_role("link", name="beancount").click()
    text = download.value.path().read_text()
    assert "Income:Gifts:" in text and "pennypress.example" not in text
    page.get_by_role("link", name="All months").click()
    page.wait_for_url("**/months/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_month_has_no_barriers(make_page, scheme):
    page = make_page(bypass_csp=True, color_scheme=scheme)
    page.goto("/months/")
    assert barriers(page) == []
    page.locator("table a").nth(1).click()
    assert barriers(page) == []


def test_long_amounts_on_the_scale_do_not_touch(make_page):
    """What the meter computes of its labels' widths, measured: in forint, on the narrowest phone."""
    page = make_page(viewport={"width": 360, "height": 740}, bypass_csp=True)
    page.goto("/months/")
    with translation.override("hu"):
        for tiers in ([100, 250, 400, 500], [200, 500], [120, 240, 360, 480, 500], [1, 500]):
            meter = make_meter(
                month=date(2026, 3, 1), currency="HUF", raised=123_456_700, committed=0, promised=0,
                tiers=[(amount * 1_234_567, "T", "") for amount in tiers],
            )  # fmt: skip
            html = render_to_string("funding/_meter.html", {"meter": meter})
            boxes = page.evaluate(
                "html => { document.querySelector('.meter').outerHTML = html;"
                " return [...document.querySelectorAll('.meter-label')].map(l => {"
                " const b = l.getBoundingClientRect(); return [b.left, b.right, l.textContent]; }) }",
                html,
            )
            assert len(boxes) >= 2, tiers
            boxes.sort()
            assert boxes[0][0] >= 0 and boxes[-1][1] <= 360, boxes
            assert all(left[1] + 2 <= right[0] for left, right in zip(boxes, boxes[1:], strict=False)), boxes


def test_the_editors_new_screens_fit_a_phone_and_have_no_barriers(editor):
    page = editor(viewport={"width": 360, "height": 740}, bypass_csp=True)
    for address in ("expenses/", "expenses/add/", "matching/", "matching/add/", "counting/"):
        page.goto(f"/admin/funding/{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
        small = page.evaluate(
            "[...document.querySelectorAll('main :is(.button, input:not([type=hidden]), label:has(input))')]"
            ".filter(e => e.getBoundingClientRect().height < 24 && !e.closest('label')).map(e => e.outerHTML)"
        )
        assert small == [], address
        page.evaluate(AXE)
        found = page.evaluate("axe.run('.desk, .desk-actions, .desk-table').then(r => r.violations.map(v => v.id))")
        assert found == [], (address, found)
