from django import forms
from django.utils.translation import gettext_lazy as _

from pennypress.discussion.models import Rule
from pennypress.discussion.rules import MAX_NAME


class CommentForm(forms.Form):
    """What a commenter sends. Length and emptiness are judged by the rules, so that every way of posting agrees."""

    text = forms.CharField(required=False, strip=False)
    name = forms.CharField(required=False, max_length=10 * MAX_NAME)
    email = forms.EmailField(required=False)
    parent = forms.UUIDField(required=False)
    submission = forms.CharField(required=False, max_length=64)
    # A field no person sees; a program that fills in everything fills it in.
    website = forms.CharField(required=False)

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("This looks like a program's work, so it was not posted."))
        return ""


class RemovalForm(forms.Form):
    rule = forms.ChoiceField(choices=Rule, label=_("Rule"))
    note = forms.CharField(required=False, max_length=500, label=_("Note"))
