import re
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from pennypress.discussion.actions import Selection
from pennypress.discussion.mentions import MAX_MENTIONS
from pennypress.discussion.models import Rule, Sanction
from pennypress.discussion.rules import (
    MAX_NAME,
    MAX_REPORT_NOTE,
    MAX_SLOW_MINUTES,
    MAX_SUSPENSION,
    MIN_SLOW_MINUTES,
)
from pennypress.lib.blocks import BLOCK_ID

# No paragraph is longer; a larger number is nobody's place.
MAX_OFFSET = 1_000_000
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class CommentForm(forms.Form):
    """What a commenter sends. Length and emptiness are judged by the rules, so that every way of posting agrees."""

    text = forms.CharField(required=False, strip=False)
    name = forms.CharField(required=False, max_length=10 * MAX_NAME)
    email = forms.EmailField(required=False)
    parent = forms.UUIDField(required=False)
    # What it is about: a passage that is known, or what the reader chose in the text as they had it before them.
    passage = forms.UUIDField(required=False)
    block = forms.RegexField(BLOCK_ID, required=False)
    start = forms.IntegerField(required=False, min_value=0, max_value=MAX_OFFSET)
    end = forms.IntegerField(required=False, min_value=1, max_value=MAX_OFFSET)
    quote = forms.CharField(required=False, strip=False)
    notify = forms.CharField(required=False, max_length=12)
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

    @property
    def mentions(self) -> list[UUID]:
        """Comments of people the writer chose to name, as far as they are numbers of comments at all."""
        chosen = self.data.getlist("mention") if hasattr(self.data, "getlist") else []
        return [UUID(number) for number in chosen[:MAX_MENTIONS] if UUID_FORM.fullmatch(number)]

    @property
    def selection(self) -> Selection | None:
        """What the comment is about, if it is about a passage."""
        asked = self.cleaned_data
        if asked["passage"]:
            return Selection(passage_id=asked["passage"])
        if not asked["block"]:
            return None
        # A form's text comes with the line ends of a form.
        quote = asked["quote"].replace("\r\n", "\n")
        return Selection(None, asked["block"], asked["start"] or 0, asked["end"] or 0, quote)

    @property
    def selection_or_none(self) -> Selection | None:
        """The same of a form that may have been refused for something else."""
        has_all = {"passage", "block", "start", "end", "quote"} <= self.cleaned_data.keys()
        return self.selection if has_all else None


class _Unchanged(dict[str, forms.Field]):
    """Fields that no form changes: Django copies those of every other form with all they hold, for each post."""

    def __deepcopy__(self, memo: object) -> "_Unchanged":
        return self


CommentForm.base_fields = _Unchanged(CommentForm.base_fields)  # type: ignore[attr-defined]


class RemovalForm(forms.Form):
    rule = forms.ChoiceField(choices=Rule, label=_("Rule"))
    note = forms.CharField(required=False, max_length=500, label=_("Note"))


class ReportForm(forms.Form):
    rule = forms.ChoiceField(choices=Rule, label=_("What is wrong with it?"), widget=forms.RadioSelect)
    note = forms.CharField(
        required=False, max_length=MAX_REPORT_NOTE, label=_("Anything a moderator should know (optional)")
    )
    email = forms.EmailField(
        required=False, label=_("E-mail, if you want to know what comes of it (not needed when you are signed in)")
    )


class SanctionForm(forms.Form):
    kind = forms.ChoiceField(choices=Sanction.Kind, label=_("Sanction"))
    rule = forms.ChoiceField(choices=Rule, label=_("Rule"))
    note = forms.CharField(required=False, max_length=500, label=_("Note to the person"))
    days = forms.IntegerField(required=False, min_value=1, max_value=MAX_SUSPENSION.days, label=_("Days"))
    minutes = forms.IntegerField(
        required=False,
        min_value=MIN_SLOW_MINUTES,
        max_value=MAX_SLOW_MINUTES,
        label=_("Minutes between comments"),
    )
