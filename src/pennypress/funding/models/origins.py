from django.db import models
from django.utils.translation import gettext_lazy as _

from pennypress.funding.visits import LONGEST_NEWSLETTER
from pennypress.lib.ids import uuid7


class Origin(models.Model):
    """How a gift came about: written with its intent, shared by the gifts of the pledge it began."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    newsletter = models.CharField(max_length=LONGEST_NEWSLETTER, blank=True)
    wording = models.ForeignKey("funding.Wording", null=True, on_delete=models.SET_NULL, related_name="origins")

    class Meta:
        default_permissions = ()


class Role(models.TextChoices):
    FIRST = "first", _("first")
    ASSISTED = "assisted", _("in between")
    LAST = "last", _("last")


class Touch(models.Model):
    """An article that was read on the way to a gift, and its part in it: the `place`th, from zero, of so many of the role.

    An article that is deleted leaves the row behind, so that the sums stay.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    origin = models.ForeignKey(Origin, on_delete=models.CASCADE, related_name="touches")
    page = models.ForeignKey("wagtailcore.Page", null=True, on_delete=models.SET_NULL, related_name="+")
    role = models.CharField(max_length=8, choices=Role)
    place = models.PositiveSmallIntegerField(default=0)
    of = models.PositiveSmallIntegerField(default=1)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["origin", "role", "place"], name="touch_once"),
            models.CheckConstraint(condition=models.Q(place__lt=models.F("of")), name="touch_has_a_place"),
        ]
