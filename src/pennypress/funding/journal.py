"""The books in the words of accounting programs: beancount, hledger, and a table. Text in, text out; no database.

Income is named by its campaign month, so that a month's figure is one account there as it is one figure here.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pennypress.funding.models import INCOME_ACCOUNTS, AccountName
from pennypress.lib.money import exponent

NAMES = {
    AccountName.PROVIDER: "Assets:Provider",
    AccountName.DISPUTED: "Assets:Disputed",
    AccountName.IN_TRANSIT: "Assets:InTransit",
    AccountName.BANK: "Assets:Bank",
    AccountName.CASH: "Assets:Cash",
    AccountName.PLEDGES: "Assets:Promised",
    AccountName.MATCHING: "Liabilities:Matching",
    AccountName.FEES: "Expenses:Fees:Provider",
    AccountName.DISPUTE_FEES: "Expenses:Fees:Disputes",
    AccountName.EXCHANGE: "Expenses:Exchange",
    AccountName.INCOME: "Income:Gifts",
    AccountName.COVERED: "Income:CoveredFees",
}
# Before any entry; accounts have to be opened before they are used.
OPENED = date(1970, 1, 1)
COLUMNS = ("entry", "date", "campaign month", "note", "account", "currency", "amount", "document")


@dataclass(frozen=True)
class BookedLine:
    account: str
    currency: str
    amount: int


@dataclass(frozen=True)
class Booked:
    """One entry, or one day's entries of a kind. `key` is empty where nobody's gift may be told from it.

    `document` is the number of its receipt or credit note, where it has one.
    """

    day: date
    month: date
    note: str
    lines: tuple[BookedLine, ...]
    key: str = ""
    document: str = ""


@dataclass(frozen=True)
class Chart:
    """What has to be declared before the first entry: (account, month) pairs and currencies."""

    accounts: tuple[tuple[str, date], ...]
    currencies: tuple[str, ...]


def account_name(account: str, month: date) -> str:
    """The account as accounting programs call it; income by its month."""
    name = NAMES[AccountName(account)]
    return f"{name}:{month:%Y-%m}" if account in INCOME_ACCOUNTS else name


def chart_of(entries: Iterable[Booked]) -> Chart:
    """What the entries use."""
    accounts, currencies = set(), set()
    for entry in entries:
        for line in entry.lines:
            accounts.add((line.account, entry.month))
            currencies.add(line.currency)
    return Chart(tuple(sorted(accounts)), tuple(sorted(currencies)))


def decimal(amount: int, currency: str) -> str:
    """The amount with a point and all its decimals, in no language."""
    return f"{Decimal(amount).scaleb(-exponent(currency)):f}"


def beancount(entries: Iterable[Booked], chart: Chart, *, title: str) -> Iterator[str]:
    yield f'option "title" {_quoted(title)}\n'
    for currency in chart.currencies:
        yield f'option "operating_currency" "{currency}"\n'
    yield "\n"
    for name in sorted({account_name(*pair) for pair in chart.accounts}):
        yield f"{OPENED} open {name}\n"
    for entry in entries:
        # A link, as beancount's users name an invoice.
        yield f"\n{entry.day} * {_quoted(entry.note)}{f' ^{entry.document}' if entry.document else ''}\n"
        if entry.key:
            yield f"  key: {_quoted(entry.key)}\n"
        for line in entry.lines:
            yield f"  {account_name(line.account, entry.month)}  {decimal(line.amount, line.currency)} {line.currency}\n"


def hledger(entries: Iterable[Booked], chart: Chart, *, title: str) -> Iterator[str]:
    yield f"; {_one_line(title)}\n\n"
    for currency in chart.currencies:
        places = exponent(currency)
        yield f"commodity 1000.{'0' * places} {currency}\n"
    for name in sorted({account_name(*pair) for pair in chart.accounts}):
        yield f"account {name}\n"
    for entry in entries:
        # A semicolon would begin a comment, a bar a payee. In parentheses stands what hledger calls a transaction's code.
        code = f"({entry.document}) " if entry.document else ""
        yield f"\n{entry.day} * {code}{re.sub('[;|]', ',', _one_line(entry.note))}\n"
        if entry.key:
            yield f"    ; key: {_one_line(entry.key).replace(',', ' ')}\n"
        for line in entry.lines:
            yield f"    {account_name(line.account, entry.month)}  {decimal(line.amount, line.currency)} {line.currency}\n"


def table(entries: Iterable[Booked], chart: Chart, *, title: str) -> Iterator[str]:
    yield csv_row(COLUMNS)
    for number, entry in enumerate(entries, 1):
        for line in entry.lines:
            amount = decimal(line.amount, line.currency)
            account = account_name(line.account, entry.month)
            about = (entry.key or number, entry.day, f"{entry.month:%Y-%m}", entry.note)
            yield csv_row((*about, account, line.currency, amount, entry.document))


FORMATS: dict[str, Callable[..., Iterator[str]]] = {"beancount": beancount, "hledger": hledger, "csv": table}
ENDINGS = {"beancount": "beancount", "hledger": "journal", "csv": "csv"}


def csv_row(values: Iterable[object]) -> str:
    """A row of a table; text that a spreadsheet would take for a formula is made plain."""
    out = io.StringIO()
    csv.writer(out).writerow([_plain(value) for value in values])
    return out.getvalue()


def _plain(value: object) -> object:
    text = str(value)
    formula = text[:1] in ("=", "+", "-", "@", "\t", "\r") and not re.fullmatch(r"-?[0-9.]+", text)
    return f"'{text}" if formula else text


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _quoted(text: str) -> str:
    return '"' + _one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
