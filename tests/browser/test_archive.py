"""Row 16: old comments under an imported article, brought into a site while it is being served."""

import os
import subprocess
import sys

import pytest

from tests.archive import wxr
from tests.browser.ground import BOTH


@pytest.fixture(scope="module")
def imported(site, tmp_path_factory):
    file = tmp_path_factory.mktemp("export") / "export.xml"
    comments = wxr.comment(1, "The first of old") + wxr.comment(
        2, "An answer of old", comment_parent=1, comment_author="Ann"
    )
    table = "<table><tr><th>Year</th><td>1894</td></tr></table>"
    file.write_text(
        wxr.export(wxr.item(1, f"Old words.\n\n{table}\n\n[gallery]", title="A story from before", comments=comments))
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PENNYPRESS_")}
    command = [sys.executable, "-m", "pennypress.ops.cli", "import", "wordpress", str(file), "--data", str(site.data)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "1  articles" in done.stdout and "The whole report is in" in done.stdout
    return site


@BOTH
def test_an_imported_article_reads_like_any_other(imported, make_page, scripts):
    page = make_page(java_script_enabled=scripts, viewport={"width": 360, "height": 800})
    page.goto("/2020/05/04/story-1/")
    assert page.url.endswith("/harbour/story-1/")
    assert page.get_by_role("heading", name="A story from before").is_visible()
    assert page.get_by_role("link", name="Ida Holm").first.is_visible()
    assert page.get_by_text("The first of old").is_visible() and page.get_by_text("An answer of old").is_visible()
    assert page.get_by_text("paul ( original )").first.is_visible()
    assert "[gallery" not in page.content()
    assert page.get_by_role("cell", name="1894").is_visible()
