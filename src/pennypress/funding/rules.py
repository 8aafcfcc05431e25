from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.limits import Limit
from pennypress.lib.money import exponent, format_money

# Below the smallest note that is worth a payment's fee, and above what a newsroom should take without a talk.
SMALLEST, LARGEST = 1, 25_000
# Currencies of which one unit buys nothing; and all without a minor unit are such, too.
SMALL_UNITS = {"COP", "HUF", "IDR", "IRR", "KHR", "LAK", "LBP", "MMK", "MNT", "NGN", "TZS", "UZS"}
SMALLEST_OF_SMALL, LARGEST_OF_SMALL = 100, 25_000_000
# What a ledger of 64 bits holds without a thought, and no newsroom's month reaches.
LARGEST_BY_HAND = 10**15
# A person tries a card again a few times; a tester of stolen cards tries hundreds.
STARTS_PER_NETWORK = Limit("funding.start", count=20, seconds=600)
# Somebody who does not find the mail asks again; more often is a nuisance to whoever has the address.
LINKS_PER_ADDRESS = Limit("funding.link", count=4, seconds=86_400)
LINKS_PER_NETWORK = Limit("funding.links", count=20, seconds=3600)
# Each change is a call to the provider; nobody changes their mind that often.
CHANGES_PER_NETWORK = Limit("funding.change", count=40, seconds=600)

# "Doubled until Sunday" moves people; doubled for ever is a discount.
LONGEST_OFFER = timedelta(days=366)
# No provider takes more of a card payment; a typing slip would make readers pay for it.
MOST_SHARE = 20
# More buttons than this make a choice harder, and a second row on a phone.
MOST_SUGGESTIONS = 6


class Refused(Exception):
    """The rules forbid it; the message is one sentence for the person who tried."""


def bounds(currency: str) -> tuple[int, int]:
    """The smallest and the largest gift of the giving screen, in minor units."""
    unit = 10 ** exponent(currency)
    if unit == 1 or currency in SMALL_UNITS:
        return SMALLEST_OF_SMALL * unit, LARGEST_OF_SMALL * unit
    return SMALLEST * unit, LARGEST * unit


def check_amount(minor: int, currency: str) -> None:
    """Raises Refused for an amount a gift cannot have."""
    smallest, largest = bounds(currency)
    if minor < smallest:
        raise Refused(_("The smallest gift is %(amount)s.") % {"amount": format_money(smallest, currency)})
    if minor > largest:
        raise Refused(
            _("The largest gift on this page is %(amount)s; please write to us for more.")
            % {"amount": format_money(largest, currency)}
        )


def check_amount_by_hand(minor: int) -> None:
    """Raises Refused for an amount that neither a tier nor a gift by hand can have."""
    if minor <= 0:
        raise Refused(_("Please give an amount above zero."))
    if minor > LARGEST_BY_HAND:
        raise Refused(_("This amount is too large for the books."))


def check_offer_time(begins_at: datetime, ends_at: datetime) -> None:
    """Raises Refused for an offer to double gifts that is over already, ends before it begins, or never ends."""
    if ends_at <= max(begins_at, timezone.now()):
        raise Refused(_("Please give an end that is still to come, after the beginning."))
    if ends_at - begins_at > LONGEST_OFFER:
        raise Refused(_("An offer lasts a year at most."))
