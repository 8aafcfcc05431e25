from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    # What made the request bad (a wrong host, for one) may make the whole page impossible: no context processors.
    return _bare(400, _("Not understood"), _("This request could not be understood."))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403, _("Not for you"), _("You are not allowed to see this page."))


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    sentence = _("There is no page at this address. It may have moved; its words may find it.")
    return _page(request, 404, _("Page not found"), sentence, search=True)


def server_error(request: HttpRequest) -> HttpResponse:
    # Needs neither the database nor the newsroom: either may be what failed.
    sentence = _("Something went wrong on our side. Nothing you sent was half-saved. Please try again.")
    return _bare(500, _("A fault of ours"), sentence)


def _page(request: HttpRequest, status: int, title: str, sentence: str, *, search: bool = False) -> HttpResponse:
    return render(request, "theme/error.html", {"title": title, "sentence": sentence, "search": search}, status=status)


def _bare(status: int, title: str, sentence: str) -> HttpResponse:
    return HttpResponse(render_to_string("theme/bare.html", {"title": title, "sentence": sentence}), status=status)
