from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.lib.ids import uuid7


class Recipient(models.Model):
    """Somebody who may be told: one for each address, whether or not the person has an account.

    So a person with several subscriptions is one person, and is told once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True, help_text="In small letters.")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="recipient",
        help_text="Whose verified address this is.",
    )  # fmt: skip
    # The browser in which a guest pressed "Confirm": what is asked for there later needs no further mail.
    browser_key = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(null=True, help_text="When a confirmation was last asked for by mail.")
    paused_at = models.DateTimeField(null=True, help_text="Since when nothing is sent, by this person's wish.")
    refused_at = models.DateTimeField(null=True, help_text="Since when the address wants no more such questions.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_permissions = ()
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")

    def __str__(self) -> str:
        return str(self.id)
