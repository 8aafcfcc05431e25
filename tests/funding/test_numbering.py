"""Receipts and credit notes are numbered without gaps: per year of the newsroom, whoever else books, and for what came before."""

import threading
from datetime import UTC, datetime
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from pennypress.funding import booking, numbering
from pennypress.funding.audit import audit
from pennypress.funding.models import Document, DocumentKind, DocumentSeries, Gift
from pennypress.newsroom.actions import entered

NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # half past midnight in Berlin
SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)


def captured(key, amount=1000, at=SUMMER):
    gift = Gift.objects.create(key=key, amount=amount, currency="EUR", provider="any", email="a@example.org")
    booking.book_capture(gift=gift, amount=amount, happened_at=at)
    gift.refresh_from_db()
    return gift


def numbers(**fields):
    return [str(one) for one in Document.objects.filter(**fields).order_by("kind", "year", "number")]


def test_each_year_of_the_newsroom_has_its_own_series(newsroom):
    for key, moment in (("a", SUMMER), ("b", NEW_YEAR), ("c", SUMMER), ("d", datetime(2026, 12, 31, 22, tzinfo=UTC))):
        captured(key, at=moment)
    assert numbers() == ["2026-00001", "2026-00002", "2026-00003", "2027-00001"]
    assert audit() == []


def test_the_year_is_that_of_the_newsroom_wherever_it_is(newsroom):
    newsroom.time_zone = "Pacific/Honolulu"
    newsroom.save()
    with entered(newsroom):
        captured("a", at=datetime(2027, 1, 1, 9, tzinfo=UTC))
    assert numbers() == ["2026-00001"]


def test_what_goes_back_has_credit_notes_of_its_own_series(newsroom):
    gift, bounced = captured("a"), captured("b")
    booking.book_refund(gift=gift, key="r", amount=300, happened_at=NEW_YEAR)
    booking.book_refund(gift=gift, key="r", amount=300, happened_at=NEW_YEAR)
    booking.book_refund_failed(gift=gift, key="r", happened_at=NEW_YEAR)
    booking.book_dispute_opened(gift=gift, key="d", amount=1000, happened_at=SUMMER)
    booking.book_dispute_lost(gift=gift, key="d", happened_at=SUMMER)
    booking.book_bounce(gift=bounced, happened_at=SUMMER)
    told = Document.objects.order_by("kind", "year", "number").values_list("kind", "year", "number", "amount")
    assert list(told) == [
        ("credit", 2026, 1, 1000), ("credit", 2026, 2, 1000), ("credit", 2027, 1, 300),
        ("receipt", 2026, 1, 1000), ("receipt", 2026, 2, 1000), ("receipt", 2027, 1, 300),
    ]  # fmt: skip
    assert numbers(kind="credit", year=2027) == ["2027-C00001"] and audit() == []


def test_a_dispute_about_what_was_given_back_before_takes_nothing_and_no_number(newsroom):
    gift = captured("a")
    booking.book_refund(gift=gift, key="r", amount=1000, happened_at=SUMMER)
    booking.book_dispute_opened(gift=gift, key="d", amount=1000, happened_at=SUMMER)
    booking.book_dispute_lost(gift=gift, key="d", happened_at=SUMMER)
    assert numbers(kind="credit") == ["2026-C00001"] and audit() == []


def test_what_is_undone_leaves_no_gap(newsroom):
    captured("a")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        captured("b")
        raise ZeroDivisionError
    captured("c")
    assert numbers() == ["2026-00001", "2026-00002"]


def test_the_database_takes_no_number_twice_and_the_audit_finds_a_gap(newsroom):
    gift, other = captured("a"), captured("b")
    last = other.documents.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=last.pk).update(number=gift.documents.get().number)
    Document.objects.filter(pk=last.pk).update(number=5)
    assert [sentence for sentence in audit() if "highest is 5" in sentence]
    Document.objects.filter(pk=last.pk).delete()
    assert "1 gifts or refunds have no number." in audit()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_at_once_take_each_number_once_and_those_that_fail_none():
    taken, faults = [], []

    def book(worker):
        try:
            for turn in range(8):
                with transaction.atomic():
                    number = numbering.take(DocumentKind.RECEIPT, 2026)
                    if turn % 4 == worker:
                        transaction.set_rollback(True)
                    else:
                        taken.append(number)
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=book, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == [] and sorted(taken) == list(range(1, 25))
    assert DocumentSeries.objects.get().last == 24


def test_what_was_booked_before_gets_the_numbers_it_would_have_had(newsroom):
    for key, moment in (("a", SUMMER), ("b", SUMMER.replace(month=8)), ("c", NEW_YEAR)):
        captured(key, at=moment)
    gift, other = Gift.objects.get(key="a"), Gift.objects.get(key="b")
    booking.book_refund(gift=gift, key="r", amount=300, happened_at=SUMMER.replace(month=9))
    booking.book_refund_failed(gift=gift, key="r", happened_at=SUMMER.replace(month=10))
    booking.book_refund(gift=other, key="odd:key", amount=200, happened_at=SUMMER.replace(month=9))
    booking.book_dispute_opened(gift=other, key="d", amount=500, happened_at=SUMMER.replace(month=9))
    booking.book_dispute_lost(gift=other, key="d", happened_at=SUMMER.replace(month=10))
    booking.book_bounce(gift=other, happened_at=SUMMER.replace(month=11))
    fields = ("kind", "year", "number", "entry_id", "gift_id", "amount", "happened_at")
    before = set(Document.objects.values_list(*fields))
    Document.objects.all().delete()
    DocumentSeries.objects.all().delete()
    migration = import_module("pennypress.funding.migrations.0017_number_gifts")
    with connection.schema_editor() if connection.vendor == "postgresql" else transaction.atomic() as editor:
        migration.forward(apps, editor)
    assert set(Document.objects.values_list(*fields)) == before and audit() == []
    assert numbering.year_of(NEW_YEAR.astimezone(ZoneInfo("UTC"))) == 2027
    captured("later")
    assert "2026-00004" in numbers()
