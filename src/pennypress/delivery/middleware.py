import errno
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils.csp import CSP
from django.utils.translation import gettext as _

from pennypress.delivery.limits import TooMany
from pennypress.delivery.machines import has_committed, wait_for_others
from pennypress.delivery.ready.showing import is_noting

logger = logging.getLogger(__name__)

type GetResponse = Callable[[HttpRequest], HttpResponse]

# These pages are made for one signed-in person and carry Django's own token.
TOKEN_PATHS = ("/admin/", "/accounts/")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}

ADMIN_CSP = {
    "default-src": [CSP.SELF],
    # Wagtail's editor has inline scripts and styles and cannot run without them (wagtail/wagtail#1288).
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "frame-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.SELF],
    "object-src": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
}


class Failures:
    """Turns a full disk and an exceeded limit into a page with one clear sentence, wherever they happen."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, TooMany):
            response = render(
                request,
                "theme/error.html",
                {"title": _("Too many attempts"), "sentence": _("Please wait a little and try again.")},
                status=429,
            )
            response["Retry-After"] = str(error.retry_after)
            return response
        if is_full_disk(error):
            logger.error("The disk is full; a write was refused.")
            return render(
                request,
                "theme/error.html",
                {
                    "title": _("Not saved"),
                    "sentence": _(
                        "There is no space left on the server, so nothing was changed. Please try again later."
                    ),
                },
                status=507,
            )
        return None


def is_full_disk(error: BaseException) -> bool:
    """Whether this error says that the disk (or the quota) is full."""
    if isinstance(error, OperationalError) and "disk is full" in str(error):
        return True
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}


class CrossOriginProtection(CsrfViewMiddleware):
    """Refuses unsafe requests that another site made a browser send.

    Readers' pages are shared bytes and can hold no token, so the browser's own word is asked: Sec-Fetch-Site, which
    no script can forge, and Origin where that is missing. A request with neither comes from no current browser and
    carries nobody's cookies against their will. The editor's desk and the account pages keep Django's token.
    """

    def process_view(
        self, request: HttpRequest, callback: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseForbidden | None:
        if request.path.startswith(TOKEN_PATHS):
            return super().process_view(request, callback, args, kwargs)
        if request.method in SAFE_METHODS or getattr(callback, "takes_foreign_requests", False):
            return None
        if comes_from_here(request):
            return None
        return HttpResponseForbidden(
            _("This form was sent from another site, so it was not accepted. Please open the page here and try again."),
            content_type="text/plain; charset=utf-8",
        )


def comes_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that one of our own pages (or the reader directly) made this request."""
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc == request.get_host()


class NobodyElses:
    """What Django answers to one person is not for others, unless it says that it is: a cache in front would keep it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # A ready page is rendered for everybody, and the front door says how long it may be kept.
        if not is_noting():
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class OtherMachines:
    """Where several machines serve the site: what was committed here is known to all of them before it is answered."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if has_committed():
            wait_for_others()
        return response


class ContentPolicy(ContentSecurityPolicyMiddleware):
    """The strict policy of settings.SECURE_CSP for readers, a looser one for Wagtail's admin only."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.path.startswith("/admin/"):
            response._csp_config = ADMIN_CSP  # type: ignore[attr-defined]
        response.setdefault("X-Content-Type-Options", "nosniff")
        # Of a page; with scripts, styles and fonts it would be read by nobody and weigh on every first visit.
        if response.get("Content-Type", "").startswith("text/html"):
            response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return super().process_response(request, response)
