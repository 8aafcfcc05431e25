"""Statements as tables. Every bank has its own columns, so an editor says once which is which; we guess first."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from pennypress.funding.providers.bank_transfer.statements.rows import BadStatement, Row, keyed
from pennypress.lib.money import BadAmount, minor_units

SEPARATORS = ";,\t|"
MOST_LINES, MOST_COLUMNS = 50_000, 60
DAY_ORDERS = {"ymd": r"(?P<y>\d{4})\D(?P<m>\d\d?)\D(?P<d>\d\d?)", "dmy": r"(?P<d>\d\d?)\D(?P<m>\d\d?)\D(?P<y>\d{4}|\d\d)",
              "mdy": r"(?P<m>\d\d?)\D(?P<d>\d\d?)\D(?P<y>\d{4}|\d\d)"}  # fmt: skip
# Words of column heads, in the languages of the banks whose tables we have seen; the first that fits is the guess.
HEADS = {
    "day": "booking date|buchungstag|buchung|date|datum|fecha|valuta|التاريخ",
    "amount": "amount|betrag|umsatz|montant|importe|المبلغ",
    "credit": "credit|haben|crédit|abono|paid in|money in",
    "debit": "debit|soll|débit|cargo|paid out|money out",
    "name": "name|payer|auftraggeber|beguenstigter|begünstigter|zahlungspflichtiger|contrepartie|ordenante|counterparty",
    "purpose": "purpose|verwendungszweck|reference|description|libellé|concepto|details|buchungstext|memo",
    "currency": "currency|währung|waehrung|devise|divisa|moneda",
    "number": "transaction id|transaction number|referenz|reference number|umsatz-id|numéro",
}


@dataclass(frozen=True)
class Table:
    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    first_line: int

    @property
    def signature(self) -> str:
        """By what the columns of this bank are known again."""
        return "\x1f".join(self.head)[:1000]


@dataclass(frozen=True)
class Columns:
    """Which column is which, by its place; -1 for one that is not there. Either `amount`, or `credit` and `debit`."""

    day: int
    amount: int = -1
    credit: int = -1
    debit: int = -1
    name: int = -1
    purpose: int = -1
    currency: int = -1
    number: int = -1
    day_order: str = "ymd"
    decimal: str = "."


def open_table(data: bytes) -> Table:
    """The table in a file, past the lines that banks put before it. Raises BadStatement where there is none."""
    text = _decoded(data)
    sample = text[:20_000]
    separator = max(SEPARATORS, key=sample.count)
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=separator))[: MOST_LINES + 1]
    except csv.Error:
        raise BadStatement(_("This file is no table of values with separators.")) from None
    widths = Counter(len(line) for line in lines if len(line) >= 3)
    if not widths or len(lines) > MOST_LINES:
        raise BadStatement(_("This file is no table of values with separators, or it is too long."))
    width = widths.most_common(1)[0][0]
    start = next(number for number, line in enumerate(lines) if len(line) == width)
    head = tuple(cell.strip()[:80] for cell in lines[start])
    if width > MOST_COLUMNS or not any(re.search(r"[^\W\d]", cell) for cell in head):
        raise BadStatement(_("The first line of the table has to name its columns."))
    body = tuple(
        tuple(cell.strip() for cell in line) for line in lines[start + 1 :] if any(cell.strip() for cell in line)
    )
    return Table(head, body, start + 2)


def guess(table: Table) -> Columns:
    """Which column is which, as far as their heads and what stands in them tell."""
    found: dict[str, int] = {}
    for name, words in HEADS.items():
        for word in words.split("|"):
            place = next(
                (n for n, cell in enumerate(table.head) if word in cell.lower() and n not in found.values()), -1
            )
            if place >= 0:
                found[name] = place
                break
    if "amount" in found:
        found.pop("credit", None)
        found.pop("debit", None)
    day = found.pop("day", 0)
    money = found.get("amount", found.get("credit", 0))
    return Columns(day=day, day_order=_day_order(_cells(table, day)), decimal=_decimal(_cells(table, money)), **found)


def read_table(table: Table, columns: Columns, *, currency: str) -> list[Row]:
    """The rows of the table. Raises BadStatement with the line that cannot be read; then nothing of it is used."""
    rows = []
    for number, line in enumerate(table.lines, start=table.first_line):
        try:
            amount = _amount(line, columns, currency)
            rows.append(
                Row(
                    booked_on=_day(_cell(line, columns.day), columns.day_order),
                    amount=amount,
                    currency=_cell(line, columns.currency).upper() or currency,
                    name=_cell(line, columns.name)[:140],
                    purpose=" ".join(_cell(line, columns.purpose).split())[:500],
                    number=_cell(line, columns.number)[:100],
                )
            )
        except (ValueError, BadAmount) as error:
            raise BadStatement(
                _("Line %(number)s cannot be read: %(why)s") % {"number": number, "why": error}
            ) from None
    return keyed(row for row in rows if row.amount)


def _amount(line: Sequence[str], columns: Columns, currency: str) -> int:
    currency = _cell(line, columns.currency).upper() or currency
    if columns.amount >= 0:
        return _money(_cell(line, columns.amount), columns.decimal, currency)
    credit = _money(_cell(line, columns.credit) or "0", columns.decimal, currency)
    debit = _money(_cell(line, columns.debit) or "0", columns.decimal, currency)
    return abs(credit) - abs(debit)


def _money(text: str, decimal: str, currency: str) -> int:
    plain = re.sub(r"[^\d.,+\-\u2212]", "", text).replace("\u2212", "-")
    if plain.endswith(("-", "+")):
        plain = plain[-1] + plain[:-1]
    plain = plain.replace("," if decimal == "." else ".", "").replace(decimal, ".")
    return minor_units(plain, currency)


def _day(text: str, order: str) -> date:
    match = re.match(DAY_ORDERS[order], text)
    if not match:
        raise ValueError(_("“%(text)s” is no day.") % {"text": text[:30]})
    year = int(match["y"])
    return date(year + 2000 if year < 100 else year, int(match["m"]), int(match["d"]))


def _day_order(cells: Sequence[str]) -> str:
    for order in ("ymd", "dmy", "mdy"):
        try:
            for cell in cells:
                _day(cell, order)
        except ValueError:
            continue
        return order
    return "dmy"


def _decimal(cells: Sequence[str]) -> str:
    """The sign that stands last with two digits behind it, in most cells."""
    commas = sum(bool(re.search(r",\d{1,2}\D*$", cell)) for cell in cells)
    return "," if commas * 2 > len(cells) else "."


def _cells(table: Table, place: int) -> list[str]:
    return [cell for line in table.lines[:200] if (cell := _cell(line, place))]


def _cell(line: Sequence[str], place: int) -> str:
    return line[place] if 0 <= place < len(line) else ""


def _decoded(data: bytes) -> str:
    for coding in ("utf-16", "utf-8-sig") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return data.decode(coding)
        except UnicodeDecodeError:
            continue
    # What German and French banks' programs write where they do not write Unicode; no byte is wrong in it.
    return data.decode("cp1252", "replace")
