"""camt.053, the statement of ISO 20022, in any of its versions: names are read without their namespace."""

from collections.abc import Iterator
from datetime import date

from lxml import etree

from pennypress.funding.providers.bank_transfer.statements.rows import BadStatement, Row, keyed
from pennypress.lib.money import BadAmount, minor_units

# A year of a busy account is a few megabytes; the upload's own bound is above this.
MOST_ROWS = 50_000


def read_camt(data: bytes) -> list[Row]:
    """The booked movements of all statements in the file. Raises BadStatement."""
    # Nothing is resolved, loaded or fetched from what a file says.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise BadStatement(f"This is no whole XML file (line {error.lineno}).") from None
    statements = root.findall(".//{*}Stmt")
    if not statements:
        raise BadStatement("This XML file holds no account statement (camt.053).")
    rows = [row for statement in statements for row in _rows(statement)]
    if len(rows) > MOST_ROWS:
        raise BadStatement("This statement is too long; please export a shorter time.")
    return keyed(rows)


def _rows(statement: etree._Element) -> Iterator[Row]:
    account = _text(statement, "Acct/Id/IBAN") or _text(statement, "Acct/Id/Othr/Id")
    for entry in statement.findall("{*}Ntry"):
        # Older versions write the state as a word, newer ones as a code within.
        if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) not in ("BOOK", ""):
            continue
        parts = entry.findall("{*}NtryDtls/{*}TxDtls")
        whole = _row(entry, entry, parts[0] if len(parts) == 1 else None, account)
        split = (
            [_row(entry, part, part, account, place) for place, part in enumerate(parts, start=1)]
            if len(parts) > 1
            else []
        )
        # A batch is told apart where its parts say what they are worth; else it is one movement.
        if (
            split
            and all(_amount_of(part) is not None for part in parts)
            and sum(r.amount for r in split) == whole.amount
        ):
            yield from split
        else:
            yield whole


def _row(
    entry: etree._Element, source: etree._Element, details: etree._Element | None, account: str, place: int = 0
) -> Row:
    amount = _amount_of(source)
    if amount is None:
        amount = _amount_of(entry)
    if amount is None:
        raise BadStatement("A movement of this statement has no amount.")
    value, currency = amount
    sign = -1 if (_text(source, "CdtDbtInd") or _text(entry, "CdtDbtInd")) == "DBIT" else 1
    about = details if details is not None else entry
    party = "Dbtr" if sign > 0 else "Cdtr"
    number = _text(entry, "AcctSvcrRef") or _text(about, "Refs/AcctSvcrRef")
    return Row(
        booked_on=_day(entry),
        amount=sign * value,
        currency=currency,
        name=_text(about, f"RltdPties/{party}/Pty/Nm") or _text(about, f"RltdPties/{party}/Nm"),
        purpose=_purpose(about),
        account=account,
        number=f"{number}/{place}" if number and place else number,
        returned=_text(entry, "RvslInd") == "true" or about.find("{*}RtrInf") is not None,
    )


def _purpose(about: etree._Element) -> str:
    lines = [found.text or "" for found in about.findall("{*}RmtInf/{*}Ustrd")]
    lines += [found.text or "" for found in about.findall("{*}RmtInf/{*}Strd/{*}CdtrRefInf/{*}Ref")]
    end_to_end = _text(about, "Refs/EndToEndId")
    if end_to_end not in ("", "NOTPROVIDED"):
        lines.append(end_to_end)
    lines.append(_text(about, "AddtlNtryInf"))
    return " ".join(" ".join(lines).split())[:500]


def _amount_of(source: etree._Element) -> tuple[int, str] | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = source.find("/".join("{*}" + step for step in path.split("/")))
        if found is not None:
            currency = found.get("Ccy", "")
            try:
                return minor_units((found.text or "").strip(), currency), currency
            except BadAmount as error:
                raise BadStatement(f"An amount cannot be read: {error}") from None
    return None


def _day(entry: etree._Element) -> date:
    text = _text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm") or _text(entry, "ValDt/Dt")
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise BadStatement("A movement of this statement has no day.") from None


def _text(source: etree._Element, path: str) -> str:
    found = source.find("/".join("{*}" + step for step in path.split("/")))
    return (found.text or "").strip() if found is not None else ""
