"""Every figure on every page about money, read at its place, against what the account at the provider says of itself."""

import csv
import io
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from beancount import loader
from beancount.core.data import Transaction

from pennypress.funding.desk import MONTHS_SHOWN

BERLIN = ZoneInfo("Europe/Berlin")
INCOME, FEES = "Income from gifts", ("Provider fees", "Dispute fees")


@dataclass
class Expected:
    """A month as the account's own charges, refunds and movements make it, in minor units."""

    raised: int = 0
    fees: int = 0
    returned: int = 0
    gifts: int = 0


def month_of(stamp):
    return datetime.fromtimestamp(stamp, UTC).astimezone(BERLIN).strftime("%Y-%m")


def by_the_account(stripe):
    charges = {charge["id"]: charge for charge in stripe.all("charge") if charge["paid"]}
    disputes = {dispute["id"]: dispute["charge"] for dispute in stripe.all("dispute")}
    months = {}
    for charge in charges.values():
        month = months.setdefault(month_of(charge["created"]), Expected())
        month.raised += charge["amount"] - charge["amount_refunded"]
        month.returned += charge["amount_refunded"]
        month.gifts += 1
    for moved in stripe.all("balance_transaction"):
        if moved["fee"]:
            charge = charges[disputes.get(moved["source"], moved["source"])]
            months[month_of(charge["created"])].fees += moved["fee"]
    return months


def money(minor):
    return f"€{minor // 100}" if minor % 100 == 0 else exact(minor)


def exact(minor):
    return f"€{Decimal(minor) / 100:.2f}"


def minor(text):
    """What a figure says, a minus before or behind the sign of the currency."""
    whole = Decimal(re.sub("[€,]", "", text.replace("−", "-")))
    return int(whole * 100)


def named(month):
    return datetime.strptime(month, "%Y-%m").strftime("%B %Y")


def rows(page, table):
    return page.eval_on_selector_all(f"{table} tr", "rows => rows.map(r => [...r.cells].map(c => c.innerText.trim()))")


def public_pages_are_right(page, paper, months):
    now = datetime.now(BERLIN).strftime("%Y-%m")
    running = months.get(now, Expected())
    for address in ("/", "/months/"):
        page.goto(paper + address)
        assert page.locator(".meter-raised").inner_text() == money(running.raised)
    assert page.request.get(f"{paper}/meter.json").json()["raised"] == running.raised
    assert money(running.raised) in re.findall(">([^<]*)<", page.request.get(f"{paper}/meter.svg").text())
    newest_first = sorted(months.items(), reverse=True)
    assert rows(page, "main table tbody") == [
        [named(month), money(one.raised), money(one.returned), str(one.gifts)] for month, one in newest_first
    ]
    table = list(csv.DictReader(io.StringIO(page.request.get(f"{paper}/months/figures.csv").text())))
    names = ("month", "raised before fees", "fees", "given back", "gifts", "changed after the close")
    assert [tuple(row[name] for name in names) for row in table] == [
        (
            month,
            *(f"{Decimal(sum_) / 100:.2f}" for sum_ in (one.raised, one.fees, one.returned)),
            str(one.gifts),
            "0.00",
        )
        for month, one in newest_first
    ]
    for month, one in newest_first:
        page.goto(f"{paper}/months/{month}/")
        assert page.locator(".meter-raised").inner_text() == money(one.raised)
        came_in = [cells[1] for cells in rows(page, "main table tbody")]
        supporters = "1" if one.raised else "0"
        assert came_in == [money(one.raised), money(one.fees), money(one.returned), str(one.gifts), supporters]
        public = list(csv.DictReader(io.StringIO(page.request.get(f"{paper}/months/{month}/books.csv").text())))
        assert sums_of(public)["Income:Gifts:" + month] == -one.raised
        assert "@" not in str(public) and "ch_" not in str(public)


def desk_is_right(page, paper, months, disputed=0):
    now = datetime.now(BERLIN).strftime("%Y-%m")
    page.goto(f"{paper}/admin/funding/")
    content = page.locator("#main")
    assert content.locator("p > strong").first.inner_text() == money(months.get(now, Expected()).raised)
    links = content.locator("li:has(a[href*='/funding/months/'])")
    listed = [line.split(": ") for line in links.all_inner_texts()]
    newest = sorted(months.items(), reverse=True)[:MONTHS_SHOWN]
    assert listed == [[named(month), money(one.raised)] for month, one in newest]
    for month, one in months.items():
        page.goto(f"{paper}/admin/funding/months/{month}/")
        found = Counter()
        for _date, _entry, lines in rows(page, "#main table tbody"):
            entry = [re.fullmatch("(.*) (\\S+)", line).groups() for line in lines.splitlines()]
            assert sum(minor(amount) for _account, amount in entry) == 0
            for account, amount in entry:
                found[account] += minor(amount)
        assert found[INCOME] == -one.raised and sum(found[name] for name in FEES) == one.fees
        assert found["Held back in disputes"] in (0, disputed)
    page.goto(f"{paper}/admin/funding/gifts/?state=captured")
    gifts = rows(page, "#main table tbody")
    assert sum(minor(gift[1]) for gift in gifts) == sum(one.raised + one.returned for one in months.values())
    back = [re.findall("€[0-9.]+", gift[6]) for gift in gifts]
    said = sum(minor(sum_) for found in back for sum_ in found)
    assert said == sum(one.returned for one in months.values()) + disputed


def supporters_page_is_right(page, address, stripe, disputed=0):
    page.goto(address)
    charges = [charge for charge in stripe.all("charge") if charge["paid"]]
    receipts = page.locator(".supporter-receipts > li")
    assert sorted(receipts.locator("> strong").all_inner_texts()) == sorted(money(one["amount"]) for one in charges)
    text = page.locator(".supporter-receipts").inner_text()
    back = [refund["amount"] for refund in stripe.all("refund")]
    assert sorted(re.findall(r"(€[0-9.]+) went back on", text)) == sorted(money(amount) for amount in back)
    assert re.findall("(€[0-9.]+) held back by your bank", text) == ([money(disputed)] if disputed else [])
    years = {}
    for amount, stamp in [(one["amount"], one["created"]) for one in charges]:
        years.setdefault(month_of(stamp)[:4], [0, 0])[0] += amount
    for refund in stripe.all("refund"):
        years.setdefault(month_of(refund["created"])[:4], [0, 0])[1] += refund["amount"]
    for year, (given, returned) in years.items():
        page.goto(f"{address.rstrip('/')}/{year}/")
        together = [cells[-1] for cells in rows(page, "table.statement:last-of-type tbody")]
        wanted = [given, *([-returned] if returned else []), given - returned]
        assert [minor(sum_) for sum_ in together] == wanted
        assert sum(minor(cells[-1]) for cells in rows(page, "table.statement:first-of-type tbody")) == given - returned


def exports_are_right(page, paper, months, stripe, folder: Path):
    """In all three forms, and two programs that are not ours have nothing against them."""
    files = {}
    for ending in ("csv", "beancount", "journal"):
        files[ending] = folder / f"books.{ending}"
        files[ending].write_text(page.request.get(f"{paper}/admin/funding/books.{ending}").text())
    found = sums_of(list(csv.DictReader(io.StringIO(files["csv"].read_text()))))
    assert {name: sum_ for name, sum_ in found.items() if name.startswith("Income:Gifts:")} == {
        f"Income:Gifts:{month}": -one.raised for month, one in months.items()
    }
    fees = sum(sum_ for name, sum_ in found.items() if name.startswith("Expenses:Fees"))
    assert fees == sum(one.fees for one in months.values())
    assert found["Assets:Provider"] == sum(moved["net"] for moved in stripe.all("balance_transaction"))
    assert sum(found.values()) == 0
    entries, errors, _options = loader.load_file(str(files["beancount"]))
    judged = Counter()
    for entry in entries:
        for posting in entry.postings if isinstance(entry, Transaction) else ():
            judged[posting.account] += int(posting.units.number * 100)
    assert errors == [] and judged == found
    if hledger := shutil.which("hledger"):
        subprocess.run([hledger, "-f", files["journal"], "check", "--strict"], check=True)
        balance = [hledger, "-f", files["journal"], "balance", "--flat", "--no-total", "--empty", "-O", "csv"]
        told = csv.reader(io.StringIO(subprocess.run(balance, check=True, capture_output=True, text=True).stdout))
        assert {name: minor(sum_.removesuffix(" EUR")) for name, sum_ in list(told)[1:]} == found


def sums_of(table):
    found = Counter()
    for row in table:
        assert row["currency"] == "EUR"
        found[row["account"]] += minor(row["amount"])
    return found
