from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from pennypress.lib.ids import uuid7
from pennypress.newsroom import choices


class Newsroom(models.Model):
    """Who publishes here: one row, read by every request, so that pages agree on name, language, time and money."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site = models.OneToOneField("wagtailcore.Site", on_delete=models.PROTECT, related_name="newsroom", editable=False)
    name = models.CharField(_("name"), max_length=80, validators=[MinLengthValidator(1)])
    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    language = models.CharField(_("language"), max_length=12, default="en", choices=choices.languages)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", choices=choices.time_zones)
    currency = models.CharField(_("currency"), max_length=3, default="EUR", choices=choices.currencies)
    contact_email = models.EmailField(_("contact address"), blank=True)
    support_label = models.CharField(
        _("words on the support button"),
        max_length=60,
        blank=True,
        help_text=_("Leave empty for “Support” and the newsroom's name."),
    )
    staff_need_second_factor = models.BooleanField(
        _("staff need a second factor"),
        default=False,
        help_text=_("Staff must set up a passkey or an authenticator before they can use the editor's desk."),
    )
    navigation = models.JSONField(
        default=list, editable=False, help_text="Written by publishing: a list of {title, url}."
    )

    class Meta:
        verbose_name = _("newsroom")
        verbose_name_plural = _("newsroom")

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Where readers find it. Wagtail's own row of the site does not know: it says localhost unless somebody edits it."""
        return settings.BASE_URL
