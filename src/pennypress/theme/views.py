from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    # What made the request bad (a wrong host, for one) may make the whole page impossible: no context processors.
    return _bare(400, _("Not understood"), _("This request could not be understood."))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(
        request,
        403,
        _("Not for you"),
        _("Your account is not allowed to see this page. Somebody of the newsroom can change that."),
    )


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of the desk or of the account pages came without its token: the page was old, or cookies are off."""
    sentence = _(
        "This form was too old or came without its cookie, so nothing was changed. Please go back, load the page anew and send it again."
    )
    return error_page(request, 403, _("Not accepted"), sentence)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    sentence = _("There is no page at this address. If it has moved, a search will find it.")
    return error_page(request, 404, _("Page not found"), sentence, search=True)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """The account pages' own limits, which do not say for how long."""
    return error_page(
        request, 429, _("Too many attempts"), _("That was too often. Please wait a few minutes and try again.")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    # Needs neither the database nor the newsroom: either may be what failed.
    sentence = _("Something went wrong on our side. Nothing you sent was half-saved. Please try again.")
    return _bare(500, _("A fault of ours"), sentence)


def error_page(request: HttpRequest, status: int, title: str, sentence: str, *, search: bool = False) -> HttpResponse:
    """A page with one sentence; to a script that asked for a fragment, the sentence alone."""
    if request.headers.get("X-Fragment"):
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    return render(request, "theme/error.html", {"title": title, "sentence": sentence, "search": search}, status=status)


def _bare(status: int, title: str, sentence: str) -> HttpResponse:
    return HttpResponse(bare_page(title, sentence), status=status)


def bare_page(title: str, sentence: str) -> str:
    """A page that needs neither a request nor the database."""
    return render_to_string("theme/bare.html", {"title": title, "sentence": sentence})
