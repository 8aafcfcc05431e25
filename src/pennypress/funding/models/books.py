from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.lib.ids import uuid7


class AccountName(models.TextChoices):
    PROVIDER = "provider", _("Provider balance")
    FEES = "fees", _("Provider fees")
    DISPUTE_FEES = "dispute-fees", _("Dispute fees")
    DISPUTED = "disputed", _("Held back in disputes")
    IN_TRANSIT = "in-transit", _("In transit to the bank")
    BANK = "bank", _("Bank")
    CASH = "cash", _("Cash box")
    INCOME = "income", _("Income from gifts")
    COVERED = "covered-fees", _("Income from covered fees")
    EXCHANGE = "exchange", _("Exchange differences")
    PLEDGES = "pledges", _("Promised (memo)")
    MATCHING = "matching", _("Set aside for matching")


# What readers gave, whatever for; of a gift that goes back, both go.
INCOME_ACCOUNTS = (AccountName.INCOME, AccountName.COVERED)
# What taking it cost, less what readers paid of that on top of their gifts: such money is none of the campaign's. The
# month's figure before fees is the income from gifts alone; after fees it is that less the sum of these.
FEE_ACCOUNTS = (AccountName.FEES, AccountName.DISPUTE_FEES, AccountName.COVERED)


class EntryKind(models.TextChoices):
    GIFT = "gift", _("Gift")
    SETTLEMENT = "settlement", _("Settlement of a gift")
    REFUND = "refund", _("Refund")
    REFUND_FAILED = "refund-failed", _("Refund that failed")
    DISPUTE = "dispute", _("Dispute opened")
    DISPUTE_WON = "dispute-won", _("Dispute won")
    DISPUTE_LOST = "dispute-lost", _("Dispute lost")
    BOUNCE = "bounce", _("Payment that bounced")
    PAYOUT = "payout", _("Payout to the bank")
    MATCH = "match", _("Matching gift")
    MISTAKE = "mistake", _("Mistake undone")
    OTHER = "other", _("Other entry")


# Kinds that give income back, or undo that.
RETURNS = (EntryKind.REFUND, EntryKind.REFUND_FAILED, EntryKind.DISPUTE_LOST, EntryKind.BOUNCE)


class Entry(models.Model):
    """One business fact in the books. Append-only: the database refuses to change or delete it.

    Its lines are written before it; with the entry they are sealed, and the database seals only what balances.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=200, unique=True, help_text="The same fact is booked once.")
    kind = models.CharField(max_length=16, choices=EntryKind, default=EntryKind.OTHER)
    gift = models.ForeignKey("funding.Gift", null=True, on_delete=models.PROTECT, related_name="entries")
    happened_at = models.DateTimeField()
    month = models.DateField(help_text="First day of the campaign month it counts for, in the newsroom's time zone.")
    late = models.BooleanField(default=False, help_text="Booked after its month was closed: a dated adjustment.")
    note = models.CharField(max_length=200)
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["month", "-happened_at"], name="entry_by_month"),
            models.Index(fields=["happened_at", "id"], name="entry_by_day"),
        ]


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
    """A month's sums, kept in the transaction of each entry so that the meter never adds up the books.

    `raised`, `fees`, `returned` and `gifts` stand still once the month is closed; what is booked for it afterwards goes to
    `adjusted` and `adjusted_fees`. `raised` is what came in, before fees, less what was given back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    month = models.DateField()
    currency = models.CharField(max_length=3)
    raised = models.BigIntegerField(default=0)
    fees = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)
    gifts = models.PositiveIntegerField(default=0)
    adjusted = models.BigIntegerField(default=0)
    adjusted_fees = models.BigIntegerField(default=0)
    begun_at = models.DateTimeField(default=timezone.now, help_text="When its first entry was recorded.")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "currency"], name="one_total_per_month")]


class PublishedMonth(models.Model):
    """What a month said of itself when it closed. Never changed: the database refuses it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    month = models.DateField()
    currency = models.CharField(max_length=3)
    raised = models.BigIntegerField(help_text="Before fees.")
    fees = models.BigIntegerField()
    returned = models.BigIntegerField()
    gifts = models.PositiveIntegerField()
    supporters = models.PositiveIntegerField()
    after_fees = models.BooleanField(help_text="Whether the meter showed the figure less fees.")
    carried_in = models.BigIntegerField(default=0, help_text="From the month before; less than zero for a deficit.")
    carried_out = models.BigIntegerField(default=0)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "currency"], name="month_is_published_once")]
