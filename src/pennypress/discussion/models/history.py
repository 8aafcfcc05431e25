from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.discussion.models.rule import Rule
from pennypress.lib.ids import uuid7


class AppendOnly(models.Model):
    """History: a row is written once and stays as it is."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("History is append-only; write a new row instead.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("History is append-only; it is not deleted.")


class Deed(models.TextChoices):
    APPROVED = "approved", _("approved")
    KEPT = "kept", _("looked at and kept")
    REOPENED = "reopened", _("to be looked at again")
    HELD = "held", _("held")
    REMOVED = "removed", _("removed")
    RESTORED = "restored", _("restored")
    MERGED = "merged", _("merged with another")
    SEPARATED = "separated", _("separated again")
    MOVED = "moved", _("moved to another article")
    MOVED_BACK = "moved-back", _("moved back")
    CLOSED = "closed", _("closed the thread")
    OPENED = "opened", _("opened the thread again")
    BRANCH_CLOSED = "branch-closed", _("closed a branch")
    BRANCH_OPENED = "branch-opened", _("opened a branch again")
    PINNED = "pinned", _("pinned")
    UNPINNED = "unpinned", _("unpinned")
    PICKED = "picked", _("picked")
    UNPICKED = "unpicked", _("no pick any more")
    VERSION_HIDDEN = "version-hidden", _("hid earlier words")
    VERSION_SHOWN = "version-shown", _("showed earlier words again")
    WARNED = "warned", _("warned")
    SLOWED = "slowed", _("slowed down")
    SUSPENDED = "suspended", _("suspended")
    BANNED = "banned", _("banned")
    WORDS_SHOWN = "words-shown", _("let words beside the discussion appear")
    WORDS_REFUSED = "words-refused", _("took words beside the discussion down")
    LIFTED = "lifted", _("lifted a sanction")
    APPEAL_GRANTED = "granted", _("granted an appeal")
    APPEAL_REFUSED = "refused", _("refused an appeal")


class ModerationLog(AppendOnly):
    """What moderators did. It names rows by id only, so that it outlives the page, the comment and the moderator.

    What was done in one press shares a batch and is undone together; the line of an undoing names the one it undoes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    deed = models.CharField(max_length=16, choices=Deed)
    thread_uuid = models.UUIDField(db_index=True, null=True)
    comment_uuid = models.UUIDField(null=True, db_index=True)
    moderator_uuid = models.UUIDField(null=True)
    moderator_name = models.CharField(max_length=200)
    rule = models.CharField(max_length=16, blank=True)
    note = models.CharField(max_length=500, blank=True)
    # What undoing needs to know: where a moved comment stood, which sanction it was.
    facts = models.JSONField(default=dict)
    batch = models.UUIDField(default=uuid7, db_index=True)
    undoes = models.UUIDField(null=True, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="moderation_newest")]

    @property
    def rule_label(self) -> str:
        return str(dict(Rule.choices).get(self.rule, self.rule))


class MonthlyDeeds(models.Model):
    """How often a deed was done under a rule in a month of the site's time zone: kept with the log, never counted."""

    month = models.DateField()
    deed = models.CharField(max_length=16, choices=Deed)
    rule = models.CharField(max_length=16, blank=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["month", "deed", "rule"], name="deeds_once_per_month")]
