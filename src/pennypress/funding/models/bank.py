from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.funding.models.gifts import Gift, Pledge
from pennypress.lib.ids import uuid7


class BankAccount(models.Model):
    """Where supporters' transfers go. One row; transfers are offered once it is filled in."""

    number = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    holder = models.CharField(_("account holder"), max_length=70)
    iban = models.CharField(_("IBAN or account number"), max_length=34)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    bank = models.CharField(_("bank"), max_length=70, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(number=1), name="one_bank_account")]


class Promise(models.Model):
    """A transfer that a supporter has promised: the code by which its money is known, for one gift or for a pledge's gifts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=8, unique=True)
    gift = models.OneToOneField(Gift, null=True, on_delete=models.PROTECT, related_name="promise")
    pledge = models.OneToOneField(Pledge, null=True, on_delete=models.PROTECT, related_name="promise")
    promised_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(gift=None, pledge__isnull=False) | models.Q(gift__isnull=False, pledge=None),
                name="promise_is_of_one",
            )
        ]


class Statement(models.Model):
    """A bank statement as it was brought in; the file itself is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    file_name = models.CharField(max_length=120)
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    brought_at = models.DateTimeField(default=timezone.now)
    new_rows = models.PositiveIntegerField()
    known_rows = models.PositiveIntegerField(help_text="Rows that an earlier statement had brought.")

    class Meta:
        default_permissions = ()


class RowState(models.TextChoices):
    OPEN = "open", _("to be decided")
    BOOKED = "booked", _("booked")
    ASIDE = "aside", _("set aside")


class StatementRow(models.Model):
    """One movement of the account, and what the newsroom made of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=32, unique=True)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="rows")
    booked_on = models.DateField()
    amount = models.BigIntegerField(help_text="Minor units; less than zero for money that went out.")
    currency = models.CharField(max_length=3)
    name = models.CharField(max_length=140, blank=True)
    purpose = models.CharField(max_length=500, blank=True)
    returned = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=RowState, default=RowState.OPEN)
    gift = models.ForeignKey(Gift, null=True, on_delete=models.PROTECT, related_name="statement_rows")
    note = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["state", "-booked_on", "-id"], name="row_by_state")]


class Mistake(models.Model):
    """A row that was booked as the wrong thing: who took it back, when and why, and the entry that undid it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    row = models.ForeignKey(StatementRow, on_delete=models.PROTECT, related_name="mistakes")
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField("funding.Entry", on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()


class TableColumns(models.Model):
    """Which column is which in the tables of one bank, as an editor has said."""

    signature = models.CharField(max_length=32, primary_key=True)
    columns = models.JSONField()

    class Meta:
        default_permissions = ()


class SecondLook(models.Model):
    """Money booked by hand above the newsroom's limit: one person asks, another confirms or refuses, and only then it is booked."""

    class Decision(models.TextChoices):
        OPEN = "open", _("waits for a second person")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("refused")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=200, unique=True)
    deed = models.CharField(max_length=20)
    wish = models.JSONField(help_text="What is to be done, as the action's own words.")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=10, choices=Decision, default=Decision.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("asked_by")),
                name="second_look_by_another",
            )
        ]


class StatementDraft(models.Model):
    """A table whose columns somebody has yet to name; deleted with the answer, or after a day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    file_name = models.CharField(max_length=120)
    data = models.BinaryField()
    brought_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
