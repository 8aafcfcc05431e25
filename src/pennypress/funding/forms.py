import datetime
import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.funding.models import AccountName, Carry, FundingPlan, GiftState, Interval, Tier
from pennypress.funding.providers.base import Provider
from pennypress.funding.rules import MOST_SUGGESTIONS, Refused, check_amount, check_amount_by_hand
from pennypress.lib.money import BadAmount, format_money, parse_amount, plain_amount

# A year typed with a digit too few is no gift of the first century.
EARLIEST = datetime.date(2000, 1, 1)


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class GiftForm(forms.Form):
    """The giving screen. `amount` in the cleaned data is in minor units."""

    often = forms.ChoiceField(
        choices=[("once", _("Once")), ("monthly", _("Every month")), ("yearly", _("Every year"))], initial="once"
    )
    once = forms.CharField(required=False)
    monthly = forms.CharField(required=False)
    yearly = forms.CharField(required=False)
    way = forms.ChoiceField(label=_("How to pay"), required=False)
    own = forms.CharField(required=False, max_length=40)
    email = forms.EmailField(label=_("E-mail address"), help_text=_("For the receipt, and for nothing else."))
    key = forms.CharField(max_length=64)

    def __init__(self, *args: Any, currency: str, ways: list[Provider], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        choices = [(way.name, way.label) for way in ways]
        self.fields["way"].choices = choices  # type: ignore[attr-defined]
        self.fields["way"].initial = choices[0][0] if choices else ""

    def clean_way(self) -> str:
        return str(self.cleaned_data["way"] or self.fields["way"].initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["interval"] = {"monthly": Interval.MONTH, "yearly": Interval.YEAR}.get(cleaned.get("often", ""), "")
        # Each frequency has suggestions of its own; what was pressed under the other one is not meant.
        own, choice = cleaned.get("own", "").strip(), cleaned.get(cleaned.get("often", "once"), "")
        try:
            if own:
                cleaned["amount"] = parse_amount(own, self.currency)
            elif re.fullmatch("[0-9]{1,11}", choice):
                cleaned["amount"] = int(choice)
            else:
                raise BadAmount(str(_("Please choose an amount.")))
            check_amount(cleaned["amount"], self.currency)
        except (BadAmount, Refused) as error:
            self.add_error("own", str(error))
        return cleaned


class OfflineGiftForm(forms.Form):
    amount = forms.CharField(label=_("Amount"), max_length=40)
    account = forms.ChoiceField(
        label=_("Where the money is"),
        choices=[
            (AccountName.CASH, _("Cash box")),
            (AccountName.BANK, _("Bank, by transfer or cheque")),
        ],
    )
    date = forms.DateField(
        label=_("Date"), initial=lambda: timezone.localdate(), widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=200)
    email = forms.EmailField(label=_("Giver's e-mail address"), required=False)
    receipt = forms.BooleanField(label=_("Mail a receipt to this address"), required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("receipt") and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("A receipt needs an address."))
        return cleaned

    def clean_date(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["date"]
        if not EARLIEST <= day <= timezone.localdate():
            raise forms.ValidationError(_("Please give a day that is over, and after the year 2000."))
        return day

    def clean_amount(self) -> int:
        try:
            amount = parse_amount(self.cleaned_data["amount"], self.currency)
            check_amount_by_hand(amount)
        except (BadAmount, Refused) as error:
            raise forms.ValidationError(str(error)) from None
        return amount


class TierForm(forms.ModelForm[Tier]):
    amount = forms.CharField(label=_("Amount"), max_length=40)

    class Meta:
        model = Tier
        fields = ["amount", "title", "pays_for"]

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        if self.instance.amount:
            self.initial["amount"] = plain_amount(self.instance.amount, currency)

    clean_amount = OfflineGiftForm.clean_amount


class PlanForm(forms.Form):
    """What the giving screen suggests. The cleaned lists are in minor units, smallest first."""

    once = forms.CharField(
        label=_("Suggested for one gift"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One amount on each line, six at most."),
    )  # fmt: skip
    monthly = forms.CharField(
        label=_("Suggested for every month"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One amount on each line, six at most."),
    )  # fmt: skip

    def __init__(self, *args: Any, currency: str, plan: FundingPlan) -> None:
        super().__init__(*args)
        self.currency = currency
        for name, amounts in (("once", plan.suggested_once), ("monthly", plan.suggested_monthly)):
            self.initial[name] = "\n".join(plain_amount(minor, currency) for minor in amounts)

    def clean_once(self) -> list[int]:
        return self._amounts(self.cleaned_data["once"])

    def clean_monthly(self) -> list[int]:
        return self._amounts(self.cleaned_data["monthly"])

    def _amounts(self, text: str) -> list[int]:
        try:
            amounts = {parse_amount(line, self.currency) for line in text.splitlines() if line.strip()}
            for amount in amounts:
                check_amount(amount, self.currency)
        except (BadAmount, Refused) as error:
            raise forms.ValidationError(str(error)) from None
        if len(amounts) > MOST_SUGGESTIONS:
            raise forms.ValidationError(_("Please suggest six amounts at most."))
        return sorted(amounts)


class GiftFilterForm(forms.Form):
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *GiftState.choices])
    month = forms.DateField(
        label=_("Month"), required=False, input_formats=["%Y-%m"], widget=forms.DateInput(attrs={"type": "month"})
    )
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean_month(self) -> datetime.date | None:
        month: datetime.date | None = self.cleaned_data["month"]
        if month and not EARLIEST <= month <= timezone.localdate():
            raise forms.ValidationError(_("Please give a month that has begun, and after the year 2000."))
        return month


class RefundForm(forms.Form):
    """What of a gift is given back; all that is left of it where nobody says otherwise."""

    amount = forms.CharField(label=_("Amount"), max_length=40)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, currency: str, left: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.initial["amount"] = plain_amount(left, currency)
        self.fields["amount"].help_text = _("%(left)s is left of this gift.") % {"left": format_money(left, currency)}

    clean_amount = OfflineGiftForm.clean_amount


class CountingForm(forms.Form):
    """How the meter counts."""

    after_fees = forms.TypedChoiceField(
        label=_("The meter shows what was raised"), coerce=lambda value: value == "after", widget=forms.RadioSelect,
        choices=[("before", _("before fees")), ("after", _("after fees"))],
    )  # fmt: skip
    carry = forms.ChoiceField(
        label=_("What one month hands to the next"), choices=Carry.choices, widget=forms.RadioSelect,
        help_text=_("A change counts for months that close from now on; handing on nothing counts at once."),
    )  # fmt: skip

    def __init__(self, *args: Any, plan: FundingPlan) -> None:
        super().__init__(*args)
        self.initial = {"after_fees": "after" if plan.after_fees else "before", "carry": plan.carry}


class ExpenseForm(forms.Form):
    """What a month was spent on. The cleaned amount is in minor units, the month is its first day."""

    month = forms.DateField(
        label=_("Month"), input_formats=["%Y-%m"], widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m")
    )
    category = forms.CharField(
        label=_("Category"), max_length=60, help_text=_("Such as rent, printing, or wages. Readers see it."),
        widget=forms.TextInput(attrs={"list": "categories"}),
    )  # fmt: skip
    note = forms.CharField(label=_("What for"), required=False, max_length=200, help_text=_("Readers see this too."))
    amount = forms.CharField(label=_("Amount"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    clean_amount = OfflineGiftForm.clean_amount

    def clean_month(self) -> datetime.date:
        month: datetime.date = self.cleaned_data["month"]
        if not EARLIEST <= month <= timezone.localdate():
            raise forms.ValidationError(_("Please give a month that has begun, and after the year 2000."))
        return month


class OfferForm(forms.Form):
    """Somebody doubles what others give. Moments are the newsroom's; the cleaned cap is in minor units."""

    name = forms.CharField(label=_("Who doubles"), max_length=80, help_text=_("Readers see it as you write it."))
    amount = forms.CharField(
        label=_("Up to"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("All gifts together are doubled up to this sum, and not a cent further."),
    )  # fmt: skip
    begins_at = forms.DateTimeField(label=_("From"), widget=_moment())
    ends_at = forms.DateTimeField(label=_("Until"), widget=_moment())
    account = forms.ChoiceField(
        label=_("Where their money is"), required=False, widget=forms.RadioSelect,
        choices=[
            ("", _("Only promised: shown apart, and counted when it comes")),
            (AccountName.BANK, _("At the bank: counted with each gift it doubles")),
            (AccountName.CASH, _("In the cash box: counted with each gift it doubles")),
        ],
    )  # fmt: skip
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    clean_amount = OfflineGiftForm.clean_amount


class ReceiveForm(forms.Form):
    """The promised money has come."""

    amount = forms.CharField(
        label=_("What came"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    account = forms.ChoiceField(
        label=_("Where it is"), choices=[(AccountName.BANK, _("Bank")), (AccountName.CASH, _("Cash box"))]
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    clean_amount = OfflineGiftForm.clean_amount
