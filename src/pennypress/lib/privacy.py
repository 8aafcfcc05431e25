"""Which pages are private, as a condition on the page's own row: Wagtail's own public() asks in a query before."""

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from wagtail.models import PageViewRestriction


def restricted() -> Exists:
    """Whether a page or one above it is private."""
    path = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    return Exists(PageViewRestriction.objects.annotate(inside=path).filter(inside__startswith=F("page__path")))
