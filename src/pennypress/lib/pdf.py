"""HTML of ours as an accessible PDF (PDF/UA: tagged, with language and title). Nothing is ever fetched for it."""

from threading import Lock
from typing import Any

# One at a time in a process: each takes a core for a moment, and readers come first.
_ONE_AT_A_TIME = Lock()
LONGEST_WAIT_SECONDS = 10


class NoPdf(Exception):
    """It cannot be made here and now; the message is one sentence for the operator's log."""


def pdf_of(html: str, css: str) -> bytes:
    """Raises NoPdf where the libraries behind it are missing, or too many are being made."""
    try:
        # Half a second and thirty megabytes, so with the first one only.
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise NoPdf(f"PDFs need Pango, which is not on this machine (docs/operate.md): {error}") from error

    class Nothing(URLFetcher):
        """What is in the text may have been written by anybody, and asks nobody for anything; a picture in it is left out."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError(f"Nothing is fetched for a PDF: {url[:100]}")

    if not _ONE_AT_A_TIME.acquire(timeout=LONGEST_WAIT_SECONDS):
        raise NoPdf("Too many PDFs are being made at once.")
    try:
        fetcher = Nothing()
        document = HTML(string=html, url_fetcher=fetcher)
        made = document.write_pdf(stylesheets=[CSS(string=css, url_fetcher=fetcher)], pdf_variant="pdf/ua-1")
        return bytes(made or b"")
    finally:
        _ONE_AT_A_TIME.release()
