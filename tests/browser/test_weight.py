"""What a first visit of an article with two hundred comments costs a reader's line, and that nothing moves while it comes."""

FERRY = "/town/the-ferry-will-run-until-midnight-after-all/"
# Of the page, its styles, font and scripts; the picture of an article is its editor's choice.
MAX_REQUESTS, MAX_BYTES, MAX_SCRIPT = 6, 75_000, 20_000


def test_an_article_with_200_comments_is_light_and_stands_still(make_page):
    page = make_page(viewport={"width": 360, "height": 800})
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    kinds, sizes = {}, {}
    client.on("Network.requestWillBeSent", lambda event: kinds.setdefault(event["requestId"], event["type"]))
    client.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.add_init_script(
        "globalThis.shift = 0; new PerformanceObserver((list) => {"
        " for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;"
        "}).observe({ type: 'layout-shift', buffered: true });"
    )
    page.goto(FERRY, wait_until="load")
    at_load = [kind for kind in kinds.values() if kind != "Image"]
    # The article's own picture; those of what to read next stand far below, and come when their reader does.
    assert list(kinds.values()).count("Image") == 1
    # At least: other tests of the same newsroom may have written here as well.
    assert int(page.locator("#discussion-title").inner_text().split()[0]) >= 200
    assert page.locator(".comment").count() > 30
    # What comes late, once the page stands, is weighed with the rest: the live stream and what it needs.
    page.wait_for_timeout(2_500)
    page.keyboard.press("End")
    page.wait_for_timeout(500)
    page.locator(".related").scroll_into_view_if_needed()
    page.wait_for_function(
        "[...document.querySelectorAll('.related img')].every((image) => image.complete && image.naturalWidth)"
    )
    assert page.evaluate("globalThis.shift") == 0
    weight = sum(size for number, size in sizes.items() if kinds[number] != "Image")
    script = sum(size for number, size in sizes.items() if kinds[number] == "Script")
    assert len(at_load) <= MAX_REQUESTS, at_load
    assert weight <= MAX_BYTES, f"{weight} bytes"
    assert 0 < script <= MAX_SCRIPT, f"{script} bytes of script"
