from django.conf import settings
from django.http import Http404

from pennypress.funding.providers.bank_transfer.provider import BankTransferProvider, bank_account
from pennypress.funding.providers.base import Provider, Unreachable
from pennypress.funding.providers.fake.provider import FakeProvider
from pennypress.funding.providers.stripe.provider import StripeProvider


def providers() -> list[Provider]:
    """Those a reader may pay through, the first one being what is taken where nobody chooses."""
    found: list[Provider] = []
    if settings.PENNYPRESS_STRIPE_SECRET_KEY:
        found.append(StripeProvider())
    if settings.PENNYPRESS_DEMO_PAYMENTS:
        found.append(FakeProvider())
    if bank_account() is not None:
        found.append(BankTransferProvider())
    return found


def provider_named(name: str) -> Provider:
    """Raises Http404 for a provider this site does not use."""
    for provider in providers():
        if provider.name == name:
            return provider
    raise Http404


def provider_of(name: str) -> Provider:
    """As provider_named, for what runs behind the screens. Raises Unreachable."""
    try:
        return provider_named(name)
    except Http404:
        raise Unreachable(f"This site is not set up for payments through {name}.") from None
