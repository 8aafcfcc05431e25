from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.discussion.models.comments import Comment, State
from pennypress.discussion.models.history import AppendOnly
from pennypress.discussion.models.threads import Thread
from pennypress.lib.ids import uuid7


class Rule(models.TextChoices):
    OFF_TOPIC = "off-topic", _("off the topic")
    ATTACK = "attack", _("an attack on a person")
    HATE = "hate", _("hatred of a group")
    SPAM = "spam", _("advertising or spam")
    PRIVATE = "private", _("somebody's private affairs")
    UNLAWFUL = "unlawful", _("against the law")
    DUPLICATE = "duplicate", _("said already")
    OTHER = "other", _("another reason")


class Removal(models.Model):
    """A comment taken down: who, when, which rule, with a note. Restoring lifts it; the row stays."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="removals")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="removals")
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    rule = models.CharField(_("rule"), max_length=16, choices=Rule)
    note = models.CharField(_("note"), max_length=500, blank=True)
    state_before = models.CharField(max_length=12, choices=State, default=State.PUBLISHED)
    created_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "comment"], condition=models.Q(lifted_at=None), name="one_standing_removal"
            )
        ]


class Closure(models.Model):
    """A thread closed for new comments: who, when and why. Opening it again lifts the closure; the row stays."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="closures")
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(_("note"), max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["thread"], condition=models.Q(lifted_at=None), name="one_standing_closure")
        ]


class Deed(models.TextChoices):
    APPROVED = "approved", _("approved")
    REMOVED = "removed", _("removed")
    RESTORED = "restored", _("restored")
    CLOSED = "closed", _("closed the thread")
    OPENED = "opened", _("opened the thread again")


class ModerationLog(AppendOnly):
    """What moderators did. It names rows by id only, so that it outlives the page, the comment and the moderator."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    deed = models.CharField(max_length=12, choices=Deed)
    thread_uuid = models.UUIDField(db_index=True)
    comment_uuid = models.UUIDField(null=True, db_index=True)
    moderator_uuid = models.UUIDField(null=True)
    moderator_name = models.CharField(max_length=200)
    rule = models.CharField(max_length=16, blank=True)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-created_at", "-id"]
