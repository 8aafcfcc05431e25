from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.lib.ids import uuid7


class FundingPlan(models.Model):
    """What the giving screen suggests. One row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    suggested_once = models.JSONField(default=list, help_text="Minor units.")
    suggested_monthly = models.JSONField(default=list, help_text="Minor units.")

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


class MonthScale(models.Model):
    """The tiers a past month had, kept when somebody changes the tiers afterwards: (amount, title, pays_for)."""

    month = models.DateField(primary_key=True)
    tiers = models.JSONField(default=list)


class GiftState(models.TextChoices):
    INTENDED = "intended", _("begun")
    WAITING = "waiting", _("on its way")
    CAPTURED = "captured", _("received")
    DECLINED = "declined", _("declined")


class Pledge(models.Model):
    """The standing promise of monthly gifts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=20)
    active = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)


class Cancellation(models.Model):
    """The end of a pledge: when, and by whose word."""

    class By(models.TextChoices):
        SUPPORTER = "supporter", _("the supporter")
        EDITOR = "editor", _("the newsroom")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pledge = models.OneToOneField(Pledge, on_delete=models.PROTECT, related_name="cancellation")
    by = models.CharField(max_length=10, choices=By)
    cancelled_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()


class Gift(models.Model):
    """One payment from a supporter: first an intent, and income only when the provider has captured it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=200, unique=True)
    email = models.EmailField(blank=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=GiftState, default=GiftState.INTENDED)
    pledge = models.ForeignKey(Pledge, null=True, on_delete=models.PROTECT, related_name="gifts")
    created_at = models.DateTimeField(default=timezone.now)
    captured_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="gift_is_positive")]
        indexes = [models.Index(fields=["-created_at", "-id"], name="gift_newest")]


class ProviderEvent(models.Model):
    """The inbox: what a provider told us, written down before it is acknowledged, applied once by the worker."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(max_length=20)
    object = models.CharField(max_length=100)
    kind = models.CharField(max_length=40)
    body = models.TextField()
    happened_at = models.DateTimeField(default=timezone.now, help_text="When it happened, by the provider's word.")
    received_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "object", "kind"], name="event_once")]
