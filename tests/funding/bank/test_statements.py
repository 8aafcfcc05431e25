"""Statements of banks: camt.053 in old and new versions, and tables as German, English and French banks write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.funding.providers.bank_transfer.statements.camt import read_camt
from pennypress.funding.providers.bank_transfer.statements.rows import BadStatement, Row, keyed
from pennypress.funding.providers.bank_transfer.statements.table import guess, open_table, read_table


def camt(entries, version="001.02"):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.{version}"><BkToCstmrStmt><Stmt><Id>S1</Id>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>""".encode()


def entry(amount="25.00", way="CRDT", number="B1", status="<Sts>BOOK</Sts>", details="", day="2026-11-03"):
    return f"""<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd>{status}<BookgDt><Dt>{day}</Dt></BookgDt>
<AcctSvcrRef>{number}</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>"""


PAYER = """<TxDtls><RltdPties><Dbtr><Nm>Ann Reader</Nm></Dbtr></RltdPties>
<RmtInf><Ustrd>Gift for the paper 7K3M-</Ustrd><Ustrd>9QX2</Ustrd></RmtInf></TxDtls>"""


def test_a_credit_is_read_with_payer_and_purpose():
    (row,) = read_camt(camt(entry(details=PAYER)))
    assert (row.booked_on, row.amount, row.currency) == (date(2026, 11, 3), 2500, "EUR")
    assert (row.name, row.purpose) == ("Ann Reader", "Gift for the paper 7K3M- 9QX2")
    assert row.account == "DE89370400440532013000" and not row.returned


def test_newer_versions_name_parties_and_states_deeper():
    details = "<TxDtls><RltdPties><Dbtr><Pty><Nm>Ann</Nm></Pty></Dbtr></RltdPties></TxDtls>"
    (row,) = read_camt(camt(entry(status="<Sts><Cd>BOOK</Cd></Sts>", details=details), version="001.08"))
    assert row.name == "Ann"
    assert read_camt(camt(entry(status="<Sts><Cd>PDNG</Cd></Sts>"), version="001.08")) == []


def test_a_debit_that_came_back_says_so():
    details = "<TxDtls><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls>"
    (row,) = read_camt(camt(entry(way="DBIT", details=details)))
    assert row.amount == -2500 and row.returned


def test_a_batch_is_told_apart_where_its_parts_say_what_they_are_worth():
    part = '<TxDtls><Amt Ccy="EUR">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>'
    rows = read_camt(camt(entry("30.00", details=part.format("10.00") + part.format("20.00"))))
    assert [row.amount for row in rows] == [1000, 2000] and rows[0].key != rows[1].key
    rows = read_camt(camt(entry("30.00", details=part.format("10.00") + part.format("19.00"))))
    assert [row.amount for row in rows] == [3000]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no whole XML"),
        (b"<Document><a>", "no whole XML"),
        (b"<html/>", "no account statement"),
        (camt("<Ntry><CdtDbtInd>CRDT</CdtDbtInd></Ntry>"), "no amount"),
        (camt(entry("1e9")), "cannot be read"),
        (camt(entry("1.005")), "cannot be read"),
        (camt(entry(day="yesterday")), "no day"),
        (camt(entry()).replace(b'"EUR"', b'"EURO"'), "cannot be read"),
    ],
)
def test_a_file_that_is_no_statement_gets_one_sentence(data, sentence):
    with pytest.raises(BadStatement, match=sentence):
        read_camt(data)


def test_a_statement_cannot_make_us_read_other_files_or_grow():
    bomb = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "&a;&a;">]>"""
    named = camt(entry(details=PAYER.replace("Ann Reader", "&b;"))).split(b"?>", 1)[1]
    try:
        rows = read_camt(bomb + named)
    except BadStatement:
        return
    assert rows[0].name == ""


def test_a_row_has_the_same_key_in_every_statement_that_holds_it():
    first = read_camt(camt(entry(details=PAYER) + entry(number="B2")))
    later = read_camt(camt(entry(number="B2") + entry(number="B3")))
    assert first[1].key == later[0].key and len({row.key for row in first + later}) == 3


rows = st.builds(
    Row, booked_on=st.dates(date(2026, 1, 1), date(2026, 1, 3)), amount=st.sampled_from([500, 1000]),
    currency=st.just("EUR"), name=st.sampled_from(["Ann", "Ben"]), purpose=st.just("Gift"),
)  # fmt: skip


@given(st.lists(rows, max_size=12))
def test_equal_payments_of_a_day_are_as_many_as_they_are(made):
    keys = [row.key for row in keyed(made)]
    assert len(set(keys)) == len(made)
    # The same days in a second statement bring nothing new.
    assert {row.key for row in keyed(made)} == set(keys)


GERMAN = """Kontoinhaber;Die Fährpost e. V.\r\nIBAN;DE89 3704\r\n\r\nBuchungstag;Valuta;Auftraggeber/Empfänger;Verwendungszweck;Betrag;Währung
03.11.2026;03.11.2026;Jörg Leser;Spende 7K3M-9QX2;1.025,00;EUR
04.11.2026;04.11.2026;Stadtwerke;Strom;-80,5;EUR
"""
ENGLISH = """Date,Description,Paid out,Paid in,Balance
03/11/2026,"ANN READER, GIFT",,25.00,125.00
04/11/2026,RENT,"1,500.00",,-1375.00
"""


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_german_table(coding):
    table = open_table(GERMAN.encode(coding))
    columns = guess(table)
    assert (columns.day_order, columns.decimal) == ("dmy", ",")
    gift, power = read_table(table, columns, currency="EUR")
    assert (gift.booked_on, gift.amount, gift.name) == (date(2026, 11, 3), 102500, "Jörg Leser")
    assert gift.purpose == "Spende 7K3M-9QX2" and power.amount == -8050


def test_an_english_table_with_two_columns_of_money():
    table = open_table(ENGLISH.encode())
    columns = guess(table)
    assert (columns.credit, columns.debit, columns.amount) == (3, 2, -1)
    gift, rent = read_table(table, columns, currency="GBP")
    assert (gift.amount, rent.amount, gift.currency) == (2500, -150000, "GBP")


def test_a_line_that_cannot_be_read_is_named_and_nothing_is_used():
    table = open_table(GERMAN.replace("04.11.2026;04", "31.02.2026;04").encode())
    with pytest.raises(BadStatement, match="Line 6 cannot be read"):
        read_table(table, guess(table), currency="EUR")


@pytest.mark.parametrize("data", [b"", b"hello", b"\x00\x01\x02;;", b"1;2;3\n4;5;6\n", b"a,b\n" * 3, b"\xff\xfe"])
def test_what_is_no_table_gets_one_sentence(data):
    with pytest.raises(BadStatement):
        open_table(data)
