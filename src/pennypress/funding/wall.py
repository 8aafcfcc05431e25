"""The supporters' wall, as everybody sees it and as the moderators do."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from pennypress.delivery.ready import shows
from pennypress.funding.models import GiftState, WallEntry
from pennypress.funding.months import METER
from pennypress.readers.words import Words

# Names one reads in one go; the next are a press away.
PER_PAGE = 60
# What a thumb scrolls through at the desk, as of comments.
AT_THE_DESK = 25

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Wall:
    """A page of the wall, newest first, and where the next begins."""

    entries: list[WallEntry]
    next_cursor: str = ""


def entries_of_gifts() -> QuerySet[WallEntry]:
    """Those whose gift has come and of which something is left: neither all refunded nor held back by a bank."""
    left = Q(gift__amount__gt=F("gift__returned") + F("gift__disputed"))
    return WallEntry.objects.filter(left, gift__state=GiftState.CAPTURED)


def shown_entries() -> QuerySet[WallEntry]:
    return entries_of_gifts().filter(state=WallEntry.State.SHOWN).order_by("-created_at", "-id")


def wall_page(cursor: str = "") -> Wall:
    """One query, however many there are. Raises ValueError for a cursor that is not ours."""
    # A decision changes what the meter's tag stands for, as money does: the meter names the newest.
    shows(METER)
    found = shown_entries()
    if cursor:
        moment, number = _read(cursor)
        found = found.filter(Q(created_at__lt=moment) | Q(created_at=moment, id__lt=number))
    page = list(found[: PER_PAGE + 1])
    entries = page[:PER_PAGE]
    return Wall(entries, _written(entries[-1]) if len(page) > PER_PAGE else "")


def is_wall_cursor(text: str) -> bool:
    """Whether we have made this cursor."""
    try:
        _read(text)
    except ValueError:
        return False
    return True


def _written(entry: WallEntry) -> str:
    return _signer().sign_object([(entry.created_at - _EPOCH) // timedelta(microseconds=1), entry.pk.hex])


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        value, number = _signer().unsign_object(cursor)
    except (BadSignature, ValueError, TypeError):
        raise ValueError("not a cursor") from None
    return _EPOCH + timedelta(microseconds=value), UUID(number)


def _signer() -> Signer:
    return Signer(salt="funding.wall")


def waiting() -> QuerySet[WallEntry]:
    """What the moderators have not read yet, the oldest first."""
    return entries_of_gifts().filter(state=WallEntry.State.WAITING).order_by("created_at", "id")


def waiting_count() -> int:
    return waiting().count()


def to_read() -> list[Words]:
    return [_words(entry) for entry in waiting()[:AT_THE_DESK]]


def decided() -> list[Words]:
    found = entries_of_gifts().exclude(state=WallEntry.State.WAITING).order_by("-decided_at", "-id")
    return [_words(entry) for entry in found[:AT_THE_DESK]]


def _words(entry: WallEntry) -> Words:
    is_shown = None if entry.state == WallEntry.State.WAITING else entry.state == WallEntry.State.SHOWN
    return Words(entry.pk, entry.name, entry.message, _("with a gift"), entry.created_at, is_shown)
