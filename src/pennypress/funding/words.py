"""What a giver may say with a gift: the rules for names and messages, as for comments. No database."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pennypress.funding.models import MAX_MESSAGE, MAX_NAME
from pennypress.funding.rules import Refused
from pennypress.lib.markup import without_controls
from pennypress.lib.text import has_something_to_see, plainly_visible

# A wall and a card are for words: a link on them would be an advertisement bought for a euro, or worse.
_ENDINGS = "com|net|org|info|biz|io|co|me|app|dev|xyz|top|shop|site|online|link|click|store|live|ru|cn"
_LINK = re.compile(rf"://|\bwww\.|\S@\S|\w\.\w{{2,}}/|\w\.(?:{_ENDINGS})\b", re.IGNORECASE)


@dataclass(frozen=True)
class OnTheWall:
    """A name for the supporters' wall, and a few words with it."""

    name: str
    message: str = ""


@dataclass(frozen=True)
class Card:
    """In whose honour or memory a gift is; `by` is how its giver is named, `email` where a card is mailed."""

    kind: str
    name: str
    by: str = ""
    message: str = ""
    email: str = ""


def checked_name(text: str) -> str:
    """The name without what nobody sees. Raises Refused where nothing is left, it is too long, or it is a link."""
    name = _one_line(text)
    if not has_something_to_see(name):
        raise Refused(_("Please give a name; any will do."))
    return _checked(name, MAX_NAME, _("This name is too long; please use at most %(limit)s characters."))


def checked_message(text: str) -> str:
    """A few words as one paragraph, or nothing. Raises Refused for too many of them, and for links."""
    message = _one_line(text)
    if not has_something_to_see(message):
        return ""
    return _checked(message, MAX_MESSAGE, _("This message is too long; at most %(limit)s characters fit."))


def _one_line(text: str) -> str:
    # First the ends of lines and the tabs, which are words' ends and would be taken away with what nobody sees.
    return " ".join(plainly_visible(" ".join(without_controls(text).split())).split())


def _checked(text: str, limit: int, too_long: str) -> str:
    if len(text) > limit:
        raise Refused(too_long % {"limit": limit})
    if _LINK.search(text):
        raise Refused(_("Please leave addresses and links out of it."))
    return text
