"""What givers say with their gifts: on the supporters' wall, or on a card to somebody else. Erasable, unlike the gift."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.funding.models.gifts import Gift
from pennypress.lib.ids import uuid7

MAX_NAME = 80
# Two lines of a column: what is longer is a letter, and the wall would be read by nobody.
MAX_MESSAGE = 280


class WallEntry(models.Model):
    """A giver's name on the supporters' wall, with a few words. A moderator reads it before anybody else does.

    It is shown while its gift is captured and anything of it is left (`queries.wall_entries`).
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SHOWN = "shown", _("shown")
        REFUSED = "refused", _("not shown")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    gift = models.OneToOneField(Gift, on_delete=models.PROTECT, related_name="wall_entry")
    name = models.CharField(max_length=MAX_NAME)
    message = models.CharField(max_length=MAX_MESSAGE, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["state", "-created_at", "-id"], name="wall_by_state")]


class Honour(models.Model):
    """The gift is in somebody's honour or memory: whose, by whom, and where a card is mailed once the gift has come."""

    class Kind(models.TextChoices):
        HONOUR = "honour", _("in honour of")
        MEMORY = "memory", _("in memory of")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    gift = models.OneToOneField(Gift, on_delete=models.PROTECT, related_name="honour")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.HONOUR)
    name = models.CharField(max_length=MAX_NAME)
    by = models.CharField(max_length=MAX_NAME, blank=True, help_text="The giver, as the card names them.")
    message = models.CharField(max_length=MAX_MESSAGE, blank=True)
    email = models.EmailField(blank=True, help_text="Where the card is mailed.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
