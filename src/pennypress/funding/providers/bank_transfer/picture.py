"""The transfer as a picture that banking apps read (European Payments Council, EPC069-12: "quick response code")."""

import segno

from pennypress.funding.models import BankAccount, Gift
from pennypress.lib.money import plain_decimal

# The standard knows euros only, and so much of them.
MOST_CENTS = 99_999_999_999


def transfer_picture(account: BankAccount, gift: Gift, reference: str) -> str:
    """An address with the picture in it, or "" where the transfer is none the standard knows."""
    if gift.currency != "EUR" or gift.amount > MOST_CENTS or not account.iban[:2].isalpha():
        return ""
    lines = [
        "BCD", "002", "1", "SCT", account.bic, account.holder, account.iban,
        f"EUR{plain_decimal(gift.amount, 'EUR')}", "", "", reference,
    ]  # fmt: skip
    return segno.make("\n".join(lines), error="m", micro=False).svg_data_uri(scale=4, border=4, light="#fff")
