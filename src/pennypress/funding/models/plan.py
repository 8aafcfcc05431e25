from django.db import models
from django.utils.translation import gettext_lazy as _

from pennypress.lib.ids import uuid7


class Carry(models.TextChoices):
    NONE = "none", _("Nothing: every month begins at zero")
    SURPLUS = "surplus", _("What came in beyond the last tier")
    DEFICIT = "deficit", _("What was missing to the first tier")


class FundingPlan(models.Model):
    """What the giving screen suggests, and how the meter counts. One row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    suggested_once = models.JSONField(default=list, help_text="Minor units.")
    suggested_monthly = models.JSONField(default=list, help_text="Minor units.")
    after_fees = models.BooleanField(default=False)
    carry = models.CharField(max_length=8, choices=Carry, default=Carry.NONE)
    second_person_above = models.BigIntegerField(
        null=True, help_text="Money booked by hand above this needs a second person. Minor units."
    )
    # One plan, though two editors save the first at once.
    only = models.BooleanField(default=True, unique=True, editable=False)

    @property
    def suggested_yearly(self) -> list[int]:
        """A year of the monthly amounts."""
        return [12 * amount for amount in self.suggested_monthly]

    class Meta:
        permissions = [("manage_funding", _("Can manage funding"))]


class Tier(models.Model):
    """An ordered target within each month, with what it pays for."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    amount = models.BigIntegerField(_("amount"), unique=True, help_text="Minor units of the newsroom's currency.")
    title = models.CharField(_("title"), max_length=80)
    pays_for = models.CharField(_("what it pays for"), max_length=200, blank=True)

    class Meta:
        ordering = ["amount"]
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="tier_is_positive")]

    def __str__(self) -> str:
        return self.title


class MonthScale(models.Model):
    """The tiers a past month had, kept when somebody changes the tiers afterwards: (amount, title, pays_for)."""

    month = models.DateField(primary_key=True)
    tiers = models.JSONField(default=list)
