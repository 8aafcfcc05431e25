"""Rows 8 and 10 to 14 of the reference page: the discussion as a reader uses it, with scripts and without."""

import re

import pytest

from tests.browser.ground import BOTH, asked_for_no_name, barriers

FERRY = "/town/the-ferry-will-run-until-midnight-after-all/"
BREAD = "/living/a-recipe-for-the-bread-that-does-not-want-to-rise/"
CLOCK = "/living/the-clockmaker-who-lets-the-town-hall-run-late/"


@BOTH
def test_a_reply_stands_under_what_it_answers(editor, scripts):
    page = editor(java_script_enabled=scripts)
    page.goto(BREAD + "?order=oldest")
    # The last of the page, which has few replies: a long branch shows its first ten.
    answered = page.locator(".thread-list > .comments > .comment").last
    number = answered.get_attribute("id")
    words = f"An answer, scripts {scripts}"
    before = page.url
    asked_for_no_name(page, scripts)
    page.locator(f"#{number} > .comment-body .reply").click()
    form = page.locator("form[data-reply]") if scripts else page.locator("#comment-form")
    form.get_by_label("Comment").fill(words)
    assert form.get_by_label("Name").is_visible() is False
    form.get_by_role("button", name="Post comment").click()
    page.get_by_text(words).first.wait_for()
    if scripts:
        assert page.url == before
        assert page.locator(f"#{number} .replies .comment-text", has_text=words).count() == 1
    page.goto(BREAD + "?order=oldest")
    assert page.locator(f"#{number} .replies .comment-text", has_text=words).count() == 1


@BOTH
def test_ones_own_comment_is_edited_and_says_so(editor, scripts):
    page = editor(java_script_enabled=scripts)
    page.goto(CLOCK)
    words = f"With a slyp, scripts {scripts}"
    page.get_by_label("Comment", exact=True).fill(words)
    asked_for_no_name(page, scripts)
    page.get_by_role("button", name="Post comment").click()
    page.get_by_text(words).first.wait_for()
    if scripts:
        page.reload()
        mine = page.locator(".comment", has=page.locator(f":scope > .comment-body >> text={words}")).first
        address = page.url
        mine.get_by_role("link", name="Edit", exact=True).first.click()
        page.get_by_label("Edit your comment").press("Escape")
        assert page.locator(".edit-form").count() == 0 and page.evaluate("document.activeElement.matches('a.edit')")
        page.keyboard.press("Enter")
        page.get_by_label("Edit your comment").fill(words.replace("slyp", "slip"))
        # What was changed is not lost by one key.
        page.get_by_label("Edit your comment").press("Escape")
        page.get_by_role("button", name="Save").click()
        page.get_by_text(words.replace("slyp", "slip")).first.wait_for()
        assert page.url == address and page.locator(".edit-form").count() == 0
    else:
        page.get_by_label("Edit your comment").fill(words.replace("slyp", "slip"))
        page.get_by_role("button", name="Save").click()
    shown = page.locator(".comment-body", has_text=words.replace("slyp", "slip")).first
    assert "edited" in shown.inner_text() and page.get_by_text("slyp").count() == 0


@BOTH
def test_the_whole_thread_is_reached_and_nothing_twice(make_page, scripts):
    page = make_page(java_script_enabled=scripts)
    page.goto(FERRY)
    total = int(re.search(r"\d+", page.locator("#discussion-title").inner_text()).group())
    page.get_by_role("link", name="View all comments").click()
    if scripts:
        page.locator(".view-all").wait_for(state="detached")
        assert page.url.endswith(FERRY)
    else:
        page.get_by_role("heading", name="Comments on").wait_for()
    while scripts and (more := page.locator(".more-replies")).count():
        first = more.first
        handle = first.element_handle()
        first.click()
        page.wait_for_function("link => !link.isConnected", arg=handle)
    numbers = page.eval_on_selector_all(".comment[data-id]", "all => all.map(c => c.dataset.id)")
    assert len(numbers) == len(set(numbers))
    if scripts:
        assert len(numbers) == total


@BOTH
def test_a_deep_comment_has_an_address_of_its_own(make_page, scripts):
    page = make_page(java_script_enabled=scripts)
    page.goto(FERRY)
    deep = page.locator(".comment .comment .comment .comment").first
    words = deep.locator(".comment-text").first.text_content()
    page.goto(deep.locator(".permalink").first.get_attribute("href"))
    assert page.locator(".comment-body.this .comment-text").text_content() == words
    assert page.locator("blockquote.context").count() >= 3


@BOTH
@pytest.mark.parametrize("order", ["Oldest", "Most voted", "Best", "Newest"])
def test_every_order_is_a_press_away(make_page, scripts, order):
    page = make_page(java_script_enabled=scripts)
    page.goto(FERRY + ("?order=oldest" if order == "Newest" else ""))
    page.locator(".order").get_by_role("link", name=order).click()
    page.locator(".order a[aria-current=true]", has_text=order).wait_for()
    roots = page.locator(".thread-list > .comments > .comment")
    votes = [
        int(up) - int(down)
        for up, down in zip(
            roots.locator(":scope > .comment-body .up").all_text_contents(),
            roots.locator(":scope > .comment-body .down").all_text_contents(),
            strict=True,
        )
    ]
    dates = roots.locator(":scope > .comment-body time").evaluate_all("all => all.map(t => t.dateTime)")
    assert len(dates) == 30
    if order == "Most voted":
        assert votes == sorted(votes, reverse=True)
    elif order != "Best":
        assert dates == sorted(dates, reverse=order == "Newest")


def test_names_are_kept_to_the_letter(make_page):
    page = make_page()
    page.goto(FERRY)
    page.get_by_role("link", name="View all comments").click()
    page.locator(".view-all").wait_for(state="detached")
    names = set(page.locator(".comment-name").all_text_contents())
    assert {"paul ( original )", "guardianofretro .", "田中"} <= names


def test_the_bubble_invites_once_and_is_closed_for_good(make_page):
    page = make_page()
    page.clock.install()
    page.goto(CLOCK)
    bubble = page.locator("#bubble")
    assert bubble.is_hidden()
    page.clock.run_for(46_000)
    bubble.wait_for()
    assert "Would love your thoughts" in bubble.inner_text()
    bubble.get_by_role("button", name="Close").click()
    assert bubble.is_hidden()
    page.reload()
    page.clock.run_for(90_000)
    assert bubble.is_hidden()


def test_without_scripts_no_bubble_stands_in_the_way(make_page):
    page = make_page(java_script_enabled=False)
    page.goto(CLOCK)
    assert page.locator("#bubble").is_hidden()


@BOTH
def test_a_comment_that_is_too_long_is_told_and_kept(make_page, scripts):
    page = make_page(java_script_enabled=scripts)
    page.goto(CLOCK)
    words = "far too many words " * 600
    page.get_by_label("Comment", exact=True).fill(words)
    page.get_by_label("Name").fill("Ann")
    page.get_by_role("button", name="Post comment").click()
    page.get_by_text("at most 10,000 fit").wait_for()
    assert page.get_by_label("Comment", exact=True).input_value() == words


@BOTH
def test_a_moderator_removes_with_a_reason_and_closes_beside_the_comment(editor, make_page, scripts):
    page = editor(java_script_enabled=scripts)
    article = "/river/the-eels-are-back-and-they-have-brought-questions/"
    page.goto(article)
    if scripts:
        page.get_by_role("link", name="Moderate").first.click()
    else:
        page.locator(".permalink").first.click()
    page.get_by_label("rule").select_option("off-topic")
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("The comment is removed.").wait_for()
    page.get_by_role("button", name="Close the discussion").click()
    page.get_by_text("The discussion is closed.").wait_for()
    reader = make_page(java_script_enabled=scripts)
    reader.goto(article)
    assert reader.get_by_text("This discussion is closed.").is_visible()
    assert reader.get_by_role("button", name="Post comment").count() == 0
    page.get_by_role("button", name="Open the discussion").click()
    page.get_by_text("The discussion is open.").wait_for()
    page.get_by_role("button", name="Restore").click()


def test_a_reader_votes_replies_and_orders_by_keyboard_alone(make_page):
    page = make_page()
    page.goto(CLOCK)
    page.keyboard.press("Tab")
    for _ in range(80):
        if page.evaluate("document.activeElement.matches('.order a:not([aria-current])')"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".order a[aria-current=true]", has_text="Oldest").wait_for()
    for _ in range(20):
        if page.evaluate("document.activeElement.matches('.vote[value=up]')"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".vote[value=up][aria-pressed=true]").wait_for()
    for _ in range(10):
        if page.evaluate("document.activeElement.matches('.reply')"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("form[data-reply] textarea:focus").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_of_the_discussion_has_a_barrier(make_page, editor, scheme):
    options = {"color_scheme": scheme, "bypass_csp": True, "viewport": {"width": 360, "height": 800}}
    page = make_page(**options)
    page.goto(CLOCK)
    page.locator(".reply").first.click()
    assert barriers(page) == []
    page.get_by_label("Comment", exact=True).first.fill("x" * 10_001)
    page.get_by_label("Name").first.fill("Ann")
    page.get_by_role("button", name="Post comment").first.click()
    page.get_by_text("at most 10,000 fit").wait_for()
    assert barriers(page) == []
    page.get_by_label("Comment", exact=True).first.fill("A fair word")
    page.get_by_role("button", name="Post comment").first.click()
    page.locator(".held").first.wait_for()
    assert barriers(page) == []
    page.locator(".held .edit").first.click()
    page.get_by_label("Edit your comment").wait_for()
    assert barriers(page) == []
    page.goto(page.locator(".permalink").first.get_attribute("href"))
    assert barriers(page) == []
    desk = editor(**options)
    desk.goto(FERRY)
    desk.get_by_role("link", name="Moderate").first.click()
    assert barriers(desk) == []


@BOTH
def test_who_is_signed_in_is_asked_neither_for_a_name_nor_for_an_address(editor, make_page, scripts):
    page = editor(java_script_enabled=scripts)
    page.goto(BREAD)
    form = page.locator("#comment-form")
    words = f"Signed with my own name, scripts {scripts}"
    form.get_by_label("Comment", exact=True).fill(words)
    if scripts:
        form.get_by_text("You comment as Editor").wait_for()
        assert not form.get_by_label("Name").is_visible() and not form.get_by_label("E-mail").is_visible()
    else:
        # The page is everybody's, and cannot know; what is made for one reader does.
        assert "leave both empty" in form.inner_text()
        form.get_by_role("button", name="Preview").click()
        assert "You comment as Editor" in form.inner_text() and form.get_by_label("Name").count() == 0
    form.get_by_role("button", name="Post comment").click()
    said = page.locator(".comment-body", has_text=words).first
    said.wait_for()
    assert said.locator(".comment-name").first.inner_text() == "Editor"
    guest = make_page(java_script_enabled=scripts)
    guest.goto(BREAD)
    assert guest.locator("#comment-form").get_by_label("Name").is_visible()
    assert not guest.locator("#comment-form .as-member").is_visible()
    guest.locator("#comment-form").get_by_label("Comment", exact=True).fill("Of nobody")
    guest.locator("#comment-form").get_by_role("button", name="Post comment").click()
    if scripts:
        assert guest.evaluate("document.activeElement.name") == "name"
    else:
        guest.get_by_text("Please give a name; any will do.").wait_for()
