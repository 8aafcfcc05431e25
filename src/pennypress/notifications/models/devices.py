from django.db import models
from django.utils import timezone

from pennypress.lib.ids import uuid7
from pennypress.notifications.models.recipients import Recipient


class Device(models.Model):
    """A browser that shows notices by itself (web push), as its push service knows it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="devices")
    endpoint = models.URLField(max_length=600, unique=True)
    public_key = models.CharField(max_length=120)
    secret = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return str(self.id)
