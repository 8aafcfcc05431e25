import errno
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.csp import CSP
from django.utils.translation import gettext as _

from pennypress.delivery.limits import Limit, TooMany, in_words, spend, wait_for
from pennypress.delivery.machines import has_committed, wait_for_others
from pennypress.delivery.networks import network_key
from pennypress.delivery.ready.showing import is_noting
from pennypress.theme.views import error_page

logger = logging.getLogger(__name__)

type GetResponse = Callable[[HttpRequest], HttpResponse]

# These pages are made for one signed-in person and carry Django's own token.
TOKEN_PATHS = ("/admin/", "/accounts/")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}

# A school behind one address errs now and then; so many forms in five minutes that nothing came of are a program's work.
JUNK = Limit("delivery.junk", count=200, seconds=300)
NOTHING_CAME_OF_IT = {400, 404, 422, 429}

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
# Scripts, styles and fonts are no pages: of what opens one as a page, nothing runs. The readers' policy, sent with each
# of them, weighed 3 kB on a first visit.
FILE_CSP = {"default-src": [CSP.NONE], "frame-ancestors": [CSP.NONE]}


class Failures:
    """Turns a full disk and an exceeded limit into a page with one clear sentence, wherever they happen."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, TooMany):
            return too_many(request, error.retry_after)
        if is_full_disk(error):
            logger.error("The disk is full; a write was refused.")
            sentence = _("There is no space left on the server, so nothing was changed. Please try again later.")
            return error_page(request, 507, _("Not saved"), sentence)
        return None


def is_full_disk(error: BaseException) -> bool:
    """Whether this error says that the disk (or the quota) is full."""
    if isinstance(error, OperationalError) and "disk is full" in str(error):
        return True
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """A limit is reached: what a person reads, and when a program may come back."""
    sentence = _("That was more often than we can answer. Please try again in %(time)s.")
    response = error_page(request, 429, _("Too many attempts"), sentence % {"time": in_words(seconds)})
    response["Retry-After"] = str(seconds)
    return response


class Junk:
    """Counts a network's forms that nothing came of, and after very many refuses its next ones before they cost anything.

    Each room counts for itself: who floods the discussions keeps no neighbour from giving. An error now and then is nobody's
    fault and far from the limit; staff are never refused.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        who = getattr(request, "_junk_of", "")
        if who and response.status_code in NOTHING_CAME_OF_IT:
            # An answer that is made already is given, also where nothing can be counted any more (a full disk).
            with suppress(TooMany, DatabaseError):
                spend((JUNK, who))
        return response

    def process_view(
        self, request: HttpRequest, callback: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method in SAFE_METHODS or request.path.startswith(TOKEN_PATHS):
            return None
        # Machines of providers, each with a signature of its own.
        if getattr(callback, "takes_foreign_requests", False):
            return None
        who = f"{network_key(request)}:{request.path.split('/')[1]}"[:80]
        wait = wait_for(JUNK, who)
        if wait and not request.user.has_perm("wagtailadmin.access_admin"):
            return too_many(request, wait)
        request._junk_of = who  # type: ignore[attr-defined]
        return None


class CrossOriginProtection(CsrfViewMiddleware):
    """Refuses unsafe requests that another site made a browser send.

    Readers' pages are shared bytes and can hold no token, so the browser's own word is asked: Sec-Fetch-Site, which
    no script can forge, and Origin where that is missing. A request with neither comes from no current browser and
    carries nobody's cookies against their will. The editor's desk and the account pages keep Django's token.
    """

    def process_view(  # type: ignore[override]
        self, request: HttpRequest, callback: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.path.startswith(TOKEN_PATHS):
            return super().process_view(request, callback, args, kwargs)
        if request.method in SAFE_METHODS or getattr(callback, "takes_foreign_requests", False):
            return None
        if comes_from_here(request):
            return None
        sentence = _(
            "This form was sent from another site, so nothing was changed. Please open the page here and try again."
        )
        return error_page(request, 403, _("Not accepted"), sentence)


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
    """The strict policy of settings.SECURE_CSP for readers, nothing at all for files, a looser one for Wagtail's admin only."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.setdefault("X-Content-Type-Options", "nosniff")
        if request.path.startswith("/admin/"):
            response._csp_config = ADMIN_CSP  # type: ignore[attr-defined]
        # Of a page; with scripts, styles and fonts it would be read by nobody and weigh on every first visit.
        if response.get("Content-Type", "").startswith("text/html"):
            response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        elif request.path.startswith(settings.STATIC_URL):
            response._csp_config = FILE_CSP  # type: ignore[attr-defined]
        return super().process_response(request, response)
