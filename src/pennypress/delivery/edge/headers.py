"""What a cache in front is told with each page. Browsers are told to ask each time, whatever the cache may keep."""

from collections.abc import Iterable

from pennypress.delivery.http.head import Headers

# While the cache fetches a page whose time is over, it may send the one it has for this long; never one it was told to forget.
REVALIDATE_SECONDS = 30


def tag_headers(tags: Iterable[str]) -> Headers:
    """The page's tags, as Fastly (Surrogate-Key) and as Cloudflare and our Varnish (Cache-Tag) read them."""
    words = sorted(tags)
    return [("surrogate-key", " ".join(words)), ("cache-tag", ",".join(words))]


def lifetime(seconds: float) -> Headers:
    """How long the cache may keep the page, for it alone: Surrogate-Control, and CDN-Cache-Control (RFC 9213)."""
    words = f"max-age={max(0, int(seconds))}, stale-while-revalidate={REVALIDATE_SECONDS}"
    return [("surrogate-control", words), ("cdn-cache-control", words)]
