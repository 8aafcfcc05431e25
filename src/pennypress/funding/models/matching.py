from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.funding.models.books import AccountName
from pennypress.funding.models.gifts import Gift
from pennypress.lib.ids import uuid7


class MatchingOffer(models.Model):
    """Somebody doubles what others give, from one moment to another, up to a sum."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("who doubles"), max_length=80, help_text=_("Shown to readers as you write it."))
    cap = models.BigIntegerField(help_text="Minor units.")
    currency = models.CharField(max_length=3)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used = models.BigIntegerField(default=0)
    # Money that has come is income when a gift is matched; money that is only promised is a memo until it comes.
    account = models.CharField(
        max_length=12, blank=True, choices=[(AccountName.BANK, _("Bank")), (AccountName.CASH, _("Cash box"))]
    )
    received_at = models.DateTimeField(null=True)
    rest_settled_at = models.DateTimeField(null=True, help_text="When what was left over was kept or given back.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(used__gte=0, used__lte=models.F("cap")), name="offer_is_kept"),
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("begins_at")), name="offer_has_time"),
        ]
        indexes = [models.Index(fields=["-ends_at"], name="offer_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def left(self) -> int:
        return self.cap - self.used


class Match(models.Model):
    """What an offer added to one gift. `undone` is what a refund of the gift took back again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    gift = models.OneToOneField(Gift, on_delete=models.PROTECT, related_name="match")
    offer = models.ForeignKey(MatchingOffer, on_delete=models.PROTECT, related_name="matches")
    month = models.DateField()
    amount = models.BigIntegerField()
    undone = models.BigIntegerField(default=0)
    changes = models.PositiveIntegerField(default=0, help_text="How often it was changed; part of each entry's key.")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(undone__gte=0, undone__lte=models.F("amount")), name="match_is_undone_once"
            )
        ]
