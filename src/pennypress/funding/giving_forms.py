"""The giving screen: how much and how often, what comes on top, and what the giver says with it."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pennypress.funding import words
from pennypress.funding.cover import Fee
from pennypress.funding.models import Honour, Interval
from pennypress.funding.providers.base import Provider
from pennypress.funding.rules import Refused, check_amount
from pennypress.funding.words import Card, OnTheWall
from pennypress.lib.money import BadAmount, parse_amount

INTERVALS = {"monthly": Interval.MONTH, "yearly": Interval.YEAR}


class AmountForm(forms.Form):
    """How much and how often. In the cleaned data `gift` is what the newsroom is to have, `covered` the fee on top of it,
    and `amount` what is charged: both together, in minor units."""

    often = forms.ChoiceField(
        choices=[("once", _("Once")), ("monthly", _("Every month")), ("yearly", _("Every year"))],
        initial="once",
        error_messages={"required": _("Please choose how often."), "invalid_choice": _("Please choose how often.")},
    )
    once = forms.CharField(required=False)
    monthly = forms.CharField(required=False)
    yearly = forms.CharField(required=False)
    own = forms.CharField(required=False, max_length=40)
    # A page may have been open since before the newsroom took a way back.
    way = forms.ChoiceField(
        label=_("How to pay"),
        required=False,
        error_messages={"invalid_choice": _("This way to pay is not offered any more. Please choose again.")},
    )
    cover = forms.BooleanField(label=_("Pay the fee on top, so that all of my gift arrives"), required=False)

    def __init__(self, *args: Any, currency: str, ways: list[Provider], fees: dict[str, Fee], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency, self.fees = currency, fees
        choices = [(way.name, way.label) for way in ways]
        self.fields["way"].choices = choices  # type: ignore[attr-defined]
        self.fields["way"].initial = choices[0][0] if choices else ""

    @property
    def fee(self) -> Fee | None:
        """What the chosen way takes, where the newsroom has said so."""
        return self.fees.get(str(self["way"].value() or self.fields["way"].initial))

    def clean_way(self) -> str:
        return str(self.cleaned_data["way"] or self.fields["way"].initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["interval"] = INTERVALS.get(cleaned.get("often", ""), "")
        # Each frequency has suggestions of its own; what was pressed under the other one is not meant.
        own, choice = cleaned.get("own", "").strip(), cleaned.get(cleaned.get("often", "once"), "")
        try:
            if own:
                gift = parse_amount(own, self.currency)
            elif re.fullmatch("[0-9]{1,11}", choice):
                gift = int(choice)
            else:
                raise BadAmount(str(_("Please choose an amount.")))
            check_amount(gift, self.currency)
        except (BadAmount, Refused) as error:
            self.add_error("own", str(error))
            return cleaned
        covered = self.fee.added_to(gift) if self.fee and cleaned.get("cover") else 0
        return cleaned | {"gift": gift, "covered": covered, "amount": gift + covered}


class GiftForm(AmountForm):
    """All of the screen. With the fee on top it is only sent on when `seen` says the sum that it showed."""

    email = forms.EmailField(label=_("E-mail address"), help_text=_("For the receipt, and for nothing else."))
    key = forms.CharField(max_length=64)
    seen = forms.CharField(required=False, max_length=20)
    # What led here (visits.py), and the appeal that was pressed. Nothing in them can be wrong enough to stand in a gift's way.
    visit = forms.Field(required=False, widget=forms.HiddenInput)
    appeal = forms.Field(required=False, widget=forms.HiddenInput)
    # A name is the wish: without one nobody is named.
    wall_name = forms.CharField(label=_("Your name, as others shall see it"), required=False)
    wall_message = forms.CharField(label=_("A few words (if you like)"), required=False)
    honour = forms.ChoiceField(
        choices=Honour.Kind,
        required=False,
        initial=Honour.Kind.HONOUR,
        error_messages={"invalid_choice": _("Please choose honour or memory.")},
    )
    honour_name = forms.CharField(label=_("Their name"), required=False)
    honour_by = forms.CharField(label=_("Your name on the card (if you like)"), required=False)
    honour_message = forms.CharField(label=_("A few words on the card (if you like)"), required=False)
    honour_email = forms.EmailField(label=_("Mail the card to (if you like)"), required=False)

    @property
    def choice_errors(self) -> list[str]:
        """What is wrong with the choices, which are drawn without a place for an error of their own."""
        return [str(error) for name in ("often", "way", "honour") for error in self.errors.get(name, [])]

    @property
    def wall_is_open(self) -> bool:
        return bool(self["wall_name"].value() or self["wall_message"].value())

    @property
    def honour_is_open(self) -> bool:
        return any(self[f"honour_{name}"].value() for name in ("name", "by", "message", "email"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        wall = self._words("wall", "name", "message")
        honour = self._words("honour", "name", "message", "by")
        email = cleaned.get("honour_email", "")
        cleaned["wall"] = OnTheWall(**wall) if wall["name"] else None
        cleaned["card"] = None
        if honour["name"]:
            cleaned["card"] = Card(kind=cleaned.get("honour") or Honour.Kind.HONOUR, email=email, **honour)
        elif honour["by"] or honour["message"] or email:
            self.add_error("honour_name", _("Please say in whose honour or memory you give."))
        if wall["message"] and not wall["name"]:
            self.add_error("wall_name", _("Please give the name that is to stand with these words."))
        return cleaned

    def _words(self, prefix: str, *names: str) -> dict[str, str]:
        """What was said under these names, as it is kept; what cannot be kept is an error of its field."""
        said = {}
        for name in names:
            field = f"{prefix}_{name}"
            given = self.cleaned_data.get(field, "")
            try:
                check = words.checked_message if name == "message" else words.checked_name
                said[name] = check(given) if given else ""
            except Refused as error:
                self.add_error(field, str(error))
                said[name] = ""
        return said

    @property
    def has_shown_the_sum(self) -> bool:
        return not self.cleaned_data["covered"] or self.cleaned_data["seen"] == str(self.cleaned_data["amount"])
