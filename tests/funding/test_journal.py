"""The books as files: two accounting programs that are not ours accept them, and find the same sums."""

import csv
import io
import os
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from beancount import loader
from beancount.core.data import Transaction
from django.utils import timezone

from pennypress.funding import booking, exports, journal, months
from pennypress.funding.booking import Settled
from pennypress.funding.journal import Booked, BookedLine, chart_of
from pennypress.funding.models import Document, Gift, Line
from pennypress.funding.reports import public_days

# bin/test installs it where it can; where everything is judged, it has to be there.
needs_hledger = pytest.mark.skipif(not shutil.which("hledger") and not os.environ.get("CI"), reason="no hledger here")


def give(amount, number, currency="EUR", settled=None, note="", when=None):
    gift = Gift.objects.create(
        key=str(number), amount=amount, currency=currency, provider="any", email="ann@private.example"
    )
    booking.book_capture(gift=gift, amount=amount, happened_at=when or timezone.now(), settled=settled, note=note)
    return gift


@pytest.fixture
def busy(newsroom):
    """Books with something of everything."""
    with time_machine.travel(datetime(2026, 3, 10, 23, 30, tzinfo=UTC), tick=False) as clock:
        first = give(1999, 1, settled=Settled(1999, "EUR", 59))
        give(5000, 2, "JPY", settled=Settled(3120, "EUR", 70))
        give(12345, 3, "KWD")
        give(1000, 4, settled=Settled(1080, "USD", 60))
        give(700, 5, note='Cash from "Mrs. Miller"; \\ her | café\n=1+1')
        booking.book_dispute_opened(
            gift=first, key="d", amount=1999, happened_at=timezone.now(), settled=Settled(1999, "EUR", 1500)
        )
        booking.book_payout(key="p", amount=500, currency="EUR", happened_at=timezone.now())
        clock.shift(timedelta(days=40))
        months.close_months()
        booking.book_dispute_lost(gift=first, key="d", happened_at=timezone.now())
        yield


def written(format, entries, title="The Ferry Post"):
    entries = list(entries)
    return "".join(journal.FORMATS[format](entries, chart_of(entries), title=title))


def sums_here(prefix="income"):
    found = {}
    for account, month, currency, amount in Line.objects.values_list("account", "entry__month", "currency", "amount"):
        place = (journal.account_name(account, month), currency)
        found[place] = found.get(place, 0) + amount
    return {place: journal.decimal(total, place[1]) for place, total in found.items() if total}


def bean_check(text, tmp_path):
    path = tmp_path / "books.beancount"
    path.write_text(text)
    checked = subprocess.run(["bean-check", path], capture_output=True, text=True, env=with_our_tools())
    return checked.returncode, checked.stderr


def with_our_tools():
    import sys
    from pathlib import Path

    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def hledger(text, tmp_path, *arguments):
    path = tmp_path / "books.journal"
    path.write_text(text)
    return subprocess.run(["hledger", "-f", path, *arguments], capture_output=True, text=True)


def test_beancount_accepts_the_books_and_adds_them_up_as_we_do(busy, tmp_path):
    text = written("beancount", exports.booked())
    assert bean_check(text, tmp_path) == (0, "")
    entries, errors, _options = loader.load_string(text)
    assert errors == []
    sums = {}
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                place = (posting.account, posting.units.currency)
                sums[place] = sums.get(place, 0) + posting.units.number
    assert {place: f"{total:f}" for place, total in sums.items() if total} == sums_here()


def test_beancount_would_notice_a_cent(busy, tmp_path):
    text = written("beancount", exports.booked()).replace("7.00 EUR", "7.01 EUR", 1)
    assert bean_check(text, tmp_path)[0] == 1


@needs_hledger
def test_hledger_accepts_the_books_and_adds_them_up_as_we_do(busy, tmp_path):
    text = written("hledger", exports.booked())
    checked = hledger(text, tmp_path, "check", "--strict", "ordereddates")
    assert (checked.returncode, checked.stderr) == (0, "")
    rows = list(csv.reader(io.StringIO(hledger(text, tmp_path, "balance", "--flat", "-O", "csv", "--no-total").stdout)))
    found = {
        (account, amount.split()[1]): amount.split()[0] for account, sums in rows[1:] for amount in sums.split(", ")
    }
    assert found == sums_here()


@needs_hledger
def test_hledger_would_notice_a_cent(busy, tmp_path):
    text = written("hledger", exports.booked()).replace("7.00 EUR", "7.01 EUR", 1)
    assert hledger(text, tmp_path, "check").returncode == 1


def test_the_table_has_every_line_and_no_formula(busy):
    rows = list(csv.DictReader(io.StringIO(written("csv", exports.booked()))))
    assert len(rows) == Line.objects.count()
    assert {row["amount"] for row in rows} >= {"12.345", "-12.345", "19.99"}
    formula = list(csv.reader(io.StringIO(journal.csv_row(["=1+1", "-5.00", "+49", "@x", "plain"]))))
    assert formula == [["'=1+1", "-5.00", "'+49", "'@x", "plain"]]


@needs_hledger
def test_every_receipt_and_credit_note_is_found_by_its_number(busy, tmp_path):
    numbers = sorted(map(str, Document.objects.all()))
    assert numbers == [*(f"2026-0000{n}" for n in range(1, 6)), "2026-C00001"]
    entries, errors, _options = loader.load_string(written("beancount", exports.booked()))
    links = [link for entry in entries if isinstance(entry, Transaction) for link in entry.links]
    assert errors == [] and sorted(links) == numbers
    found = hledger(written("hledger", exports.booked()), tmp_path, "print", "-O", "csv").stdout
    assert sorted({row["code"] for row in csv.DictReader(io.StringIO(found))} - {""}) == numbers
    rows = list(csv.DictReader(io.StringIO(written("csv", exports.booked()))))
    assert sorted({row["document"] for row in rows} - {""}) == numbers


def test_days_are_the_newsrooms_and_can_be_chosen(busy):
    # Half past eleven in the evening of the tenth in London is the eleventh in Berlin.
    assert {entry.day for entry in exports.booked()} == {date(2026, 3, 11), date(2026, 4, 20)}
    chosen = list(exports.booked(date(2026, 4, 1), date(2026, 4, 20)))
    assert [entry.note for entry in chosen] == ["Dispute lost"]
    assert exports.chart(date(2026, 4, 1), date(2026, 4, 20)) == chart_of(chosen)
    assert list(exports.booked(None, date(2026, 3, 10))) == []


def test_long_books_are_written_a_part_at_a_time(newsroom, django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    for number in range(5):
        give(100, number)
    with django_assert_max_num_queries(4):
        assert len(list(exports.booked())) == 5


def test_what_anybody_may_take_names_nobody_and_is_accepted_as_well(busy, tmp_path):
    days = list(public_days(date(2026, 3, 1)))
    assert [entry.note for entry in days][:2] == ["Dispute opened", "Gift (5)"]
    for format in journal.FORMATS:
        text = written(format, days)
        assert "Miller" not in text and "private" not in text
        assert not any(str(gift.pk) in text or gift.pk.hex in text for gift in Gift.objects.all())
    assert bean_check(written("beancount", days), tmp_path) == (0, "")
    sums = {}
    for entry in days:
        for line in entry.lines:
            place = (journal.account_name(line.account, entry.month), line.currency)
            sums[place] = sums.get(place, 0) + line.amount
    assert {place: journal.decimal(total, place[1]) for place, total in sums.items() if total} == sums_here()


def test_words_cannot_break_out_of_their_place():
    entry = Booked(
        day=date(2026, 1, 1), month=date(2026, 1, 1), key='k"',
        note='a "b" \\\n2026-01-02 open Assets:Evil ; c | d', lines=(BookedLine("cash", "EUR", 1), BookedLine("bank", "EUR", -1)),
    )  # fmt: skip
    entries, errors, _options = loader.load_string(written("beancount", [entry], title='x" \\\n'))
    assert errors == [] and [e.narration for e in entries if isinstance(e, Transaction)] == [
        'a "b" \\ 2026-01-02 open Assets:Evil ; c | d'
    ]
    assert written("hledger", [entry]).splitlines()[-4] == '2026-01-01 * a "b" \\ 2026-01-02 open Assets:Evil , c , d'


@pytest.mark.parametrize(("amount", "currency", "text"), [(5, "JPY", "5"), (5, "KWD", "0.005"), (-150, "HUF", "-1.50")])
def test_amounts_have_their_currencys_decimals(amount, currency, text):
    assert journal.decimal(amount, currency) == text


def test_the_commands_check_and_export(busy, capsys, tmp_path, monkeypatch):
    from pennypress.ops import books
    from pennypress.ops.data import DataDirectory

    monkeypatch.setattr(books, "_begin", lambda data: None)
    data = DataDirectory(tmp_path)
    assert books.check(data) == 0 and "balance" in capsys.readouterr().out
    assert books.export(data, format="beancount", first=date(2026, 4, 1), last=None) == 0
    assert "Dispute lost" in (out := capsys.readouterr().out) and "Payout" not in out
    Gift.objects.filter(key="4").update(returned=1)
    assert books.check(data) == 1 and "the books keep" in capsys.readouterr().out
