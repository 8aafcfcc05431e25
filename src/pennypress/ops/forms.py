from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from pennypress.newsroom import choices


class SetUpForm(forms.Form):
    name = forms.CharField(label=_("Name of the newspaper"), max_length=80)
    language = forms.ChoiceField(label=_("Language"), choices=choices.languages, initial="en")
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=choices.time_zones, initial="UTC")
    currency = forms.ChoiceField(label=_("Currency"), choices=choices.currencies, initial="EUR")
    editor_name = forms.CharField(label=_("Your name"), max_length=80)
    email = forms.EmailField(label=_("Your e-mail address"))
    password = forms.CharField(
        label=_("A password"),
        help_text=_("At least 12 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> Any:
        validate_password(self.cleaned_data["password"])
        return self.cleaned_data["password"]
