"""An archive of gifts is booked as if each of them had been captured when it came."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pennypress.funding.actions import bring_gifts, capture, set_aside
from pennypress.funding.audit import audit
from pennypress.funding.booking import Settled
from pennypress.funding.models import (
    AccountName,
    Document,
    DocumentSeries,
    Entry,
    Gift,
    Line,
    Match,
    MatchingOffer,
    MonthTotal,
)

# Ids are random; when a row came is the clock's.
NEVER_THE_SAME = {"id", "gift_id", "entry_id", "offer_id", "corrects_id"}


@pytest.fixture(autouse=True)
def clock(newsroom):
    with time_machine.travel(datetime(2026, 1, 20, 12, tzinfo=UTC), tick=False) as clock:
        yield clock


def gifts():
    """Over a turn of the year, some of them doubled until nothing is left to double with."""
    made = []
    for number in range(12):
        moment = timezone.now() - timedelta(days=60 - number * 5)
        gift = Gift(
            key=str(number), email="a@b.example", amount=700 + number, covered=number, currency="EUR", provider="any",
            payment=f"p{number}", created_at=moment, captured_at=moment,
        )  # fmt: skip
        made.append((gift, Settled(gift.amount, "EUR", 30)))
    return made


def offer():
    begins_at = timezone.now() - timedelta(days=31)
    made = MatchingOffer.objects.create(
        name="Guild", cap=1000, currency="EUR", begins_at=begins_at, ends_at=begins_at + timedelta(days=15),
        account=AccountName.BANK, received_at=begins_at, created_at=begins_at,
    )  # fmt: skip
    set_aside(offer=made, happened_at=begins_at)


def one_by_one(gifts):
    for gift, settled in gifts:
        moment, gift.captured_at = gift.captured_at, None
        gift.save(force_insert=True)
        capture(gift=gift, captured_at=moment, receipt=False, settled=settled)


def rows():
    """Everything in the books, with the names of gifts in the place of ids."""
    names = {gift.id: gift.key for gift in Gift.objects.all()} | {None: ""}
    entries = {entry.id: (names[entry.gift_id], entry.kind) for entry in Entry.objects.all()}
    found = {}
    for model in (Gift, Entry, Line, MonthTotal, Document, DocumentSeries, Match, MatchingOffer):
        found[model.__name__] = sorted(
            str(
                {name: value for name, value in row.items() if name not in NEVER_THE_SAME | {"key", "pk"}}
                | {"of": names[row.get("gift_id")], "in": entries.get(row.get("entry_id"))}
            )
            for row in model.objects.values()
        )
    return found


def booked_by(verb):
    with transaction.atomic():
        offer()
        verb(gifts())
        found = rows()
        assert audit() == []
        transaction.set_rollback(True)
    assert not Gift.objects.exists()
    return found


def test_an_archive_leaves_the_rows_that_capturing_leaves():
    brought, captured = booked_by(bring_gifts), booked_by(one_by_one)
    assert len(captured["Gift"]) == len(captured["Document"]) == 12 and len(captured["Match"]) > 1
    assert len(captured["MonthTotal"]) == 3 and len(captured["DocumentSeries"]) == 2
    assert brought == captured


def test_an_archive_costs_the_same_for_few_and_for_many():
    def cost(some):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            bring_gifts(some)
        return len(asked)

    every = [(gift, settled) for gift, settled in gifts() if gift.captured_at.month == 12]
    bring_gifts(every[:1])
    assert cost(every[1:2]) == cost(every[2:])


def test_a_gift_that_is_there_already_is_not_brought_in_again():
    bring_gifts(gifts()[:2])
    with pytest.raises(IntegrityError), transaction.atomic():
        bring_gifts(gifts()[1:])
    assert Gift.objects.count() == Entry.objects.count() == 2 and audit() == []
