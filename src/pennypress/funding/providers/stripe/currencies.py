"""Our minor units and Stripe's: the same for most currencies, and exact for the few that differ."""

from django.utils.translation import gettext as _

from pennypress.funding.providers.base import Declined
from pennypress.lib.money import exponent

# Stripe counts these with other decimals than ISO 4217: ISK and UGX with two that are always zero, MGA with none.
STRIPE_EXPONENTS = {"ISK": 2, "UGX": 2, "MGA": 0}
# HUF and TWD are charged with two decimals and paid out only in whole units: what is left over stays on the balance.
# Charges in currencies with three decimals have a last digit of zero.
THREE_DECIMALS = {"BHD", "JOD", "KWD", "OMR", "TND"}
# What Stripe cannot take at all, though we know how to count it.
NOT_TAKEN = {"CLF", "IQD", "LYD", "UYI", "UYW"}


def to_stripe(minor: int, currency: str) -> int:
    """Raises Declined for an amount that Stripe cannot express."""
    if currency in NOT_TAKEN:
        raise Declined(_("%(currency)s cannot be paid through Stripe.") % {"currency": currency})
    ours, theirs = exponent(currency), STRIPE_EXPONENTS.get(currency, exponent(currency))
    amount, rest = divmod(minor * 10**theirs, 10**ours)
    if rest and not theirs:
        raise Declined(_("Please give a whole amount, without decimals."))
    if rest or (currency in THREE_DECIMALS and amount % 10):
        raise Declined(_("Please give an amount with fewer decimals."))
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """Our minor units of what Stripe says; `currency` in any case."""
    currency = currency.upper()
    ours, theirs = exponent(currency), STRIPE_EXPONENTS.get(currency, exponent(currency))
    minor, rest = divmod(amount * 10**ours, 10**theirs)
    if rest:
        raise ValueError(f"Stripe names {amount} {currency}, which is no whole number of minor units.")
    return minor
