from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.lib.ids import uuid7


class Place(models.TextChoices):
    END = "end", _("at the end of an article")
    TEXT = "text", _("in the text of an article")
    BANNER = "banner", _("as a banner over the page's lower edge")


class Segment(models.TextChoices):
    ALL = "all", _("everybody who has not given")
    NEW = "new", _("who is new here")
    REGULAR = "regular", _("who reads here often")
    SUPPORTER = "supporter", _("supporters: a thank-you, without a button")


class Appeal(models.Model):
    """What the newsroom says to readers about giving, at one place, to some of them; in one wording or in two to compare."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.CharField(max_length=6, choices=Place)
    segment = models.CharField(max_length=9, choices=Segment)
    begins_on = models.DateField(null=True)
    ends_on = models.DateField(null=True, help_text="The last day.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()


class Wording(models.Model):
    """One way to say it. Its text stands still once somebody has seen it, for what it earned belongs to that text."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="wordings")
    letter = models.CharField(max_length=1, choices=[("a", "A"), ("b", "B")])
    title = models.CharField(max_length=80)
    text = models.CharField(max_length=400)
    button = models.CharField(max_length=40, blank=True)
    shown = models.PositiveBigIntegerField(default=0, help_text="Without the showings that were not folded in yet.")

    class Meta:
        default_permissions = ()
        ordering = ["letter"]
        constraints = [models.UniqueConstraint(fields=["appeal", "letter"], name="wording_once")]


class Showing(models.Model):
    """A wording was seen. To whom is not known; the row is folded into the wording's count within minutes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    wording = models.ForeignKey(Wording, on_delete=models.CASCADE, related_name="showings")

    class Meta:
        default_permissions = ()
