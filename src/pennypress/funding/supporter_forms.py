from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.funding.models import Interval
from pennypress.funding.models.gifts import LONGEST_REASON
from pennypress.funding.rules import Refused, check_amount
from pennypress.funding.supporters import Change
from pennypress.lib.ids import uuid7
from pennypress.lib.money import BadAmount, parse_amount


class SupporterLinkForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), help_text=_("The one you gave with."))


class ChangeForm(forms.Form):
    """One press on a supporter's page. `minor` in the cleaned data is the new amount in minor units, or 0.

    A form without `do` is the one button of the pages before this one: it ends the gift.
    """

    do = forms.ChoiceField(choices=[(name, name) for name in (*Change, "card", "end")], required=False)
    amount = forms.CharField(required=False, max_length=40)
    day = forms.DateField(required=False)
    interval = forms.ChoiceField(choices=Interval, required=False)
    reason = forms.CharField(required=False, max_length=LONGEST_REASON)
    key = forms.RegexField(r"^[0-9a-f]{1,64}\Z", required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["minor"], cleaned["moment"] = 0, None
        cleaned["key"] = cleaned.get("key") or uuid7().hex
        if "do" in cleaned and not cleaned["do"]:
            cleaned["do"] = "end"
        if cleaned.get("do") == Change.DAY and "day" in cleaned:
            if not cleaned["day"]:
                self.add_error("day", _("Please choose a day."))
            else:
                # Noon keeps the day the same whatever the clock does around it.
                cleaned["moment"] = timezone.make_aware(datetime.combine(cleaned["day"], time(12)))
        if cleaned.get("do") in (Change.AMOUNT, Change.INTERVAL):
            try:
                cleaned["minor"] = parse_amount(cleaned.get("amount", ""), self.currency)
                check_amount(cleaned["minor"], self.currency)
            except (BadAmount, Refused) as error:
                self.add_error("amount", str(error))
        return cleaned

    @property
    def first_error(self) -> str:
        return str(next(iter(self.errors.values()))[0])
