"""Rows 1 to 6 of the reference page, with scripts and without: the meter, the head, the call to give, the body."""

import json
import re

import pytest

from tests.browser.ground import BOTH, barriers

FERRY = "/town/the-ferry-will-run-until-midnight-after-all/"
LIBRARY = "/town/the-library-lends-out-a-telescope-and-the-sky-does-the-rest/"
BARGE = "/river/the-last-pilot-of-the-sand-barges-puts-down-the-pole/"


@BOTH
@pytest.mark.parametrize("address", ["/", FERRY])
def test_the_meter_shows_scale_figure_and_month(make_page, scripts, address):
    page = make_page(java_script_enabled=scripts, viewport={"width": 360, "height": 800})
    figures = page.request.get("/meter.json").json()
    page.goto(address)
    meter = page.locator(".meter")
    raised = f"€{figures['raised'] / 100:,.2f}".removesuffix(".00")
    assert meter.locator(".meter-raised").inner_text() == raised
    assert re.fullmatch(r"[A-Z][a-z]+ \d{4}", meter.locator(".meter-month").text_content())
    assert meter.locator("line").count() == len(figures["tiers"]) == 3
    shown = meter.get_by_role("img").get_attribute("aria-label")
    assert raised in shown and "%" in shown
    assert [li.split(" ")[0] for li in meter.locator("ol li").all_text_contents()] == ["€2,500", "€5,000", "€7,500"]


@BOTH
def test_the_head_of_an_article(make_page, scripts):
    page = make_page(java_script_enabled=scripts)
    page.goto(FERRY)
    assert page.title().startswith("The ferry will run until midnight after all")
    head = page.locator(".article-head")
    assert head.get_by_role("heading", level=1).inner_text() == "The ferry will run until midnight after all"
    assert "finds the money" in head.locator(".standfirst").inner_text()
    assert (
        head.get_by_role("link", name="Ida Holm").is_visible()
        and head.get_by_role("link", name="Tomas Reever").is_visible()
    )
    assert head.get_by_role("link", name="Town").get_attribute("href") == "/town/"
    assert "minutes to read" in head.inner_text() and head.locator("time").count() == 1
    data = json.loads(page.locator("script[type='application/ld+json']").first.text_content())
    assert data["@type"] == "NewsArticle" and [a["name"] for a in data["author"]] == ["Ida Holm", "Tomas Reever"]
    assert page.locator("meta[property='og:image']").get_attribute("content").startswith("http")
    page.goto("/council/the-second-bridge-explained-from-the-beginning/")
    assert "updated" in page.locator(".article-head").inner_text()


@BOTH
def test_the_call_to_give_stands_above_and_below_and_the_button_says_how_often(make_page, scripts):
    page = make_page(java_script_enabled=scripts, viewport={"width": 360, "height": 800})
    page.goto(FERRY)
    calls = page.get_by_role("link", name="Support The Lowmarsh Courier")
    assert calls.count() == 2
    calls.last.click()
    assert page.get_by_role("button", name="Give once").is_visible()
    assert page.get_by_label("€15", exact=True).is_visible() and page.get_by_label("€10", exact=True).is_hidden()
    page.get_by_role("radio", name="Every month").check()
    assert page.get_by_role("button", name="Give every month").is_visible()
    page.get_by_label("€10", exact=True).check()
    page.get_by_label("E-mail address").fill("monthly@example.org")
    page.get_by_role("button", name="Give every month").click()
    page.get_by_role("button", name="Succeed").click()
    page.get_by_role("heading", name="Thank you").wait_for(timeout=15_000)
    page.get_by_role("link", name="See or end your monthly gift").click()
    page.get_by_role("button", name="End my monthly gift").click()
    page.get_by_text("Nothing more will be charged").wait_for()


@BOTH
def test_a_bad_amount_gets_one_sentence_and_keeps_the_rest(make_page, scripts):
    page = make_page(java_script_enabled=scripts)
    page.goto("/support/")
    for amount in ("0", "-5", "1e9", "abc"):
        page.get_by_label("Another amount").fill(amount)
        page.get_by_label("E-mail address").fill("giver@example.org")
        page.get_by_role("button", name="Give once").click()
        page.locator("#own-error").wait_for()
        assert page.locator("#own-error p").count() == 1
        assert page.get_by_label("E-mail address").input_value() == "giver@example.org"
        assert page.get_by_label("Another amount").input_value() == amount


@BOTH
def test_the_body_of_an_article(make_page, scripts):
    page = make_page(java_script_enabled=scripts)
    page.goto(BARGE)
    body = page.locator(".article-body")
    assert body.get_by_role("heading", name="The river by heart").is_visible()
    assert body.locator(".pull-quote").inner_text().startswith("It tells you what is there")
    assert body.locator(".gallery img").count() == 4
    for image in body.locator(".gallery img").all():
        image.scroll_into_view_if_needed()
        assert image.get_attribute("alt") and image.get_attribute("width")
    body.get_by_role("link", name="the telescope").click()
    page.wait_for_url("**" + LIBRARY)


@BOTH
def test_a_film_asks_nobody_before_a_press(make_page, site, scripts):
    page = make_page(java_script_enabled=scripts)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    # What the player would load is answered here: no test asks another address.
    page.route("**/*", lambda r: r.continue_() if r.request.url.startswith(site.url) else r.fulfill(body="a player"))
    page.goto(LIBRARY)
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((site.url, "data:"))] == []
    embed = page.locator(".embed")
    if scripts:
        embed.get_by_role("button").click()
        page.locator(".embed iframe").wait_for()
        assert page.locator(".embed iframe").get_attribute("src").startswith("https://www.youtube-nocookie.com/")
    else:
        assert (
            embed.get_by_role("link", name="Open on YouTube")
            .get_attribute("href")
            .startswith("https://www.youtube.com/")
        )


def test_an_editor_writes_an_article_and_readers_see_it(editor, make_page):
    page = editor()
    sections = page.request.get("/admin/api/main/pages/?type=publishing.SectionPage").json()["items"]
    town = next(section["id"] for section in sections if section["title"] == "Town")
    page.goto(f"/admin/pages/add/publishing/articlepage/{town}/")
    page.locator("#id_title").fill("A bench for the landing stage")
    page.locator("#id_standfirst").fill("It has room for four.")
    page.get_by_role("button", name="More actions").last.click()
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("created and published").wait_for()
    reader = make_page()
    reader.goto("/town/")
    reader.get_by_role("link", name="A bench for the landing stage").click()
    assert reader.get_by_text("It has room for four.").is_visible()
    assert reader.get_by_text("Nobody has commented yet.").is_visible()
    # A draft change is for nobody's eyes yet.
    articles = page.request.get(
        "/admin/api/main/pages/?type=publishing.ArticlePage&slug=a-bench-for-the-landing-stage"
    ).json()["items"]
    page.goto(f"/admin/pages/{articles[0]['id']}/edit/")
    page.locator("#id_title").fill("A bench, and a dispute")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("has been saved").or_(page.get_by_text("has been updated")).first.wait_for()
    reader.reload()
    assert reader.get_by_role("heading", level=1).inner_text() == "A bench for the landing stage"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", [BARGE, LIBRARY, "/authors/mara-quill/", "/council/", "/imprint/", "/months/"])
def test_more_pages_without_barriers(make_page, address, scheme):
    page = make_page(color_scheme=scheme, bypass_csp=True, viewport={"width": 768, "height": 900})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 768
    assert barriers(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_way_of_a_gift_has_no_barrier(make_page, scheme):
    page = make_page(color_scheme=scheme, bypass_csp=True, viewport={"width": 360, "height": 800})
    page.goto("/support/")
    page.get_by_role("button", name="Give once").click()
    page.locator(".field-error").first.wait_for()
    assert barriers(page) == []
    page.get_by_role("radio", name="Every month").check()
    page.get_by_label("€5", exact=True).last.check()
    page.get_by_label("E-mail address").fill("axe@example.org")
    page.get_by_role("button", name="Give every month").click()
    page.get_by_role("heading", name="Test payment").wait_for()
    assert barriers(page) == []
    page.get_by_role("button", name="Succeed").click()
    page.get_by_role("heading", name="Thank you").wait_for(timeout=15_000)
    assert barriers(page) == []
    page.get_by_role("link", name="See or end your monthly gift").click()
    assert barriers(page) == []
    page.get_by_role("button", name="End my monthly gift").click()
    page.get_by_text("Nothing more will be charged").wait_for()
    assert barriers(page) == []
    page.goto("/months/")
    page.locator("tbody a").first.click()
    assert barriers(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_threads_searches_and_account_pages_have_no_barrier(make_page, scheme):
    page = make_page(color_scheme=scheme, bypass_csp=True, viewport={"width": 360, "height": 800})
    page.goto(FERRY)
    thread = page.locator(".view-all").get_attribute("href")
    for address in (thread, "/search/", "/search/?q=nothingofthekind", "/accounts/signup/", "/accounts/login/code/",
                    "/accounts/password/reset/"):  # fmt: skip
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
        assert barriers(page) == [], address


def test_on_paper_an_article_has_the_papers_name_and_nothing_to_press(make_page):
    page = make_page()
    page.goto(BARGE)
    page.emulate_media(media="print")
    assert page.locator(".site-header-top").is_visible() and page.locator("h1").is_visible()
    for gone in (".site-nav", ".site-footer", "form", ".button", ".related", ".skip-link"):
        assert page.locator(gone).count() and not page.locator(gone).first.is_visible(), gone
