from django.db import models
from django.utils import timezone

from pennypress.lib.ids import uuid7


class ProviderEvent(models.Model):
    """The inbox: what a provider told us, written down before it is acknowledged, applied once by the worker."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(max_length=20)
    object = models.CharField(max_length=100)
    kind = models.CharField(max_length=40)
    body = models.TextField()
    happened_at = models.DateTimeField(default=timezone.now, help_text="When it happened, by the provider's word.")
    received_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "object", "kind"], name="event_once")]
