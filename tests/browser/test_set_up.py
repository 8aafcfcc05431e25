"""The first visit of an empty site: the set-up page, once, with scripts and without."""

import os
import subprocess
import sys

import pytest

from tests.browser.ground import BOTH, barriers
from tests.conftest import wait_until_ready


@pytest.fixture
def empty_site(tmp_path, unused_port):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PENNYPRESS_")}
    command = [sys.executable, "-m", "pennypress.ops.cli", "serve", "--empty", "--data", str(tmp_path), "--port"]
    process = subprocess.Popen([*command, str(unused_port)], env=environment, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{unused_port}"
    try:
        wait_until_ready(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(15)


@BOTH
def test_a_newspaper_is_set_up_once_and_its_editor_signs_in(empty_site, browser, scripts):
    context = browser.new_context(
        base_url=empty_site, java_script_enabled=scripts, bypass_csp=True, viewport={"width": 360, "height": 800},
        timezone_id="America/Lima",
    )  # fmt: skip
    page = context.new_page()
    page.goto("/")
    assert page.url.endswith("/set-up/")
    if scripts:
        assert barriers(page) == []
    page.get_by_label("Name of the newspaper").fill("The Sluice")
    page.get_by_label("Language").select_option("en")
    # The browser's own where it can be asked.
    assert page.get_by_label("Time zone").input_value() == ("America/Lima" if scripts else "UTC")
    page.get_by_label("Time zone").select_option("UTC")
    page.get_by_label("Currency").select_option("JPY")
    page.get_by_label("Your name").fill("Lene Abrams")
    page.get_by_label("Your e-mail address").fill("lene@sluice.example")
    page.get_by_label("A password").fill("short")
    page.get_by_role("button", name="Begin").click()
    # One sentence, and what was answered is still there (but for the password).
    assert page.locator(".field-error").count() == 1
    assert page.get_by_label("Name of the newspaper").input_value() == "The Sluice"
    assert page.get_by_label("Time zone").input_value() == "UTC"
    page.get_by_label("A password").fill("water over the weir")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/accounts/login/")
    page.get_by_label("Email").fill("lene@sluice.example")
    page.get_by_label("Password").fill("water over the weir")
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.wait_for_url("**/admin/")
    assert page.get_by_role("heading", level=1).inner_text() == "The Sluice"
    page.goto("/")
    assert page.get_by_role("link", name="The Sluice").first.is_visible()
    assert page.get_by_text("¥0").first.is_visible()
    answer = page.goto("/set-up/")
    assert answer.status == 404
    context.close()


def test_the_first_article_stands_on_the_front_page_without_a_detour(empty_site, browser):
    """From the desk's first screen: no section, byline or menu has to be made before one can write."""
    # The desk forbids evaluated words; the waiting below needs them.
    page = browser.new_context(base_url=empty_site, bypass_csp=True, viewport={"width": 1280, "height": 900}).new_page()
    page.goto("/set-up/")
    page.get_by_label("Name of the newspaper").fill("The Sluice")
    page.get_by_label("Your name").fill("Lene Abrams")
    page.get_by_label("Your e-mail address").fill("lene@sluice.example")
    page.get_by_label("A password").fill("water over the weir")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Email").fill("lene@sluice.example")
    page.get_by_label("Password").fill("water over the weir")
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.get_by_role("heading", name="Write the first article").wait_for()
    page.get_by_role("link", name="In News").click()
    page.locator("input[name=title]").fill("The lock keeper goes")
    page.locator("button[title='Insert a block']").first.click()
    page.get_by_role("option", name="Text").click()
    page.locator(".public-DraftEditor-content").click()
    page.keyboard.type("The water came up in the night.")
    # The editor keeps its text a moment after the last key.
    page.wait_for_function("document.querySelector('[name=body-0-value]').value.includes('night.')")
    page.get_by_role("button", name="More actions").last.click()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text("has been published").or_(page.get_by_text("created and published")).first.wait_for()
    page.goto("/")
    assert page.locator(".site-nav").get_by_role("link", name="News").is_visible()
    page.get_by_role("link", name="The lock keeper goes").click()
    assert page.get_by_role("link", name="Lene Abrams").is_visible()
    assert page.get_by_text("The water came up in the night.").is_visible()
    page.goto("/admin/")
    page.get_by_role("heading", name="Write an article").wait_for()
    page.context.close()
