"""A supporter without an account, scripts off: the link by mail, then each change by a press; and the page for everybody."""

from datetime import date, timedelta

import pytest
from django.utils.dateformat import format

from tests.browser.ground import barriers
from tests.browser.test_telling import link_in_mail

SMALL = "[...document.querySelectorAll('main :is(button, input:not([type=hidden]))')].filter(e => e.getBoundingClientRect().height < 24).length"


def test_a_supporter_sees_changes_and_ends_a_gift_without_an_account(make_page, editor):
    page = make_page(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page.goto("/support/")
    page.get_by_role("radio", name="Every month").check()
    page.get_by_label("€10", exact=True).check()
    page.get_by_label("E-mail address").fill("marta@example.org")
    page.get_by_role("button", name="Give every month").click()
    page.get_by_role("button", name="Succeed").click()
    page.get_by_role("heading", name="Thank you").wait_for(timeout=30_000)

    page.goto("/support/")
    page.get_by_role("link", name="You give already?").click()
    page.get_by_label("E-mail address").fill("marta@example.org")
    page.get_by_role("button", name="Mail me the link").click()
    page.get_by_text("If this address has given here").wait_for()
    address = link_in_mail(editor(), "marta@example.org", "/support/mine/")

    for scheme, width in (("dark", 360), ("light", 1280)):
        seen = make_page(bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 900})
        seen.goto(address)
        assert barriers(seen) == []
        assert seen.evaluate("document.documentElement.scrollWidth") <= width
        assert seen.evaluate(SMALL) == 0

    page.goto(address)
    page.get_by_text("Another amount").click()
    page.get_by_label("New amount").fill("12.50")
    page.get_by_role("button", name="Change the amount").click()
    page.get_by_text("You give €12.50 every month").wait_for()
    page.get_by_text("Another day").click()
    chosen = date.today() + timedelta(days=20)
    page.get_by_label("Day of the next payment").fill(chosen.isoformat())
    page.get_by_role("button", name="Change the day").click()
    page.get_by_text("The day is changed.").wait_for()
    page.get_by_text(f"The next payment is on {format(chosen, 'N j, Y')}").wait_for()
    page.get_by_text("Every year, or once more").click()
    page.get_by_label("Every year, in EUR").wait_for()
    assert page.get_by_label("Every year, in EUR").input_value() == "150.00"
    page.get_by_role("button", name="Give once more").click()
    page.get_by_text("The next payment is the last one").wait_for()
    page.get_by_role("button", name="Go on giving").click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("It is paused.").wait_for()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Skip the next one").click()
    page.get_by_text("It is paused until").wait_for()
    page.get_by_label("tell us why").fill("I have moved away.")
    page.get_by_role("button", name="End my monthly gift").click()
    page.get_by_text("Nothing more will be charged").wait_for()
    assert page.get_by_role("button").count() == 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_failing_card_is_mended_by_one_press_and_the_year_is_had_on_paper(make_page, editor, scripts):
    page = make_page(java_script_enabled=scripts, viewport={"width": 360, "height": 740})
    name = f"year{scripts}@example.org".lower()
    page.goto("/support/")
    page.get_by_role("radio", name="Every month").check()
    page.get_by_label("€10", exact=True).check()
    page.get_by_label("E-mail address").fill(name)
    page.get_by_role("button", name="Give every month").click()
    page.get_by_role("button", name="Succeed").click()
    page.get_by_role("heading", name="Thank you").wait_for(timeout=30_000)
    page.goto("/support/mine/")
    page.get_by_label("E-mail address").fill(name)
    page.get_by_role("button", name="Mail me the link").click()
    address = link_in_mail(editor(), name, "/support/mine/")

    page.goto(address)
    page.get_by_role("button", name="Change the card").click()
    page.get_by_role("button", name="A card that fails").click()
    page.get_by_role("button", name="Change the card").click()
    page.get_by_role("button", name="Let the next payment fall due now").click()
    page.get_by_text("could not be taken").wait_for()
    page.get_by_role("button", name="Change the card").click()
    page.get_by_role("button", name="A card that works").click()
    page.get_by_text("The next payment is on").wait_for()
    assert page.get_by_text("could not be taken").count() == 0

    page.goto(address)
    page.get_by_role("link", name=f"Statement of {date.today().year}").click()
    page.get_by_role("rowheader", name="Remains").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="As a PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")
    for scheme, width in (("dark", 360), ("light", 1280)):
        seen = make_page(bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 900})
        seen.goto(page.url)
        assert barriers(seen) == []
        assert seen.evaluate("document.documentElement.scrollWidth") <= width
