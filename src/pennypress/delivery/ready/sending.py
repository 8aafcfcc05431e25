"""Sending a ready page. Asks nothing of Django but its settings, so that it can be done before the program is loaded."""

import time
from functools import lru_cache

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from pennypress.delivery.edge.headers import lifetime
from pennypress.delivery.http.connection import Connection
from pennypress.delivery.http.head import lines_of
from pennypress.delivery.http.request import Request
from pennypress.delivery.ready.pages import Page


def send(page: Page, request: Request, connection: Connection, has_edge: bool = False) -> None:
    """Answer with a ready page, or with 304 where the reader has it (RFC 9110, 13.2.2).

    Range is not ours to honour (RFC 9110, 14.2): a page is sent whole.
    """
    asked = request.headers
    form = page.form_for(asked.get("accept-encoding") or "")
    # A page may change twice within a second; only after it does the date tell its states apart.
    dated = int(time.time()) > int(page.made_at)
    lines = form.later if dated else form.lines
    if has_edge:
        lines += lines_of(lifetime(page.fades_at - time.time()))
    known = asked.get("if-none-match")
    if known is None:
        since = asked.get("if-modified-since")
        is_known = since is not None and dated and page.is_older_than(since)
    else:
        is_known = page.is_known(known)
    if is_known and page.status == 200:
        connection.respond_with(304, lines)
    else:
        connection.respond_with(page.status, lines, form.body)


def is_our_host(request: Request) -> bool:
    host = request.headers.get("host", "")
    # Before it is remembered: a thousand of the longest would be kept for good.
    return len(host) < 300 and is_allowed(host)


@lru_cache(maxsize=1000)
def is_allowed(host: str) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
