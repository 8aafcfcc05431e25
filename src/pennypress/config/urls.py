"""Where the rooms meet: each address belongs to one room."""

from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from pennypress.delivery.views import media
from pennypress.discussion.views.desk import public_record

urlpatterns = [
    # First, for what is asked most and cannot be kept ready: each address is compared with all that stand before it.
    path("discussion/", include("pennypress.discussion.urls")),
    path("", include("pennypress.ops.urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("accounts/", include("allauth.urls")),
    path("account/", include("pennypress.readers.urls")),
    path("", include("pennypress.notifications.urls")),
    path("documents/", include(wagtaildocs_urls)),
    path("media/<path:path>", media),
    path("", include("pennypress.funding.urls")),
    path("moderation-record/", public_record, name="moderation_record"),
    # Last, because it answers for every other address: the newspaper itself.
    path("", include("pennypress.publishing.urls")),
]

handler400 = "pennypress.theme.views.bad_request"
handler403 = "pennypress.theme.views.permission_denied"
handler429 = "pennypress.theme.views.too_many_requests"  # allauth's
handler404 = "pennypress.theme.views.page_not_found"
handler500 = "pennypress.theme.views.server_error"
