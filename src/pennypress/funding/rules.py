from django.utils.translation import gettext as _

from pennypress.delivery.limits import Limit
from pennypress.lib.money import exponent, format_money

# Below the smallest note that is worth a payment's fee, and above what a newsroom should take without a talk.
SMALLEST, LARGEST = 1, 25_000
# A person tries a card again a few times; a tester of stolen cards tries hundreds.
STARTS_PER_NETWORK = Limit("funding.start", count=20, seconds=600)

# More buttons than this make a choice harder, and a second row on a phone.
MOST_SUGGESTIONS = 6


class Refused(Exception):
    """The rules forbid it; the message is one sentence for the person who tried."""


def check_amount(minor: int, currency: str) -> None:
    """Raises Refused for an amount a gift cannot have."""
    unit = 10 ** exponent(currency)
    if minor < SMALLEST * unit:
        raise Refused(_("The smallest gift is %(amount)s.") % {"amount": format_money(SMALLEST * unit, currency)})
    if minor > LARGEST * unit:
        raise Refused(
            _("The largest gift on this page is %(amount)s; please write to us for more.")
            % {"amount": format_money(LARGEST * unit, currency)}
        )
