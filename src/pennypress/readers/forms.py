from django import forms
from django.utils.translation import gettext_lazy as _

from pennypress.readers.models import User


class NameForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ["name", "shows_support"]
        help_texts = {"name": _("Shown beside your comments.")}
