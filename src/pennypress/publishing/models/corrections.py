from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.lib.ids import uuid7
from pennypress.publishing.models.pages import ArticlePage

MAX_CORRECTION = 2_000


class Correction(models.Model):
    """A dated, public change of fact in a published article. It stands for good, or is withdrawn by somebody by name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    page = models.ForeignKey(ArticlePage, on_delete=models.CASCADE, related_name="corrections")
    text = models.TextField(_("correction"), max_length=MAX_CORRECTION)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # Who is named for it; and who may be, once they have said yes.
    credit = models.CharField(max_length=80, blank=True)
    credit_asked = models.CharField(max_length=80, blank=True)
    # What led to it, as whoever knows it calls it; publishing does not know what that is.
    source = models.CharField(max_length=80, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["page", "source"],
                condition=models.Q(withdrawn_at=None) & ~models.Q(source=""),
                name="one_correction_per_source",
            )
        ]
        indexes = [models.Index(fields=["-made_at", "-id"], name="correction_newest")]

    def __str__(self) -> str:
        return self.text[:80]
