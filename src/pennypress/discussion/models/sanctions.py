from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.discussion.models.rule import Rule
from pennypress.lib.ids import uuid7


class SanctionQuerySet(models.QuerySet["Sanction"]):
    def standing(self, at: Any = None) -> "SanctionQuerySet":
        """Those that hold now, or at a moment given later."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=at or timezone.now()), lifted_at=None)

    def binding(self) -> "SanctionQuerySet":
        """Those that keep somebody out."""
        return self.standing().filter(kind__in=[Sanction.Kind.SUSPENDED, Sanction.Kind.BANNED])


class Sanction(models.Model):
    """What a person may not do for a while: who decided, when, why, until when. The person is always told.

    It belongs to a person and not to a thread. An address a guest only gave binds guests who give it again, never
    somebody's account: anybody could have given it.
    """

    class Kind(models.TextChoices):
        WARNING = "warning", _("warning")
        SLOWED = "slowed", _("slowed down")
        SUSPENDED = "suspended", _("suspended")
        BANNED = "banned", _("banned")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    author_key = models.CharField(max_length=64, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=80)
    email = models.EmailField(blank=True, db_index=True)
    email_confirmed = models.BooleanField(default=False)
    comment_uuid = models.UUIDField(null=True, help_text="The comment it was for.")
    rule = models.CharField(_("rule"), max_length=16, choices=Rule)
    note = models.CharField(_("note"), max_length=500, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, help_text="When slowed down: between two comments.")
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="sanction_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="slowed", minutes__gt=0) | ~models.Q(kind="slowed"), name="slowed_by_minutes"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="suspended", until__isnull=False) | ~models.Q(kind="suspended"),
                name="suspended_until",
            ),
        ]

    @property
    def stands(self) -> bool:
        return self.lifted_at is None and (self.until is None or timezone.now() < self.until)
