from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminPageChooser

from pennypress.publishing.models import ArticlePage
from pennypress.publishing.models.corrections import MAX_CORRECTION


class CorrectionForm(forms.Form):
    article = forms.ModelChoiceField(
        ArticlePage.objects.live(), label=_("Article"), widget=AdminPageChooser(target_models=[ArticlePage])
    )
    text = forms.CharField(
        label=_("Correction"),
        max_length=MAX_CORRECTION,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What was wrong and what is right, in a sentence or two. Change the article's text as well."),
    )
    credit = forms.CharField(
        label=_("Thanks to"), required=False, max_length=80, help_text=_("The reader who noticed; may stay empty.")
    )
    ask = forms.ChoiceField(
        label=_("Name this reader"),
        choices=[
            ("yes", _("when they have agreed: they are asked by mail, if they gave an address")),
            ("", _("at once: they have agreed already")),
        ],
        required=False,
        initial="yes",
        widget=forms.RadioSelect,
    )
    source = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("ask") and cleaned.get("credit") and not cleaned.get("source"):
            self.add_error("ask", _("Nobody can be asked here: this correction comes from no reader's comment."))
        return cleaned
