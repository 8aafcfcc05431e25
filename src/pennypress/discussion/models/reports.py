from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.discussion.models.comments import Comment
from pennypress.discussion.models.rule import Rule
from pennypress.discussion.models.threads import Thread
from pennypress.lib.ids import uuid7


class Report(models.Model):
    """A reader's word that a comment breaks a rule. It waits for a moderator, whose decision settles it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reports")
    reporter_key = models.CharField(max_length=64, db_index=True)
    # Reports of people who have never had a comment approved can be made at will, so they never hold anything.
    by_known = models.BooleanField(default=False)
    rule = models.CharField(_("reason"), max_length=16, choices=Rule)
    note = models.CharField(_("note"), max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["thread", "comment", "reporter_key"], name="report_once_per_identity")
        ]
