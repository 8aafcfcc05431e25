"""Money as integers in minor units, with one table of exponents (ISO 4217), read exactly and shown in the site's way."""

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel import numbers
from django.utils import translation
from django.utils.translation import gettext as _

# ISO 4217 exponents that differ from two. The table is the one place that knows them.
EXPONENTS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "UYI": 0, "CLF": 4, "UYW": 4,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip


THREE_DECIMALS = 3


class BadAmount(ValueError):
    """The text is no amount of this currency; the message is one sentence for the person who wrote it."""


def exponent(currency: str) -> int:
    """How many decimal places the currency's minor unit has. Raises BadAmount for an unknown currency."""
    if not re.fullmatch("[A-Z]{3}", currency) or currency not in numbers.list_currencies():
        raise BadAmount(_("%(currency)s is not a currency we know.") % {"currency": currency[:12]})
    return EXPONENTS.get(currency, 2)


def parse_amount(text: str, currency: str) -> int:
    """Read what a person typed, in the active language's or the plain way, as minor units.

    The last dot or comma is the decimal sign if at most `exponent` digits follow it; signs before it must group
    thousands. Raises BadAmount when the text is no positive-looking number or has too many decimals.
    """
    places = exponent(currency)
    plain = re.sub(r"[\s\u00a0\u202f'’]", "", text)
    plain = plain.translate({ord("\u2212"): "-"})
    match = re.fullmatch(r"(-?)(\d{1,3}(?:[.,]\d{3})+|\d+)(?:([.,])(\d*))?", plain)
    if not match or len(plain) > 20:
        raise BadAmount(_("Please give the amount as a number, such as 5 or 12.50."))
    sign, whole, mark, decimals = match.groups()
    grouping = set(re.findall("[.,]", whole))
    if len(grouping) > 1 or (mark and mark in grouping):
        raise BadAmount(_("Please give the amount as a number, such as 5 or 12.50."))
    if grouping == {decimal_sign()} and not mark:
        # "1.500" is no thousand where the sign is the language's decimal sign, but an amount with three decimals.
        whole, _sign, decimals = whole.rpartition(decimal_sign())
        if re.search("[.,]", whole):
            raise BadAmount(_("Please give the amount as a number, such as 5 or 12.50."))
    decimals = decimals or ""
    if len(decimals) > places:
        raise BadAmount(_("This amount has more decimals than the currency."))
    digits = re.sub("[.,]", "", whole)
    try:
        amount = Decimal(f"{sign}{digits}.{decimals or 0}")
    except InvalidOperation as error:
        raise BadAmount(_("Please give the amount as a number, such as 5 or 12.50.")) from error
    return int(amount.scaleb(places))


def minor_units(text: str, currency: str) -> int:
    """Read what a program wrote, digits with at most one dot: "12.50". Zeros beyond the currency's decimals are none.

    Raises BadAmount for anything else.
    """
    places = exponent(currency)
    if not re.fullmatch(r"[+-]?\d{1,15}(\.\d{0,10})?", text):
        raise BadAmount(_("“%(text)s” is no amount.") % {"text": text[:30]})
    scaled = Decimal(text).scaleb(places)
    if scaled != scaled.to_integral_value():
        raise BadAmount(_("This amount has more decimals than the currency."))
    return int(scaled)


def plain_decimal(minor: int, currency: str) -> str:
    """The amount as programs write it, with a dot and all decimals: "12.50"; minor_units reads it back."""
    return f"{Decimal(minor).scaleb(-exponent(currency)):f}"


def plain_amount(minor: int, currency: str) -> str:
    """The amount as a person would type it into a field; parse_amount reads it back."""
    places = exponent(currency)
    text = f"{Decimal(minor).scaleb(-places):f}"
    return text.replace(".", decimal_sign())


def decimal_sign() -> str:
    """The active language's decimal sign, a dot or a comma."""
    sign = numbers.get_decimal_symbol((translation.get_language() or "en").replace("-", "_"))
    return sign if sign in ".," else "."


def format_money(minor: int, currency: str, *, whole: bool = False) -> str:
    """The amount in the active language; `whole` leaves out decimals that are zero."""
    return _formatted(minor, currency, whole, (translation.get_language() or "en").replace("-", "_"))


# A page shows the same few amounts again and again: its tiers, and what is given often.
@lru_cache(4096)
def _formatted(minor: int, currency: str, whole: bool, language: str) -> str:
    amount = Decimal(minor).scaleb(-exponent(currency))
    if whole and amount == amount.to_integral_value():
        return numbers.format_currency(
            amount, currency, locale=language, currency_digits=False, decimal_quantization=True, format=_whole(language)
        )
    return numbers.format_currency(amount, currency, locale=language)


def _whole(language: str) -> str:
    from babel import Locale

    pattern = Locale.parse(language).currency_formats["standard"].pattern
    return re.sub(r"([#0,]+)\.0+", r"\1", pattern)
