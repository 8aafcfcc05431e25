from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.discussion.models.comments import Comment, State
from pennypress.discussion.models.rule import Rule
from pennypress.discussion.models.threads import Thread
from pennypress.lib.ids import uuid7


class ModeratorsState(models.Model):
    """A state a moderator has set: who, when and why. Undoing lifts it; the row stays."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(_("note"), max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        default_permissions = ()


class Removal(ModeratorsState):
    """A comment taken down under a rule, with a note its author sees. A merged one leads on to the one that stays."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="removals")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="removals")
    rule = models.CharField(_("rule"), max_length=16, choices=Rule)
    state_before = models.CharField(max_length=12, choices=State, default=State.PUBLISHED)
    merged_into = models.ForeignKey(Comment, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(ModeratorsState.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "comment"], condition=models.Q(lifted_at=None), name="one_standing_removal"
            )
        ]


class Closure(ModeratorsState):
    """A thread closed for new comments; with a comment, only that one and what hangs under it."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="closures")
    comment = models.ForeignKey(Comment, null=True, on_delete=models.CASCADE, related_name="closures")

    class Meta(ModeratorsState.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["thread"], condition=models.Q(lifted_at=None, comment=None), name="one_standing_closure"
            ),
            models.UniqueConstraint(
                fields=["thread", "comment"],
                condition=models.Q(lifted_at=None, comment__isnull=False),
                name="one_standing_branch_closure",
            ),
        ]


class Pin(ModeratorsState):
    """A root that stands before all others, whatever the order."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="pins")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="pins")

    class Meta(ModeratorsState.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "comment"], condition=models.Q(lifted_at=None), name="one_standing_pin"
            )
        ]


class Pick(ModeratorsState):
    """A comment the newsroom wants readers to see."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="picks")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="picks")

    class Meta(ModeratorsState.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "comment"], condition=models.Q(lifted_at=None), name="one_standing_pick"
            )
        ]


class Appeal(models.Model):
    """An author's word against a removal, once; and what became of it."""

    class Outcome(models.TextChoices):
        GRANTED = "granted", _("the comment is back")
        REFUSED = "refused", _("the removal stands")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="appeals")
    removal = models.ForeignKey(Removal, on_delete=models.CASCADE, related_name="appeals")
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["thread", "removal"], name="one_appeal_per_removal")]
        indexes = [
            models.Index(fields=["created_at", "id"], condition=models.Q(decided_at=None), name="appeal_waiting")
        ]
