"""Row 7 of the reference page: "Notify of", from the bar under an article to the last mail, with scripts and without."""

import pytest

from tests.browser.ground import BOTH, asked_for_no_name, barriers, faults

CLOCK = "/living/the-clockmaker-who-lets-the-town-hall-run-late/"
CHOIR = "/living/the-choir-that-only-rehearses/"
PHONE = {"viewport": {"width": 360, "height": 800}, "bypass_csp": True}


def link_in_mail(editor, address, part):
    """The newest link of that kind that was mailed to the address, as the operator sees it."""
    links = editor.locator("article.card", has_text=f"To {address},").locator(f"a[href*='{part}']")
    for _ in range(60):
        editor.goto("/operator/mail/")
        if links.count():
            return links.first.get_attribute("href")
        editor.wait_for_timeout(500)
    raise AssertionError(f"No mail to {address} with {part} came.")


@BOTH
def test_a_guest_is_told_and_leaves_again(make_page, editor, scripts):
    who = f"guest-{scripts}@example.org".lower()
    page = make_page(java_script_enabled=scripts, bypass_csp=True)
    page.goto(CLOCK)
    before = page.url
    page.get_by_text("Notify of …").click()
    bar = page.locator(".notify-form")
    bar.get_by_label("Notify of").select_option("comments")
    bar.get_by_label("E-mail address").fill(who)
    bar.get_by_role("button", name="Notify me").click()
    page.get_by_text("Please look into your mail and confirm").wait_for()
    assert (page.url == before) is scripts
    desk = editor()
    page.goto(link_in_mail(desk, who, "/confirm/"))
    page.get_by_role("button", name="Yes, tell me").click()
    page.get_by_text("This is confirmed").wait_for()
    desk.goto(CLOCK)
    desk.get_by_label("Comment", exact=True).fill(f"News for the guest, scripts {scripts}")
    asked_for_no_name(desk)
    desk.get_by_role("button", name="Post comment").click()
    desk.get_by_text(f"News for the guest, scripts {scripts}").first.wait_for()
    page.goto(link_in_mail(desk, who, "/stop/"))
    page.get_by_role("button", name="End it").wait_for()
    assert not scripts or faults(page) == []
    page.get_by_role("button", name="End it").click()
    page.get_by_text("no more mail comes because of this").wait_for()
    # The browser that confirmed needs no second mail.
    page.goto(CHOIR)
    page.get_by_text("Notify of …").click()
    page.locator(".notify-form").get_by_label("E-mail address").fill(who)
    page.get_by_role("button", name="Notify me").click()
    page.get_by_text("You will be told.").wait_for()


@BOTH
def test_a_comment_carries_its_own_wish(make_page, scripts):
    page = make_page(java_script_enabled=scripts)
    page.goto(CHOIR)
    page.get_by_label("Comment", exact=True).fill(f"Tell me what you think, scripts {scripts}")
    page.get_by_label("Name").fill("Marta")
    page.get_by_label("Notify me by mail of").select_option("replies")
    page.get_by_role("button", name="Post comment").click()
    page.get_by_text("please give an e-mail address").wait_for()
    page.locator("#comment-email").fill(f"marta-{scripts}@example.org")
    page.get_by_role("button", name="Post comment").click()
    page.get_by_text("Please look into your mail and confirm").wait_for()


@BOTH
def test_a_member_reads_the_inbox_and_changes_what_comes(editor, scripts):
    page = editor(java_script_enabled=scripts)
    page.goto("/account/inbox/")
    unread = page.locator(".unread")
    before = unread.count()
    assert before >= 1
    unread.first.get_by_role("button", name="Mark as read").click()
    page.wait_for_url("**/account/inbox/")
    assert page.locator(".unread").count() == before - 1
    page.get_by_role("link", name="Your subscriptions").first.click()
    group = page.locator(".subscription-group").first
    group.get_by_label("How often").select_option("daily")
    group.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    assert page.locator(".subscription-group").first.get_by_label("How often").input_value() == "daily"


def test_notices_in_the_browser_are_asked_for_by_a_button_alone(editor):
    page = editor()
    said = []
    page.on("console", lambda message: said.append(message.text))
    # The service worker is the real one; only the push service, which is elsewhere, is played.
    page.add_init_script("""
        window.asked = 0;
        Notification.requestPermission = async () => { window.asked += 1; return "granted"; };
        Object.defineProperty(Notification, "permission", { get: () => "default" });
        let kept = null;
        const bytes = (first, length) => Uint8Array.from({ length }, (_, n) => n ? POINT[n] : first).buffer;
        const POINT = Uint8Array.from(atob("BCVxsr7N/eNgVRqvHtD0zTZsEc6+VV+JvLexhqUzORcxaOzi6+AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4="), (c) => c.charCodeAt(0));
        const subscription = {
            endpoint: "https://fcm.googleapis.com/fcm/send/browser-test",
            getKey: (name) => name === "auth" ? bytes(1, 16) : POINT.buffer,
            unsubscribe: async () => { kept = null; return true; },
        };
        PushManager.prototype.subscribe = async () => (kept = subscription);
        PushManager.prototype.getSubscription = async () => kept;
    """)
    page.goto("/account/subscriptions/")
    page.get_by_text("This browser shows no notices.").wait_for()
    assert page.evaluate("window.asked") == 0
    page.get_by_role("button", name="Show notices here").click()
    page.get_by_text("This browser shows notices.").wait_for()
    assert page.evaluate(
        "navigator.serviceWorker.getRegistration('/notifications/').then(r => (r.active ?? r.installing ?? r.waiting).scriptURL)"
    ).endswith("/push-worker.js")
    page.get_by_role("button", name="Show none here").click()
    page.get_by_text("This browser shows no notices.").wait_for()
    assert said == []


def test_the_bar_keeps_the_pages_budget_of_scripts(make_page):
    page = make_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(CLOCK)
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "notify" in url]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_telling_has_a_barrier(make_page, editor, scheme):
    page, desk = make_page(color_scheme=scheme, **PHONE), editor(color_scheme=scheme, **PHONE)
    who = f"axe-{scheme}@example.org"
    page.goto(CLOCK)
    page.get_by_text("Notify of …").click()
    assert barriers(page) == []
    page.locator(".notify-form").get_by_label("E-mail address").fill(who)
    page.get_by_role("button", name="Notify me").click()
    page.get_by_text("Please look into your mail").wait_for()
    assert barriers(page) == []
    page.goto(link_in_mail(desk, who, "/confirm/"))
    assert barriers(page) == []
    page.get_by_role("button", name="Yes, tell me").click()
    page.get_by_text("This is confirmed").wait_for()
    assert barriers(page) == []
    page.goto("/notifications/")
    assert barriers(page) == []
    page.get_by_label("E-mail address").fill(who)
    page.get_by_role("button", name="Mail me the link").click()
    page.goto(link_in_mail(desk, who, "/mine/"))
    for address in (page.url, "/authors/ida-holm/"):
        page.goto(address)
        page.locator("details.notify > summary").evaluate_all("all => all.forEach(s => s.click())")
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for address in ("/account/inbox/", "/account/subscriptions/"):
        desk.goto(address)
        assert barriers(desk) == []
        assert desk.evaluate("document.documentElement.scrollWidth") <= 360
