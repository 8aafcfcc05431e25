from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from wagtail.users.models import UserProfile

from pennypress.newsroom.actions import entered
from pennypress.newsroom.queries import load_newsroom

# What must work on a site that nobody has set up yet.
BEFORE_SET_UP = ("/set-up/", "/livez", "/readyz", "/manifest.webmanifest", "/favicon.ico")


class CurrentNewsroom:
    """Loads the newsroom once for the request, and with it the Wagtail site: one query instead of three."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in ("/livez", "/readyz") or request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        # What is sent to us is mostly answered by an address, and the front page is no small thing to load.
        newsroom = load_newsroom(with_front_page=request.method != "POST")
        if newsroom is None and not request.path.startswith(BEFORE_SET_UP):
            return HttpResponseRedirect("/set-up/")
        if newsroom is not None:
            request._wagtail_site = newsroom.site  # type: ignore[attr-defined]
        with entered(newsroom):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """The desk runs on the newsroom's clock. Wagtail's own default for who has chosen no zone is the server's."""
        user = getattr(request, "user", None)
        if request.path.startswith("/admin/") and user is not None and user.is_authenticated:
            profile = getattr(user, "wagtail_userprofile", None) or UserProfile(user=user)
            profile.current_time_zone = profile.current_time_zone or timezone.get_current_timezone_name()
