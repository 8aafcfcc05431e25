"""Reads for the bank's desk."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from pennypress.funding.models import Mistake, RowState, SecondLook, StatementRow
from pennypress.funding.proposals import Proposal, propose

ROWS_PER_PAGE = 50


@dataclass(frozen=True)
class Item:
    row: StatementRow
    proposals: list[Proposal]


@dataclass(frozen=True)
class RowPage:
    items: list[Item]
    before: UUID | None


def open_rows(before: str) -> RowPage:
    """A page of rows to be decided, newest first, each with what it may be. Four queries, however many rows."""
    rows, following = _page(StatementRow.objects.filter(state=RowState.OPEN), before)
    proposals = propose(rows) if rows else {}
    return RowPage([Item(row, proposals[row.id]) for row in rows], following)


def decided_rows(state: RowState, before: str) -> RowPage:
    found = StatementRow.objects.filter(state=state).select_related("gift", "decided_by")
    rows, following = _page(found, before)
    return RowPage([Item(row, []) for row in rows], following)


def second_looks_waiting() -> QuerySet[SecondLook]:
    waiting = SecondLook.objects.filter(decision=SecondLook.Decision.OPEN)
    return waiting.select_related("asked_by").order_by("asked_at")[:ROWS_PER_PAGE]


def _page(rows: QuerySet[StatementRow], before: str) -> tuple[list[StatementRow], UUID | None]:
    try:
        last = StatementRow.objects.filter(pk=UUID(before)).first() if before else None
    except ValueError:
        last = None
    if last:
        rows = rows.filter(Q(booked_on__lt=last.booked_on) | Q(booked_on=last.booked_on, id__lt=last.id))
    rows = rows.prefetch_related(Prefetch("mistakes", Mistake.objects.select_related("by").order_by("at")))
    page = list(rows.order_by("-booked_on", "-id")[: ROWS_PER_PAGE + 1])
    more = len(page) > ROWS_PER_PAGE
    return page[:ROWS_PER_PAGE], page[ROWS_PER_PAGE - 1].id if more else None
