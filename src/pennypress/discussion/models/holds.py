from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.discussion.models.comments import Comment
from pennypress.discussion.models.threads import Thread
from pennypress.lib.ids import uuid7


class HoldReason(models.TextChoices):
    """Why a comment waits for a moderator. The column takes any code, so that a new reason needs no migration."""

    FIRST = "first", _("first comment")
    TRUST = "trust", _("after removals")
    LINK = "link", _("link")
    WORD = "word", _("word")
    SPAM = "spam", _("looks like spam")
    REPEATED = "repeated", _("said before")
    BUSY = "busy", _("busy thread, without proof of work")
    FAST = "fast", _("sent at once")
    HIDDEN = "hidden", _("hidden field filled in")
    REPORTED = "reported", _("reported")
    BY_HAND = "by-hand", _("held by a moderator")
    ARCHIVE = "archive", _("waited on the old site")


class Hold(models.Model):
    """One reason why a comment waits, or waited: a decision lifts it; the row stays."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="holds")
    reason = models.CharField(max_length=24)
    detail = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        label = dict(HoldReason.choices).get(self.reason, self.reason)
        return f"{label}: {self.detail}" if self.detail else str(label)
