from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.limits import Limit
from pennypress.funding.models import Interval, Pledge
from pennypress.lib.money import exponent, format_money

# Below the smallest note that is worth a payment's fee, and above what a newsroom should take without a talk.
SMALLEST, LARGEST = 1, 25_000
# Currencies of which one unit buys nothing; and all without a minor unit are such, too.
SMALL_UNITS = {"COP", "HUF", "IDR", "IRR", "KHR", "LAK", "LBP", "MGA", "MMK", "MNT", "NGN", "TZS", "UZS"}
SMALLEST_OF_SMALL, LARGEST_OF_SMALL = 100, 25_000_000
# What a ledger of 64 bits holds without a thought, and no newsroom's month reaches.
LARGEST_BY_HAND = 10**15
# A person tries a card again a few times; a tester of stolen cards tries hundreds.
STARTS_PER_NETWORK = Limit("funding.start", count=20, seconds=600)
# Testers rent addresses by the block; a block of readers (a university, a town's provider) is no busier than this.
STARTS_PER_NEIGHBOURHOOD = Limit("funding.start.wide", count=60, seconds=600)
STARTS_PER_ADDRESS = Limit("funding.start.address", count=10, seconds=3600)
# A form is opened, sent, and sent again after the back button; a program sends one form for ever.
STARTS_PER_FORM = Limit("funding.start.form", count=10, seconds=86_400)
# More beginnings than a small newsroom's best appeal brings; from here on browsers have to work for each.
HEAT = Limit("funding.heat", count=30, seconds=600)
# So many may reach a provider by work alone; machines that can be rented work, too.
PROVEN_ON_SITE = Limit("funding.proven", count=60, seconds=600)
# A mailed link is a mail somebody may not have asked for, and costs the site's good name with those who carry mail.
MAILED_PER_ADDRESS = Limit("funding.begun", count=2, seconds=86_400)
MAILED_ON_SITE = Limit("funding.begun.site", count=100, seconds=3600)
# Stolen cards are tried with the smallest sums that pass: under attack the smallest gift is so many times the usual.
SMALLEST_UNDER_ATTACK = 5
# Somebody who does not find the mail asks again; more often is a nuisance to whoever has the address.
LINKS_PER_ADDRESS = Limit("funding.link", count=4, seconds=86_400)
LINKS_PER_NETWORK = Limit("funding.links", count=20, seconds=3600)
# Each takes a core for a moment; nobody needs a year on paper more often.
STATEMENTS_PER_NETWORK = Limit("funding.statement", count=20, seconds=600)
# Each change is a call to the provider; nobody changes their mind that often.
CHANGES_PER_NETWORK = Limit("funding.change", count=40, seconds=600)

# "Doubled until Sunday" moves people; doubled for ever is a discount.
LONGEST_OFFER = timedelta(days=366)
# A card is a joy; the twentieth of a day is somebody's anger, mailed through us.
CARDS_PER_ADDRESS = Limit("funding.card", count=5, seconds=86_400)
# No provider takes more of a card payment; a typing slip would make readers pay for it.
MOST_SHARE = 20
# More buttons than this make a choice harder, and a second row on a phone.
MOST_SUGGESTIONS = 6
# Whoever has given is thanked for a year, and not asked: by the mark on their own device, and by their account.
NOT_ASKED_AFTER = timedelta(days=365)
# "Not now" is an answer that holds for a season.
REST_AFTER_CLOSING = timedelta(days=90)
# Articles read in a month by which somebody is no newcomer any more: one a week.
REGULAR_FROM = 4
# Days between two appeals for one reader, where the newsroom has not said; with more than these nobody is ever asked.
APPEAL_PAUSE, LONGEST_APPEAL_PAUSE = 3, 60
# Appeals that are not over: two for each place and segment. Every article carries them.
MOST_OPEN = 24
# A school or an office reads this much; a program that wants to spoil a comparison gets no further from one network.
SHOWINGS_PER_NETWORK = Limit("funding.showing", count=120, seconds=3600)

# Three weeks are enough to find the new card; the bank has sent it by then.
BEFORE_A_CARD_EXPIRES = timedelta(days=21)
# A day further off than this is a pause, and pauses have their own button.
FURTHEST_DAY = timedelta(days=62)


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


def furthest_day(pledge: Pledge) -> datetime:
    """The last moment to which the next payment can be moved. What is paid for a year may wait for its end first."""
    if pledge.interval == Interval.YEAR and pledge.next_at:
        return max(timezone.now(), pledge.next_at) + FURTHEST_DAY
    return timezone.now() + FURTHEST_DAY


def check_appeal(begins_on: date | None, ends_on: date | None) -> None:
    """Raises Refused for days in the wrong order."""
    if begins_on and ends_on and ends_on < begins_on:
        raise Refused(_("The last day comes before the first."))
