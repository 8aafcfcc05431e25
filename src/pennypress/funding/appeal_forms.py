from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pennypress.funding.models import Appeal, Place, Segment, Wording
from pennypress.funding.rules import LONGEST_APPEAL_PAUSE

LETTERS = ("a", "b")
PARTS = ("title", "text", "button")


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AppealForm(forms.Form):
    """An appeal in one or two wordings. Once it was shown only its days can change."""

    place = forms.ChoiceField(label=_("Where"), choices=Place)
    segment = forms.ChoiceField(label=_("To whom"), choices=Segment)
    begins_on = forms.DateField(label=_("First day"), required=False, widget=_day())
    ends_on = forms.DateField(label=_("Last day"), required=False, widget=_day())
    a_title = forms.CharField(label=_("Heading"), max_length=80)
    a_text = forms.CharField(label=_("Text"), max_length=400, widget=forms.Textarea(attrs={"rows": 4}))
    a_button = forms.CharField(label=_("On the button"), max_length=40, required=False)
    b_title = forms.CharField(
        label=_("Second wording: heading"), max_length=80, required=False,
        help_text=_("Leave it empty where you do not want to compare. Each reader sees one of the two, by lot, and keeps it."),
    )  # fmt: skip
    b_text = forms.CharField(
        label=_("Second wording: text"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    b_button = forms.CharField(label=_("Second wording: on the button"), max_length=40, required=False)

    def __init__(self, *args: Any, appeal: Appeal, is_new: bool, stands_still: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            self.initial = {name: getattr(appeal, name) for name in ("place", "segment", "begins_on", "ends_on")}
            for wording in Wording.objects.filter(appeal=appeal):
                self.initial |= {f"{wording.letter}_{part}": getattr(wording, part) for part in PARTS}
        for name, field in self.fields.items():
            field.disabled = stands_still and name not in ("begins_on", "ends_on")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if bool(cleaned.get("b_title")) != bool(cleaned.get("b_text")):
            self.add_error("b_title", _("A second wording needs a heading and a text."))
        return cleaned

    @property
    def fields_of_appeal(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("place", "segment", "begins_on", "ends_on")}

    @property
    def wordings(self) -> dict[str, dict[str, str]]:
        found = {letter: {part: self.cleaned_data[f"{letter}_{part}"] for part in PARTS} for letter in LETTERS}
        return {letter: said for letter, said in found.items() if said["title"]}


class PauseForm(forms.Form):
    days = forms.IntegerField(
        label=_("Days between two appeals in the text or as a banner, for one reader"), min_value=1,
        max_value=LONGEST_APPEAL_PAUSE, help_text=_("What stands at the end of an article stands there always."),
    )  # fmt: skip
