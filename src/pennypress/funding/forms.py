import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.funding.models import AccountName, Carry, FeeCover, FundingPlan, GiftState, Tier
from pennypress.funding.rules import (
    MOST_SHARE,
    MOST_SUGGESTIONS,
    SMALLEST_UNDER_ATTACK,
    Refused,
    bounds,
    check_amount,
    check_amount_by_hand,
)
from pennypress.lib.money import BadAmount, format_money, parse_amount, plain_amount

# A year typed with a digit too few is no gift of the first century.
EARLIEST = datetime.date(2000, 1, 1)


def _name_currency(form: Any, *names: str) -> None:
    """Amounts are typed in one currency, and their labels say in which."""
    for name in names:
        field = form.fields[name]
        field.label = _("%(label)s, in %(currency)s") % {"label": field.label, "currency": form.currency}


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def a_month_that_has_begun(month: datetime.date | None) -> datetime.date | None:
    if month and not EARLIEST <= month <= timezone.localdate():
        raise forms.ValidationError(_("Please give a month that has begun, and after the year 2000."))
    return month


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
        _name_currency(self, "amount")

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
        _name_currency(self, "amount")
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

    yearly = forms.CharField(
        label=_("Suggested for every year"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One amount on each line, six at most."),
    )  # fmt: skip

    def __init__(self, *args: Any, currency: str, plan: FundingPlan) -> None:
        super().__init__(*args)
        self.currency = currency
        _name_currency(self, "once", "monthly", "yearly")
        suggested = {"once": plan.suggested_once, "monthly": plan.suggested_monthly, "yearly": plan.yearly_amounts}
        for name, amounts in suggested.items():
            self.initial[name] = "\n".join(plain_amount(minor, currency) for minor in amounts)

    def clean_once(self) -> list[int]:
        return self._amounts(self.cleaned_data["once"])

    def clean_monthly(self) -> list[int]:
        return self._amounts(self.cleaned_data["monthly"])

    def clean_yearly(self) -> list[int]:
        return self._amounts(self.cleaned_data["yearly"])

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


class EarnedMonthForm(forms.Form):
    month = forms.DateField(input_formats=["%Y-%m"])

    def clean_month(self) -> datetime.date | None:
        return a_month_that_has_begun(self.cleaned_data["month"])


class GiftFilterForm(forms.Form):
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *GiftState.choices])
    month = forms.DateField(
        label=_("Month"), required=False, input_formats=["%Y-%m"], widget=forms.DateInput(attrs={"type": "month"})
    )
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean_month(self) -> datetime.date | None:
        return a_month_that_has_begun(self.cleaned_data["month"])


class RefundForm(forms.Form):
    """What of a gift is given back; all that is left of it where nobody says otherwise."""

    amount = forms.CharField(label=_("Amount"), max_length=40)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, currency: str, left: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        _name_currency(self, "amount")
        self.initial["amount"] = plain_amount(left, currency)
        self.fields["amount"].help_text = _("%(left)s is left of this gift.") % {"left": format_money(left, currency)}

    clean_amount = OfflineGiftForm.clean_amount


class FeeCoverForm(forms.Form):
    """What a provider takes; readers may pay it on top. Nothing in both fields, and it is not offered."""

    share = forms.DecimalField(
        label=_("Per cent of each payment"), required=False, min_value=0, max_value=MOST_SHARE, decimal_places=2,
        help_text=_("As on the provider's price list, such as 1.5."),
    )  # fmt: skip
    fixed = forms.CharField(label=_("And a fixed amount"), required=False, max_length=40)

    def __init__(self, *args: Any, currency: str, cover: FeeCover | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        _name_currency(self, "fixed")
        if cover:
            self.initial = {
                "share": Decimal(cover.basis_points) / 100, "fixed": plain_amount(cover.fixed, currency)
            }  # fmt: skip

    def clean_share(self) -> int:
        """In hundredths of a per cent."""
        return int((self.cleaned_data["share"] or 0) * 100)

    def clean_fixed(self) -> int:
        text = self.cleaned_data["fixed"].strip()
        try:
            fixed = parse_amount(text, self.currency) if text else 0
        except BadAmount as error:
            raise forms.ValidationError(str(error)) from None
        if not 0 <= fixed <= bounds(self.currency)[1]:
            raise forms.ValidationError(_("Please give what one payment costs."))
        return fixed


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
        _name_currency(self, "amount")

    clean_amount = OfflineGiftForm.clean_amount

    def clean_month(self) -> datetime.date | None:
        return a_month_that_has_begun(self.cleaned_data["month"])


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
        _name_currency(self, "amount")

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
        _name_currency(self, "amount")

    clean_amount = OfflineGiftForm.clean_amount


class AttackForm(forms.Form):
    """Somebody tries stolen cards. The cleaned smallest gift is in minor units."""

    why = forms.CharField(
        label=_("Why"), max_length=200, help_text=_("For those who look here later, such as “400 gifts of one euro since nine”.")
    )  # fmt: skip
    hours = forms.TypedChoiceField(
        label=_("For how long"), coerce=int, initial=24,
        choices=[(1, _("one hour")), (6, _("six hours")), (24, _("a day")), (72, _("three days")), (168, _("a week"))],
    )  # fmt: skip
    smallest = forms.CharField(
        label=_("Smallest gift meanwhile"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        _name_currency(self, "smallest")
        self.initial["smallest"] = plain_amount(SMALLEST_UNDER_ATTACK * bounds(currency)[0], currency)

    def clean_smallest(self) -> int:
        try:
            return parse_amount(self.cleaned_data["smallest"], self.currency)
        except BadAmount as error:
            raise forms.ValidationError(str(error)) from None


class StatementForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"))
    year = forms.IntegerField(label=_("Year"), min_value=1970, max_value=9999)
