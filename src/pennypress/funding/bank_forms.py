"""Forms of the bank's desk."""

import re
from dataclasses import asdict
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from pennypress.funding.models import BankAccount
from pennypress.funding.providers.bank_transfer.statements.table import DAY_ORDERS, Columns, Table
from pennypress.lib.money import BadAmount, parse_amount, plain_amount

# A year of a busy account; more is no statement.
LARGEST_STATEMENT = 8_000_000


class BankAccountForm(forms.ModelForm[BankAccount]):
    class Meta:
        model = BankAccount
        fields = ["holder", "iban", "bic", "bank"]

    def clean_iban(self) -> str:
        """An IBAN with its check digits (ISO 13616), or another account number as it is."""
        text = re.sub(r"\s", "", self.cleaned_data["iban"]).upper()
        if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}", text):
            turned = text[4:] + text[:4]
            if int("".join(str(int(letter, 36)) for letter in turned)) % 97 != 1:
                raise forms.ValidationError(_("A digit of this IBAN is wrong: its check digits do not fit."))
        return text

    def clean_bic(self) -> str:
        text = re.sub(r"\s", "", self.cleaned_data["bic"]).upper()
        if text and not re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", text):
            raise forms.ValidationError(_("A BIC has eight or eleven letters and digits."))
        return text


class SecondPersonForm(forms.Form):
    above = forms.CharField(
        label=_("Money booked by hand above this amount needs a second person"), required=False, max_length=40,
        help_text=_("Empty: one person is always enough. Both need the right to manage funding."),
    )  # fmt: skip

    def __init__(self, *args: Any, currency: str, above: int | None) -> None:
        super().__init__(*args)
        self.initial = {"above": "" if above is None else plain_amount(above, currency)}
        self.currency = currency

    def clean_above(self) -> int | None:
        text = self.cleaned_data["above"].strip()
        if not text:
            return None
        try:
            amount = parse_amount(text, self.currency)
        except BadAmount as error:
            raise forms.ValidationError(str(error)) from None
        if amount < 0:
            raise forms.ValidationError(_("Please give an amount of zero or more."))
        return amount


class StatementForm(forms.Form):
    file = forms.FileField(label=_("Bank statement (camt.053 or a table)"))

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > LARGEST_STATEMENT:
            raise forms.ValidationError(_("This file is too large for a statement; please export a shorter time."))
        return file


class ColumnsForm(forms.Form):
    """Which column is which. The cleaned data makes a `Columns`."""

    day = forms.TypedChoiceField(label=_("Day"), coerce=int)
    day_order = forms.ChoiceField(
        label=_("Days are written as"),
        choices=[("ymd", _("year, month, day")), ("dmy", _("day, month, year")), ("mdy", _("month, day, year"))],
    )
    amount = forms.TypedChoiceField(label=_("Amount, with its sign"), coerce=int)
    credit = forms.TypedChoiceField(label=_("or: money that came in"), coerce=int)
    debit = forms.TypedChoiceField(label=_("and money that went out"), coerce=int)
    decimal = forms.ChoiceField(label=_("Amounts are written as"), choices=[(".", "1,234.56"), (",", "1.234,56")])
    name = forms.TypedChoiceField(label=_("From whom, to whom"), coerce=int)
    purpose = forms.TypedChoiceField(label=_("Purpose"), coerce=int)
    currency = forms.TypedChoiceField(label=_("Currency"), coerce=int)
    number = forms.TypedChoiceField(label=_("The bank's number of the row"), coerce=int)

    def __init__(self, *args: Any, table: Table, columns: Columns) -> None:
        super().__init__(*args)
        self.initial = asdict(columns)
        places = [(place, head or f"{place + 1}") for place, head in enumerate(table.head)]
        for name, field in self.fields.items():
            if isinstance(field, forms.TypedChoiceField):
                field.choices = places if name == "day" else [(-1, "–"), *places]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("amount", -1) < 0 and cleaned.get("credit", -1) < 0:
            self.add_error("amount", _("Please say in which column the amounts are."))
        return cleaned

    @property
    def columns(self) -> Columns:
        assert self.cleaned_data["day_order"] in DAY_ORDERS
        return Columns(**self.cleaned_data)
