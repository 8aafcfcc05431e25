import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone, translation
from wagtail.models import Site

from pennypress.newsroom.models import Newsroom
from pennypress.newsroom.queries import _current


@contextmanager
def entered(newsroom: Newsroom | None) -> Iterator[None]:
    """Within the block, time, language and money are the newsroom's. Used around each request and each job."""
    token = _current.set(newsroom)
    try:
        if newsroom is None:
            yield
        else:
            with timezone.override(zoneinfo.ZoneInfo(newsroom.time_zone)), translation.override(newsroom.language):
                yield
    finally:
        _current.reset(token)


def found_newsroom(
    *, site: Site, name: str, language: str, time_zone: str, currency: str, tagline: str = "", contact_email: str = ""
) -> Newsroom:
    """Make the newsroom of a site, or give it these facts if it is there already."""
    with transaction.atomic():
        newsroom, _created = Newsroom.objects.update_or_create(
            site=site,
            defaults={
                "name": name,
                "tagline": tagline,
                "language": language,
                "time_zone": time_zone,
                "currency": currency,
                "contact_email": contact_email,
            },
        )
        site.site_name = name
        site.save(update_fields=["site_name"])
    return newsroom
