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
    # Seconds since the page was opened, by its script's word.
    seconds = forms.CharField(required=False, max_length=10)
    # What a browser was asked to work out in a thread that runs hot.
    proof = forms.CharField(required=False, max_length=4_000)

    def clean_seconds(self) -> int | None:
        """No number says nothing, as if there were no script."""
        given = self.cleaned_data["seconds"]
        return int(given) if given.isascii() and given.isdecimal() else None


class RemovalForm(forms.Form):
    rule = forms.ChoiceField(choices=Rule, label=_("Rule"))
    note = forms.CharField(required=False, max_length=500, label=_("Note"))
