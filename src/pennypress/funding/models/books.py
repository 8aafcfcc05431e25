from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.lib.ids import uuid7


class AccountName(models.TextChoices):
    PROVIDER = "provider", _("Provider balance")
    FEES = "fees", _("Provider fees")
    BANK = "bank", _("Bank")
    CASH = "cash", _("Cash box")
    INCOME = "income", _("Income from gifts")


class Entry(models.Model):
    """One business fact in the books. Append-only: the database refuses to change or delete it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=200, unique=True, help_text="The same fact is booked once.")
    happened_at = models.DateTimeField()
    month = models.DateField(help_text="First day of the campaign month, in the newsroom's time zone.")
    note = models.CharField(max_length=200)
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["month", "-happened_at"], name="entry_by_month")]


class Line(models.Model):
    """One side of an entry; an entry's lines sum to zero per currency. Debit is positive, credit negative."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lines")
    account = models.CharField(max_length=12, choices=AccountName)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(amount=0), name="line_is_not_zero")]


class MonthTotal(models.Model):
    """Income of a month, kept in the transaction of each entry so that the meter never adds up the books."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    month = models.DateField()
    currency = models.CharField(max_length=3)
    raised = models.BigIntegerField(default=0)
    gifts = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "currency"], name="one_total_per_month")]
