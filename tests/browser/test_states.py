"""Every state of the discussion keeps nobody out: what is seldom seen is looked at as what is seen by all."""

import re

import pytest

from tests.browser.ground import BOTH, asked_for_no_name, faults, sign_in

CHOIR = "/living/the-choir-that-only-rehearses/"
FERRY = "/town/the-ferry-will-run-until-midnight-after-all/"
PHONE = {"viewport": {"width": 360, "height": 800}, "bypass_csp": True}
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessen"[:80]
ARABIC = "العبّارة تعمل حتى منتصف الليل، وهذا خبر جيد للجميع في المدينة القديمة."


def write(page, words, name, address=CHOIR):
    page.goto(address)
    form = page.locator("#comment-form")
    form.get_by_label("Comment", exact=True).fill(words)
    if form.locator(".toolbar").is_visible():
        # By scripts and signed in, which asks for none: yet the server takes any.
        asked_for_no_name(page)
        form.locator("[name=name]").evaluate("(field, name) => { field.disabled = false; field.value = name; }", name)
    else:
        form.get_by_label("Name").fill(name)
    form.get_by_role("button", name="Post comment").click()
    page.locator(".comment-text", has_text=words).first.wait_for()
    return page.url.split("#")[0] if "/discussion/comments/" in page.url else page.locator(".comment-text", has_text=words).first.evaluate(
        "text => `/discussion/comments/${text.closest('[id^=comment-]').id.slice(8)}/`"
    )  # fmt: skip


def number_of(address):
    return re.search(r"[0-9a-f-]{36}", address).group()


@pytest.fixture
def desk(make_page, site):
    page = make_page(**PHONE)
    sign_in(page, site)
    return page


def test_a_removed_comments_author_meets_no_barrier_from_the_reason_to_the_decision(make_page, desk):
    reader = make_page(java_script_enabled=False)
    address = write(reader, "Words that will be taken down", LONG_NAME)
    reader_with_axe = make_page(**PHONE)
    reader_with_axe.context.add_cookies(reader.context.cookies())
    reader_with_axe.goto(address)
    assert faults(reader_with_axe) == [], "held"
    desk.goto(f"/admin/discussion/comments/{number_of(address)}/")
    assert faults(desk, only="desk") == [], "the desk's item"
    desk.get_by_text("Remove …").click()
    desk.get_by_label("Rule").first.select_option("off-topic")
    desk.get_by_label("Note to its author").fill("This is about the choir.")
    desk.get_by_role("button", name="Remove", exact=True).click()
    desk.get_by_text("The comment is removed.").first.wait_for()
    reader_with_axe.goto(address)
    assert faults(reader_with_axe) == [], "removed"
    reader_with_axe.get_by_role("link", name="Reason and appeal").click()
    reader_with_axe.get_by_role("heading", name="Your comment was removed").wait_for()
    assert faults(reader_with_axe) == [], "the reason"
    reader_with_axe.get_by_label("Why the comment should come back").fill("The choir sings about boats.")
    reader_with_axe.get_by_role("button", name="Appeal", exact=True).click()
    reader_with_axe.get_by_text("Your appeal waits for a moderator.").wait_for()
    assert faults(reader_with_axe) == [], "the appeal waits"
    desk.goto(f"/admin/discussion/comments/{number_of(address)}/")
    desk.locator("summary", has_text="Sanction …").click()
    desk.get_by_label("Note to the person").fill("Please stay with the matter.")
    desk.get_by_role("button", name="Impose").click()
    desk.get_by_text("The sanction stands").first.wait_for()
    assert faults(desk, only="desk") == [], "the desk's item with a sanction"
    desk.goto("/admin/discussion/appeals/")
    assert faults(desk, only="desk") == [], "appeals"
    desk.goto("/admin/discussion/sanctions/")
    assert faults(desk, only="desk") == [], "sanctions"
    reader_with_axe.goto(CHOIR)
    reader_with_axe.locator(".decision").first.wait_for()
    assert faults(reader_with_axe) == [], "decisions in the thread"
    reader_with_axe.locator("#comment-form").get_by_label("Comment", exact=True).fill("Another word")
    reader_with_axe.locator("#comment-form").get_by_label("Name").fill("Ann")
    reader_with_axe.locator("#comment-form").get_by_role("button", name="Post comment").click()
    reader_with_axe.get_by_role("link", name="Read the decision").click()
    reader_with_axe.get_by_role("heading", name="A decision about you").wait_for()
    assert faults(reader_with_axe) == [], "the decision"
    reader_with_axe.get_by_role("button", name="I have read this").click()
    assert faults(reader_with_axe) == [], "the decision, read"


def test_edits_and_the_difference_they_made_keep_nobody_out(make_page, desk):
    address = write(desk, "The bridge is closed on Monday", "The newsroom")
    desk.goto(address)
    desk.get_by_label("Edit your comment").fill("The bridge is open on Monday")
    assert faults(desk) == [], "editing"
    desk.get_by_role("button", name="Save").click()
    desk.get_by_text("The bridge is open on Monday").first.wait_for()
    desk.goto(f"{address}history/")
    desk.get_by_role("button", name="Hide the earlier words").wait_for()
    assert faults(desk) == []
    page = make_page(**PHONE)
    page.goto(f"{address}history/")
    page.locator("del", has_text="closed").wait_for()
    assert faults(page) == []
    desk.get_by_role("button", name="Hide the earlier words").click()
    desk.get_by_role("button", name="Show them to readers again").wait_for()
    assert faults(desk) == []
    page.reload()
    page.get_by_text("There is nothing to compare").wait_for()
    assert faults(page) == []


@pytest.mark.parametrize("words", ["ferry", "no comment says this", "", "x" * 100])
def test_a_search_in_a_thread_keeps_nobody_out(make_page, words):
    page = make_page(**PHONE)
    page.goto(FERRY)
    page.locator(".thread-search input").fill(words)
    page.locator(".thread-search button").click()
    page.get_by_role("heading", name="Search the comments").wait_for()
    assert faults(page) == []


@BOTH
def test_the_list_of_keys_keeps_nobody_out(make_page, scripts):
    page = make_page(**PHONE)
    if scripts:
        page.goto(FERRY)
        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
    else:
        page.goto("/discussion/keys/")
    assert faults(page) == []


def test_long_names_right_to_left_words_and_emoji_keep_nobody_out_in_either_direction(make_page, desk):
    # Who writes has an own name of each kind; the desk's own comments appear at once.
    for words, name in (
        (ARABIC, "أحمد الطويل"),
        ("Words of somebody with a long name", LONG_NAME),
        ("🦊 " * 30, "🦊👩‍👩‍👧‍👦"),
        ("x" * 400, "Ann"),
    ):
        write(desk, words.strip(), name)
    page = make_page(**PHONE)
    page.goto(CHOIR)
    assert (
        page.locator(".comment-text", has_text=ARABIC).first.evaluate("text => getComputedStyle(text).direction")
        == "rtl"
    )
    assert faults(page) == []
    # As in a newsroom that writes from right to left.
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert faults(page) == []
    page.locator("a.reply").first.click()
    page.locator("form[data-reply]").wait_for()
    page.locator("a.report").first.click()
    page.locator(".report-form").wait_for()
    assert faults(page) == []
    for address in ("/admin/discussion/?show=all", "/admin/discussion/log/"):
        desk.goto(address)
        assert faults(desk, only="desk") == []
