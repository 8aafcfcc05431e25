"""What the browser tests share besides their fixtures."""

import json
from pathlib import Path

import pytest

AXE = (Path(__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])


def barriers(page):
    """What axe-core finds on the page. The page's own policy forbids foreign scripts: make it with bypass_csp."""
    page.evaluate(AXE)
    return page.evaluate(
        f"axe.run(document, {{runOnly: {json.dumps(RULES)}}})"
        ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html).join(' | ')))"
    )


def sign_in(page, site):
    """As the demo's first editor, by password."""
    account = json.loads((site.data / "first-editor.json").read_text())
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(account["email"])
    page.get_by_label("Password").fill(account["password"])
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.wait_for_url("**/admin/")
    return account


def asked_for_no_name(page, scripts=True):
    """Wait until the page knows that its reader is signed in; without scripts its form may leave the name empty."""
    if scripts:
        page.locator("#comment-form .as-member").wait_for()


def faults(page, *, only=""):
    """What keeps anybody out of the page, in light and in dark, and whether a phone has to be pushed sideways to read it.

    `only` keeps to what has these words in it: Wagtail's own frame around our screens is not ours to judge.
    """
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {line}" for line in barriers(page) if only in line]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
        found.append(f"{page.url} is wider than the window")
    return found
