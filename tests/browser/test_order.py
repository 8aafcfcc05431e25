"""Keeping order in the browser: reports, appeals, the desk by keyboard and by thumb, the record."""

import re

import pytest

from tests.browser.ground import BOTH, barriers

BUDGET = "/council/what-the-budget-says-and-what-it-leaves-out/"
CHOIR = "/living/the-choir-that-only-rehearses/"


@BOTH
def test_a_guest_reports_a_comment_with_a_reason(make_page, scripts):
    page = make_page(java_script_enabled=scripts)
    page.goto(CHOIR)
    before = page.url
    page.locator("a.report").nth(3 if scripts else 4).click()
    page.get_by_label("an attack on a person").check()
    page.get_by_role("button", name="Report", exact=True).click()
    page.get_by_text("Thank you. A moderator will look at it.").first.wait_for()
    assert (page.url == before) is scripts


def test_pinned_and_picked_comments_are_marked_and_picks_read_alone(make_page):
    page = make_page()
    page.goto(BUDGET)
    assert page.locator(".thread-list > .comments > .comment").first.locator(".pinned").count() == 1
    page.get_by_role("link", name="Newsroom's picks").click()
    page.get_by_text("The newsroom's picks, newest first.").wait_for()
    assert page.locator(".thread-list .comment").count() == 1
    page.get_by_role("link", name="View all comments").click()
    page.locator(".comment").nth(5).wait_for()


@BOTH
def test_an_author_reads_the_reason_and_appeals(make_page, editor, scripts):
    reader = make_page(java_script_enabled=scripts)
    reader.goto(CHOIR)
    words = f"Off the topic entirely, scripts {scripts}"
    reader.locator("#comment-form").get_by_label("Comment", exact=True).fill(words)
    reader.locator("#comment-form").get_by_label("Name").fill("Ann")
    reader.locator("#comment-form").get_by_role("button", name="Post comment").click()
    reader.get_by_text(words).first.wait_for()
    desk = editor(java_script_enabled=scripts)
    desk.goto("/admin/discussion/?show=held")
    item = desk.locator(".desk-comment", has_text=words)
    assert "first comment" in item.inner_text()
    item.locator("summary").click()
    item.get_by_label("Rule").select_option("off-topic")
    item.get_by_label("Note to its author").fill("This is about the choir.")
    item.get_by_role("button", name="Remove", exact=True).click()
    desk.get_by_text("The comment is removed.").first.wait_for()
    reader.reload()
    if scripts:
        reader.get_by_text("This is about the choir.").wait_for()
    reader.get_by_role("link", name="Reason and appeal").click()
    reader.get_by_label("Why the comment should come back").fill("The choir sings about boats.")
    reader.get_by_role("button", name="Appeal", exact=True).click()
    reader.get_by_text("Your appeal waits for a moderator.").wait_for()
    desk.goto("/admin/discussion/appeals/")
    case = desk.locator(".desk-comment", has_text=words)
    assert "The choir sings about boats." in case.inner_text()
    # One who removed it decides only where nobody else may (tests/discussion/test_order.py).
    decides = case.get_by_role("button", name="Bring the comment back").count()
    assert ("another moderator decides" in case.inner_text()) is not bool(decides)


def test_the_desk_is_worked_by_keyboard_and_undone(editor):
    page = editor()
    page.goto("/admin/discussion/?show=reported")
    page.locator(".desk-comment").first.wait_for()
    before = page.locator(".desk-comment").count()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.matches('.desk-comment')")
    page.keyboard.press("a")
    page.get_by_text("The comment stays.").first.wait_for()
    assert page.locator(".desk-comment").count() == before - 1
    page.keyboard.press("u")
    page.get_by_text(re.compile("1 deed is undone")).first.wait_for()
    assert page.locator(".desk-comment").count() == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_screen_of_order_has_a_barrier_or_overflows_a_phone(make_page, editor, scheme):
    options = {"color_scheme": scheme, "bypass_csp": True, "viewport": {"width": 360, "height": 800}}
    page = make_page(**options)
    page.goto(CHOIR)
    page.locator("a.report").first.click()
    page.locator(".report-form").wait_for()
    assert barriers(page) == []
    page.goto("/moderation-record/")
    assert barriers(page) == []
    desk = editor(**options)
    for address in ("?show=reported", "?show=held", "?show=new", "?show=all", "appeals/", "log/", "sanctions/"):
        desk.goto(f"/admin/discussion/{address}")
        found = desk.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
        assert found, address
        # Wagtail's own frame around our screens is not ours to judge.
        assert [line for line in barriers(desk) if "desk" in line] == [], address


@BOTH
def test_a_sanction_asks_only_for_what_its_kind_has(editor, scripts):
    desk = editor(java_script_enabled=scripts)
    desk.goto(CHOIR)
    comment = desk.locator(".comment:not(:has(.badge-by_staff))").last.get_attribute("id").removeprefix("comment-")
    desk.goto(f"/admin/discussion/comments/{comment}/")
    desk.get_by_text("Sanction …").click()
    days, minutes = desk.get_by_label("Days"), desk.get_by_label("Minutes between comments")
    for kind, asked in (("warning", (0, 0)), ("slowed", (1, 1)), ("suspended", (1, 0)), ("banned", (0, 0))):
        desk.locator("select[name=kind]").select_option(kind)
        assert (days.is_visible(), minutes.is_visible()) == asked, kind
