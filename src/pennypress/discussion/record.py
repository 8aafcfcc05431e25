"""The public record of moderation: what was done and under which rules, never by whom or to whom."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import Q

from pennypress.delivery.ready import shows
from pennypress.discussion.models import Deed, ModerationLog, MonthlyDeeds, Rule

# What the ready page of the record is tagged with.
RECORD = "moderation-record"
# A year tells how a newsroom moderates; earlier months are in the entries below.
MONTHS = 12
ENTRIES_PER_PAGE = 50

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Tally:
    """How often a deed was done, or a rule applied."""

    label: str
    count: int


@dataclass(frozen=True)
class Month:
    first_day: date
    deeds: list[Tally]
    rules: list[Tally]


@dataclass(frozen=True)
class Entries:
    lines: list[ModerationLog]
    next_cursor: str = ""


def months() -> list[Month]:
    """The latest months with a deed, newest first: from kept counts, one query."""
    shows(RECORD)
    latest = MonthlyDeeds.objects.order_by("-month").values("month").distinct()[:MONTHS]
    rows: dict[date, list[MonthlyDeeds]] = {}
    for row in MonthlyDeeds.objects.filter(month__in=list(latest.values_list("month", flat=True))).order_by("-month"):
        rows.setdefault(row.month, []).append(row)
    return [Month(first_day, _by_deed(found), _by_rule(found)) for first_day, found in rows.items()]


def _by_deed(rows: list[MonthlyDeeds]) -> list[Tally]:
    counts = {deed: sum(row.count for row in rows if row.deed == deed) for deed in Deed}
    return [Tally(str(deed.label), count) for deed, count in counts.items() if count]


def _by_rule(rows: list[MonthlyDeeds]) -> list[Tally]:
    """Removals by the rule they were made under, those lifted again included."""
    removed = [row for row in rows if row.deed == Deed.REMOVED]
    counts = {rule: sum(row.count for row in removed if row.rule == rule) for rule in Rule}
    return [Tally(str(rule.label), count) for rule, count in counts.items() if count]


def entries(cursor: str = "") -> Entries:
    """A page of single deeds, newest first. Raises ValueError for a cursor that is none."""
    shows(RECORD)
    lines = ModerationLog.objects.defer("note", "facts", "moderator_name")
    if cursor:
        moment, number = _read(cursor)
        lines = lines.filter(Q(created_at__lt=moment) | Q(created_at=moment, id__lt=number))
    page = list(lines.order_by("-created_at", "-id")[: ENTRIES_PER_PAGE + 1])
    more = len(page) > ENTRIES_PER_PAGE
    page = page[:ENTRIES_PER_PAGE]
    return Entries(page, _written(page[-1]) if more else "")


def is_record_cursor(text: str) -> bool:
    """Whether we have made this cursor."""
    try:
        _read(text)
    except ValueError:
        return False
    return True


def _written(line: ModerationLog) -> str:
    return _signer().sign_object([(line.created_at - _EPOCH) // timedelta(microseconds=1), line.id.hex])


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        microseconds, hex_id = _signer().unsign_object(cursor)
    except (BadSignature, ValueError, TypeError) as error:
        raise ValueError("not a cursor") from error
    return _EPOCH + timedelta(microseconds=microseconds), UUID(hex_id)


def _signer() -> Signer:
    return Signer(salt="discussion.record")
