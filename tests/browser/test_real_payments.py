"""A monthly gift by card through half a year, with real processes on both sides: the site with its worker and schedule, and
the stand-in for Stripe with its faults. The stand-in's clock begins half a year ago and comes up to today."""

import csv
import json
import os
import subprocess
import sys
import time
from urllib.request import urlopen

import pytest

from tests.browser.figures import (
    by_the_account,
    desk_is_right,
    exports_are_right,
    minor,
    public_pages_are_right,
    supporters_page_is_right,
)
from tests.browser.ground import barriers
from tests.browser.test_telling import link_in_mail
from tests.conftest import wait_until_ready
from tests.funding.providers.conftest import register
from tests.stripe_server.driver import KEY, StripeServer

DAY = 86_400


@pytest.fixture
def stripe():
    server = StripeServer()
    server.pull("reset", start=int(time.time()) - 200 * DAY)
    yield server
    server.stop()


@pytest.fixture
def paper(tmp_path, unused_port, stripe):
    """An empty site that takes payments through the stand-in, and nothing else."""
    url = f"http://127.0.0.1:{unused_port}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PENNYPRESS_")} | {
        "PENNYPRESS_BASE_URL": url,
        "PENNYPRESS_DEMO_PAYMENTS": "no",
        "PENNYPRESS_STRIPE_SECRET_KEY": KEY,
        "PENNYPRESS_STRIPE_WEBHOOK_SECRET": register(stripe, f"{url}/payments/events/stripe/"),
        "PENNYPRESS_STRIPE_API_BASE": stripe.url,
    }
    command = [sys.executable, "-m", "pennypress.ops.cli", "serve", "--empty", "--data", str(tmp_path), "--port"]
    process = subprocess.Popen([*command, str(unused_port)], env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until_ready(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(15)


@pytest.fixture
def editor(paper, browser):
    context = browser.new_context(base_url=paper)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Name of the newspaper").fill("The Sluice")
    page.get_by_label("Language").select_option("en")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_label("Currency").select_option("EUR")
    page.get_by_label("Your name").fill("Lene Abrams")
    page.get_by_label("Your e-mail address").fill("lene@sluice.example")
    page.get_by_label("A password").fill("water over the weir")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/accounts/login/")
    page.get_by_label("Email").fill("lene@sluice.example")
    page.get_by_label("Password").fill("water over the weir")
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.wait_for_url("**/admin/")
    yield page
    context.close()


def until(true, seconds=60):
    """Wait for what the worker does in its own time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "It did not come to be."
        time.sleep(0.2)


def all_has_come(paper, stripe):
    """Whether what the account tells has reached the months; whether each figure is right is another question."""
    with urlopen(f"{paper}/months/figures.csv") as answer:
        shown = {row["month"]: row for row in csv.DictReader(answer.read().decode().splitlines())}
    wanted = by_the_account(stripe)
    return shown.keys() == wanted.keys() and all(
        [minor(shown[month][name]) for name in ("raised before fees", "fees", "given back")]
        == [one.raised, one.fees, one.returned]
        for month, one in wanted.items()
    )


def test_half_a_year_of_a_monthly_gift(paper, stripe, editor, browser, tmp_path):
    for fault in ("duplicate", "reorder", "bad_signature", "old_version", "delay"):
        stripe.pull("fault", kind=fault, times=3)
    context = browser.new_context(base_url=paper, viewport={"width": 360, "height": 800})
    reader, anybody = context.new_page(), browser.new_context(java_script_enabled=False).new_page()
    mine = ""

    def every_figure_is_right(disputed=0):
        months = by_the_account(stripe)
        public_pages_are_right(anybody, paper, months)
        desk_is_right(editor, paper, months, disputed)
        supporters_page_is_right(anybody, mine, stripe, disputed)
        exports_are_right(editor, paper, months, stripe, tmp_path)

    # One way to pay, so nobody is asked which.
    reader.goto("/support/")
    assert reader.get_by_text("How to pay").count() == 0
    reader.get_by_role("radio", name="Every month").check()
    reader.get_by_role("radio", name="€10", exact=True).check()
    reader.get_by_label("E-mail address").fill("a@example.org")
    reader.get_by_role("button", name="Give every month").click()
    reader.wait_for_url(f"{stripe.url}/c/pay/*")
    # A card that is declined, then one that works.
    reader.get_by_label("declined").check()
    reader.get_by_role("button", name="Pay").click()
    assert reader.get_by_role("alert").inner_text() == "Your card was declined."
    reader.get_by_label("Card that works (").check()
    reader.get_by_role("button", name="Pay").click()
    reader.wait_for_url(f"{paper}/support/thanks/**")
    reader.get_by_role("heading", name="Thank you").wait_for(timeout=60_000)
    assert "€10" in reader.locator("main").inner_text()
    pledge_page = reader.get_by_role("link", name="See or end your monthly gift").get_attribute("href")

    # Five months pass, then the card fails and Stripe tries again.
    subscription = stripe.all("subscription")[0]["id"]
    stripe.pull("clock", by=155 * DAY)
    until(lambda: stripe.pull("idle")["idle"] and all_has_come(paper, stripe))
    assert len(by_the_account(stripe)) >= 5
    anybody.goto(f"{paper}/support/mine/")
    anybody.get_by_label("E-mail address").fill("a@example.org")
    anybody.get_by_role("button", name="Mail me the link").click()
    mine = link_in_mail(editor, "a@example.org", "/support/mine/")
    every_figure_is_right()
    stripe.pull("card", subscription=subscription, last4="0002")
    stripe.pull("clock", by=29 * DAY)
    reader.goto(pledge_page)
    until(lambda: reader.reload() and reader.get_by_text("The last payment could not be taken").count() == 1)
    stripe.pull("card", subscription=subscription, last4="4242")
    stripe.pull("clock", by=4 * DAY)
    until(lambda: reader.reload() and reader.get_by_text("The next payment is on").count() == 1)
    paid = [charge for charge in stripe.all("charge") if charge["paid"]]
    assert len(paid) == 7
    until(lambda: all_has_come(paper, stripe))
    every_figure_is_right()

    # The newsroom gives back four euros of the newest gift, at the desk.
    editor.goto("/admin/funding/gifts/?state=captured")
    assert editor.get_by_role("link", name="Refund").count() == 7
    editor.get_by_role("link", name="Refund").first.click()
    editor.get_by_label("Amount").fill("11")
    editor.get_by_role("button", name="Refund").click()
    assert "is left of this gift" in editor.locator(".error-message, .errorlist").inner_text()
    editor.get_by_label("Amount").fill("4")
    editor.get_by_role("button", name="Refund").click()
    editor.wait_for_url("**/admin/funding/gifts/")
    until(lambda: all_has_come(paper, stripe))
    every_figure_is_right()
    assert sum(charge["amount_refunded"] for charge in stripe.all("charge")) == 400

    # Another gift is disputed, and the dispute is won.
    disputed = next(charge for charge in stripe.all("charge") if charge["paid"] and not charge["amount_refunded"])
    dispute = stripe.pull("dispute", charge=disputed["id"])
    until(lambda: editor.goto("/admin/funding/gifts/") and editor.get_by_text("€10 in dispute").count() == 1)
    every_figure_is_right(disputed=1000)
    stripe.pull("close_dispute", dispute=dispute["id"], won=True)
    until(lambda: editor.goto("/admin/funding/gifts/") and editor.get_by_text("in dispute").count() == 0)
    every_figure_is_right()

    # The giver ends it, in one press; Stripe hears of it.
    reader.get_by_role("button", name="End my monthly gift").click()
    assert reader.get_by_text("It ended on").count() == 1
    until(lambda: stripe.all("subscription")[0]["status"] == "canceled")
    stripe.pull("clock", to=int(time.time()))
    until(lambda: stripe.pull("idle")["idle"])
    assert len([charge for charge in stripe.all("charge") if charge["paid"]]) == 7
    assert sum(one.raised for one in by_the_account(stripe).values()) == 7 * 1000 - 400
    every_figure_is_right()

    # Nothing waits at the desk, and the meter's own figure is the running month's.
    editor.goto("/admin/funding/")
    assert editor.get_by_text("Events that could not be applied").count() == 0
    with urlopen(f"{paper}/meter.json") as answer:
        meter = json.load(answer)
    assert meter["committed"] == 0 == meter["promised"]
    anybody.context.close()
    context.close()


def test_the_giving_screen_is_without_barriers(paper, editor, browser):
    context = browser.new_context(base_url=paper, viewport={"width": 360, "height": 800}, bypass_csp=True)
    page = context.new_page()
    for address in ("/support/", "/months/"):
        page.goto(address)
        assert barriers(page) == []
    context.close()
