"""Giving while somebody tries cards: a browser with scripts works and goes on by itself, one without goes on by mail."""

import sqlite3
import time
from contextlib import closing, contextmanager

from pennypress.funding.attacks import SITE
from pennypress.funding.rules import HEAT
from tests.browser.ground import BOTH, barriers
from tests.browser.test_telling import link_in_mail

SMALL = {"viewport": {"width": 360, "height": 800}, "bypass_csp": True}


@contextmanager
def hot(site):
    """As if gifts had been begun by the dozen within the last minutes; quiet again for the tests that follow."""
    window = int(time.time()) // HEAT.seconds
    rows = [(HEAT.name, SITE, window, HEAT.count + 1, "2100-01-01"), (HEAT.name, SITE, window + 1, 1, "2100-01-01")]
    _do(
        site,
        'INSERT OR REPLACE INTO delivery_spending ("limit", who, "window", count, ends_at) VALUES (?, ?, ?, ?, ?)',
        rows,
    )
    try:
        yield
    finally:
        _do(site, 'DELETE FROM delivery_spending WHERE "limit" = ?', [(HEAT.name,)])


def _do(site, statement, rows):
    with closing(sqlite3.connect(site.data / "pennypress.sqlite3", timeout=20)) as database, database:
        database.executemany(statement, rows)


@BOTH
def test_giving_goes_on_while_somebody_tries_cards(make_page, editor, site, scripts):
    page = make_page(java_script_enabled=scripts, **SMALL)
    statuses = []
    page.on("response", lambda response: statuses.append(response.status))
    email = f"patient-{scripts}@example.org".lower()
    with hot(site):
        page.goto("/support/")
        page.get_by_label("€15", exact=True).first.check()
        page.get_by_label("E-mail address").fill(email)
        page.get_by_role("button", name="Give once").click()
        if not scripts:
            page.get_by_text("a mail brings you the link to the payment").wait_for()
            assert page.get_by_label("E-mail address").input_value() == email
            page.get_by_role("button", name="Give once").click()
            page.get_by_role("heading", name="Look in your mail").wait_for()
            page.goto(link_in_mail(editor(), email, "/support/thanks/"))
            page.get_by_role("button", name="Back to the payment").click()
        page.get_by_role("button", name="Succeed").click()
    page.get_by_role("heading", name="Thank you").wait_for(timeout=30_000)
    assert 428 in statuses


def test_the_pages_of_a_hot_hour_are_without_barriers(make_page, editor, site):
    for scheme, width in (("dark", 360), ("light", 1280)):
        plain = make_page(java_script_enabled=False, color_scheme=scheme, viewport={"width": width, "height": 900})
        with hot(site):
            plain.goto("/support/")
            plain.get_by_label("€15", exact=True).first.check()
            plain.get_by_label("E-mail address").fill(f"{scheme}@example.org")
            plain.get_by_role("button", name="Give once").click()
            shown = make_page(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
            for name in ("asked", "mailed"):
                shown.set_content(plain.content().replace('href="/', f'href="{site.url}/'))
                assert barriers(shown) == [] and shown.evaluate("document.documentElement.scrollWidth") <= width, name
                plain.get_by_role("button", name="Give once").click() if name == "asked" else None


def test_the_newsroom_guards_the_giving_screen_and_ends_it(editor, make_page, site):
    desk = editor(viewport={"width": 360, "height": 800})
    desk.goto("/admin/funding/")
    with hot(site):
        desk.reload()
        desk.get_by_text("Somebody may be trying stolen cards.").wait_for()
        desk.get_by_role("link", name="Guard the giving screen").click()
    desk.get_by_label("Why").fill("A hundred gifts of one euro")
    desk.get_by_label("For how long").select_option("one hour")
    desk.get_by_role("button", name="We are under attack").click()
    desk.get_by_text("The giving screen is under attack, and guarded.").wait_for()
    reader = make_page(java_script_enabled=False)
    reader.goto("/support/")
    reader.get_by_label("Another amount").fill("2")
    reader.get_by_label("E-mail address").fill("small@example.org")
    reader.get_by_role("button", name="Give once").click()
    reader.get_by_text("Just now the smallest gift is €5").wait_for()
    desk.get_by_role("button", name="End it now").click()
    desk.get_by_text("Giving is as on other days again.").wait_for()
