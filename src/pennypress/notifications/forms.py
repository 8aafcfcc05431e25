from django import forms
from django.utils.translation import gettext_lazy as _

from pennypress.notifications.models import Frequency


class SubscribeForm(forms.Form):
    """What somebody sends who wants to be told of something."""

    email = forms.EmailField(required=False, max_length=254)
    frequency = forms.ChoiceField(choices=Frequency, required=False)
    # A field no person sees; a program that fills in everything fills it in.
    website = forms.CharField(required=False)

    def clean_frequency(self) -> str:
        return self.cleaned_data["frequency"] or Frequency.NOW

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("This looks like a program's work, so nothing was subscribed to."))
        return ""


class LinkForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)


class DeviceForm(forms.Form):
    """A browser as it describes itself."""

    endpoint = forms.URLField(max_length=600, assume_scheme="https")
    public_key = forms.CharField(max_length=120)
    secret = forms.CharField(max_length=40)
