from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm

from pennypress.newsroom.models import Newsroom
from pennypress.newsroom.rules import currency_is_locked


class NewsroomForm(WagtailAdminModelForm):
    class Meta:
        model = Newsroom
        fields = [
            "name",
            "tagline",
            "language",
            "time_zone",
            "currency",
            "contact_email",
            "support_label",
            "staff_need_second_factor",
        ]

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"]
        if currency != self.initial.get("currency") and currency_is_locked():
            raise ValidationError(
                _("There are gifts or tiers in the present currency, so it can no longer be changed.")
            )
        return currency
