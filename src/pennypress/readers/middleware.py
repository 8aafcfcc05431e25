from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from pennypress.newsroom.models import Newsroom
from pennypress.newsroom.queries import current_newsroom
from pennypress.readers.identity import MARKS_COOKIE, write_guest

type GetResponse = Callable[[HttpRequest], HttpResponse]


class GuestCookie:
    """Gives a new guest their cookie, and a signed-in reader the sign that personal marks exist."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        guest = getattr(request, "_new_guest", None)
        if guest is not None:
            write_guest(request, response, guest)
        elif "sessionid" in request.COOKIES and MARKS_COOKIE not in request.COOKIES:
            response.set_cookie(MARKS_COOKIE, "1", samesite="Lax", secure=request.is_secure())
        return response


class StaffSecondFactor:
    """Where the newsroom asks for it, staff without a second factor are led to set one up before the desk opens."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.is_staffs_business(request) and self.is_missing(request):
            return HttpResponseRedirect(reverse("mfa_index"))
        return self.get_response(request)

    def is_staffs_business(self, request: HttpRequest) -> bool:
        """The desks, and whatever changes something: moderation stands beside the comments, outside of the desks."""
        if request.path.startswith("/accounts/"):
            return False
        return request.path.startswith(("/admin/", "/operator/")) or request.method not in ("GET", "HEAD", "OPTIONS")

    def is_missing(self, request: HttpRequest) -> bool:
        user = request.user
        if not user.is_authenticated or not user.has_perm("wagtailadmin.access_admin"):
            return False
        try:
            needed = current_newsroom().staff_need_second_factor
        except Newsroom.DoesNotExist:
            return False
        return needed and not is_mfa_enabled(user)
