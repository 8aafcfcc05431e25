import posixpath

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.static import serve

# Renditions carry the hash of their filter in their name and originals never change under one name.
MEDIA_MAX_AGE = 31_536_000
# Only what a newsroom's library holds is shown in the browser; anything else is handed over as a download.
SHOWN_IN_PLACE = (".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp", ".pdf")


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A file of the media directory. Behind nginx or a CDN this address is answered there."""
    # As serve() will read it: "./documents" and "x/../documents" are that folder too.
    if posixpath.normpath(path).lstrip("/").startswith("documents"):
        # Documents may lie in private collections; Wagtail's own view asks who may read them.
        raise Http404
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response["Cache-Control"] = f"public, max-age={MEDIA_MAX_AGE}, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if not path.lower().endswith(SHOWN_IN_PLACE):
        response["Content-Disposition"] = "attachment"
    return response
