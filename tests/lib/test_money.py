import pytest
from django.utils import translation

from pennypress.lib.money import BadAmount, exponent, format_money, parse_amount, plain_amount


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("5", "EUR", 500), ("12.50", "EUR", 1250), ("12,5", "EUR", 1250), ("1,234.56", "EUR", 123456),
     ("1.234,56", "EUR", 123456), ("1 234,56", "EUR", 123456), ("1,000", "EUR", 100000), ("500", "JPY", 500),
     ("1.5", "KWD", 1500), ("-5", "EUR", -500), ("0", "EUR", 0)],
)  # fmt: skip
def test_reads_what_people_write(text, currency, minor):
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize("text", ["", "abc", "1e9", "1,234.567", "1.2.3", "--5", "5 apples", "1,23,456", "9" * 30])
def test_refuses_what_is_no_amount(text):
    with pytest.raises(BadAmount):
        parse_amount(text, "EUR")


def test_refuses_decimals_a_currency_has_not():
    with pytest.raises(BadAmount):
        parse_amount("5.5", "JPY")


def test_refuses_an_unknown_currency():
    with pytest.raises(BadAmount):
        exponent("XXQ")


def test_shows_money_in_the_sites_way():
    assert format_money(136000, "USD", whole=True) == "$1,360"
    assert format_money(136050, "USD") == "$1,360.50"
    with translation.override("de"):
        assert format_money(136000, "EUR", whole=True) == "1.360\xa0€"


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize(
    ("minor", "currency"), [(123450, "EUR"), (1500, "KWD"), (1234567, "KWD"), (5000, "JPY"), (150, "HUF")]
)
def test_a_field_reads_back_what_it_shows(language, minor, currency):
    with translation.override(language):
        assert parse_amount(plain_amount(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("currency", "places"),
    [("JPY", 0), ("KRW", 0), ("ISK", 0), ("CLP", 0), ("VND", 0), ("XOF", 0), ("UGX", 0), ("KWD", 3), ("BHD", 3), ("TND", 3),
     ("CLF", 4), ("HUF", 2), ("TWD", 2), ("MGA", 2), ("EUR", 2), ("USD", 2)],
)  # fmt: skip
def test_minor_units_are_those_of_iso_4217(currency, places):
    assert exponent(currency) == places


@pytest.mark.parametrize(
    ("minor", "currency", "language", "shown"),
    [(1234567, "JPY", "en", "¥1,234,567"), (1234567, "KWD", "en", "KWD1,234.567"), (123456700, "HUF", "hu", "1234567Ft"),
     (123456789, "HUF", "hu", "1234567,89Ft"), (-500, "JPY", "en", "-¥500"), (5, "KWD", "en", "KWD0.005")],
)  # fmt: skip
def test_currencies_without_and_with_many_decimals_are_shown_right(minor, currency, language, shown):
    with translation.override(language):
        assert "".join(format_money(minor, currency, whole=True).split()) == shown


@pytest.mark.parametrize(
    ("text", "currency"), [("5.5", "JPY"), ("5.1234", "KWD"), ("5.1234", "HUF"), ("0.00001", "CLF")]
)
def test_no_currency_takes_more_decimals_than_it_has(text, currency):
    with pytest.raises(BadAmount):
        parse_amount(text, currency)
