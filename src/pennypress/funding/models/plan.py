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
    suggested_yearly = models.JSONField(null=True, help_text="Minor units; null for a year of the monthly ones.")
    after_fees = models.BooleanField(default=False)
    carry = models.CharField(max_length=8, choices=Carry, default=Carry.NONE)
    second_person_above = models.BigIntegerField(
        null=True, help_text="Money booked by hand above this needs a second person. Minor units."
    )
    appeal_pause = models.PositiveSmallIntegerField(
        default=3, db_default=3, help_text="Days between two appeals for one reader."
    )
    # One plan, though two editors save the first at once.
    only = models.BooleanField(default=True, unique=True, editable=False)

    @property
    def yearly_amounts(self) -> list[int]:
        """The editor's, or a year of the monthly ones where nobody has said."""
        if self.suggested_yearly is None:
            return [12 * amount for amount in self.suggested_monthly]
        return list(self.suggested_yearly)

    class Meta:
        permissions = [("manage_funding", _("Can manage funding"))]


class FeeCover(models.Model):
    """What a provider takes of a gift in this currency, as the newsroom says: readers may offer to pay it on top."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    basis_points = models.PositiveIntegerField(help_text="Hundredths of a per cent of what is charged.")
    fixed = models.BigIntegerField(default=0, help_text="Minor units for each payment.")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["provider", "currency"], name="one_cover_each"),
            # Of a fee of half and more nobody can be told that it is a fee.
            models.CheckConstraint(condition=models.Q(basis_points__lt=5_000, fixed__gte=0), name="cover_is_a_fee"),
        ]


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
