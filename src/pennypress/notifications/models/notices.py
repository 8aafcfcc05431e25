from django.db import models
from django.db.models import Q
from django.utils import timezone

from pennypress.lib.ids import uuid7
from pennypress.notifications.models.recipients import Recipient
from pennypress.notifications.models.subscriptions import Subscription


class Notice(models.Model):
    """That one person is told of one thing: once, however many of their subscriptions it meets.

    It holds no words of what it tells of: they are asked for when they are shown or mailed, so that what was
    removed meanwhile is told to nobody.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="notices")
    subscription = models.ForeignKey(Subscription, null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=12)
    subject = models.CharField(max_length=80)
    thread = models.UUIDField(null=True)
    at_once = models.BooleanField(default=False, help_text="Told by itself, not in a digest.")
    due_at = models.DateTimeField(null=True, help_text="When to mail it; empty when it was, or needs no mail.")
    read_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["recipient", "source", "subject"], name="told_once")]
        indexes = [
            models.Index(fields=["due_at", "recipient"], condition=Q(due_at__isnull=False), name="notice_due"),
            models.Index(fields=["recipient", "id"], name="notice_inbox"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["recipient", "created_at"], condition=Q(at_once=True), name="notice_at_once"),
            models.Index(fields=["created_at"], name="notice_age"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.subject}"
