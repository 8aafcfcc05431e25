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
