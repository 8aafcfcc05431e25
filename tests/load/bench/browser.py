"""What an article makes a browser load: bytes over the wire, requests, script, first paint, layout shift."""

import shutil
from typing import Any

from playwright.sync_api import sync_playwright

# Observers of the page itself; the numbers are read after the page has been still for a moment.
OBSERVE = """
window.seen = { lcp: 0, cls: 0 };
new PerformanceObserver((list) => { for (const e of list.getEntries()) seen.lcp = e.startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) seen.cls += e.value; })
  .observe({ type: "layout-shift", buffered: true });
"""


def load(url: str) -> dict[str, float]:
    """One visit with an empty cache. Bytes are those on the wire, headers included; pictures are counted apart."""
    with sync_playwright() as play:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.add_init_script(OBSERVE)
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        kinds: dict[str, str] = {}
        sizes: dict[str, float] = {}
        session.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
        session.on(
            "Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]})
        )
        page.goto(url, wait_until="networkidle")
        page.wait_for_timeout(500)
        seen: dict[str, Any] = page.evaluate("seen")
        browser.close()
    without_pictures = [request for request in sizes if kinds.get(request) != "Image"]
    return {
        "requests": float(len(without_pictures)),
        "bytes": sum(sizes[request] for request in without_pictures),
        "script bytes": sum(size for request, size in sizes.items() if kinds.get(request) == "Script"),
        "largest contentful paint, ms": round(seen["lcp"]),
        "layout shift": round(seen["cls"], 3),
    }
