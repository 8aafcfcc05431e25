from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.lib.ids import uuid7
from pennypress.notifications.models.recipients import Recipient


class Kind(models.TextChoices):
    COMMENTS = "comments", _("new comments on this article")
    MY_REPLIES = "my-replies", _("replies to my comments here")
    REPLIES = "replies", _("replies to this comment")
    AUTHOR = "author", _("new articles by this author")
    REPORT = "report", _("what came of my report")
    HELD = "held", _("comments that wait for approval")


class Frequency(models.TextChoices):
    NOW = "now", _("at once")
    HOURLY = "hourly", _("hourly")
    DAILY = "daily", _("daily")
    SITE = "site", _("no mail, only on this site")


class Subscription(models.Model):
    """Who wants to be told of what. What the subject is, only the room that tells of it knows.

    Title and address are as they were at the time of subscribing, for the person's own list.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="subscriptions")
    kind = models.CharField(max_length=12, choices=Kind)
    subject = models.CharField(max_length=80)
    thread = models.UUIDField(null=True, help_text="The thread it lies under, where it lies under one.")
    title = models.CharField(max_length=255)
    url = models.CharField(max_length=500)
    frequency = models.CharField(max_length=8, choices=Frequency, default=Frequency.NOW)
    confirmed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_permissions = ()
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "recipient", "kind", "subject"],
                condition=Q(thread__isnull=False),
                name="subscribed_once_in_a_thread",
            ),
            models.UniqueConstraint(
                fields=["recipient", "kind", "subject"], condition=Q(thread=None), name="subscribed_once"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "subject", "recipient"], name="subscription_by_subject"),
            models.Index(fields=["created_at"], condition=Q(confirmed_at=None), name="subscription_waiting"),
        ]

    def __str__(self) -> str:
        return str(self.id)
