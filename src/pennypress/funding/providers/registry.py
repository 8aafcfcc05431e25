from django.conf import settings
from django.http import Http404

from pennypress.funding.providers.base import Provider
from pennypress.funding.providers.fake.provider import FakeProvider


def provider_named(name: str) -> Provider:
    """Raises Http404 for a provider this site does not use."""
    if name == "fake" and settings.PENNYPRESS_DEMO_PAYMENTS:
        return FakeProvider()
    raise Http404


def providers() -> list[Provider]:
    return [FakeProvider()] if settings.PENNYPRESS_DEMO_PAYMENTS else []
