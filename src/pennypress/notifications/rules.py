"""Who may be told what, and how much. Limits stand beside their reasons."""

from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.utils import timezone

from pennypress.delivery.limits import Limit
from pennypress.notifications.models import Frequency
from pennypress.readers.models import User

# However often strangers type an address in, it is asked this often whether it wants to be told of something.
ASK_AGAIN_AFTER = timedelta(hours=24)
# Long enough for a mail that is read after the weekend.
CONFIRM_LIFE = timedelta(days=4)
# What nobody confirmed is forgotten; until then a new link may be had.
UNCONFIRMED_KEPT = timedelta(days=14)
# Questions that wait for one address: enough for a reader, too few to fill a page with a stranger's jokes.
MAX_UNCONFIRMED = 20
# More articles than this nobody follows; it bounds every page and every change of "all".
MAX_SUBSCRIPTIONS = 500
# Mails are kept for long, and leaving must not be harder than joining; laws ask for a month at least.
STOP_LIFE = timedelta(days=365)
# Whoever holds this link reads and changes all subscriptions of an address, so it does not live long.
MINE_LIFE = timedelta(hours=24)

# A reader with ten tabs open subscribes no faster; a program does.
SUBSCRIBE_PER_PERSON = Limit("telling.subscribe", count=20, seconds=3600)
SUBSCRIBE_PER_NETWORK = Limit("telling.subscribe-network", count=60, seconds=3600)
# Links to one's subscriptions that one address is mailed in a day, whoever asks for them.
LINKS_PER_ADDRESS = Limit("telling.link-address", count=3, seconds=86_400)

# People told by one job: each costs a few milliseconds, and a job should end well within its lease.
PEOPLE_PER_JOB = 200
# Mails one job writes, for the same reason.
LETTERS_PER_JOB = 50
# What a mail tells of; the rest is a number and a link.
LETTER_ITEMS = 25
LETTER_COUNTS = 500
# So many things told at once within the window are news; more are a stream, and the rest come as one digest.
BUSY_THREAD, BUSY_PERSON = 3, 12
BUSY_WINDOW = timedelta(hours=1)
# When people who asked for one mail a day find it: before breakfast, in the newsroom's time zone.
DAILY_AT = time(7)
# Old news is no news: an article that is published with a date in the past was brought in from elsewhere.
NEWS_FOR = timedelta(days=2)

# Guests' notices have done their work when they are mailed; members' are an inbox that need not reach further back.
GUEST_NOTICES_KEPT = timedelta(days=30)
# Whoever reported something waits for one answer; a report that nobody has decided on by then gets none.
REPORTS_KEPT = timedelta(days=90)
MEMBER_NOTICES_KEPT = timedelta(days=400)
INBOX_PAGE = 30
# Beyond this the inbox says "99+".
MAX_UNREAD_COUNTED = 100

# Browsers of one person that may show notices; the oldest gives way.
MAX_DEVICES = 10
# The push services of the browsers there are: Chrome, Edge and others on Google's; Firefox; Edge; Safari. The site
# calls no other address a reader's browser names.
PUSH_HOSTS = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com")
PUSH_DOMAINS = (".push.services.mozilla.com", ".notify.windows.com", ".push.apple.com")


class Refused(Exception):
    """The rules forbid it; the message is one sentence for the person who tried."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def has_verified_address(user: User) -> bool:
    return EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()


def is_push_address(address: str) -> bool:
    """Whether the address is one of a known push service: https, no other port, no name or password in it."""
    parts = urlsplit(address)
    try:
        plain = parts.port is None and parts.username is None and parts.password is None
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme == "https" and plain and (host in PUSH_HOSTS or host.endswith(PUSH_DOMAINS))


def due_at(frequency: str, now: datetime) -> datetime | None:
    """When something that happens now is mailed to somebody who chose this frequency; None for never."""
    if frequency == Frequency.NOW:
        return now
    if frequency == Frequency.HOURLY:
        return next_hour(now)
    if frequency == Frequency.DAILY:
        return next_morning(now)
    return None


def next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def next_morning(now: datetime) -> datetime:
    """The next DAILY_AT in the time zone at hand."""
    local = timezone.localtime(now)
    day = local.date() if local.time() < DAILY_AT else local.date() + timedelta(days=1)
    return datetime.combine(day, DAILY_AT, tzinfo=local.tzinfo)
