from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.funding.models.books import AccountName
from pennypress.lib.ids import uuid7

# A few sentences; whoever has more to say writes a letter.
LONGEST_REASON = 500


class GiftState(models.TextChoices):
    INTENDED = "intended", _("begun")
    PROMISED = "promised", _("promised")
    WAITING = "waiting", _("on its way")
    CAPTURED = "captured", _("received")
    DECLINED = "declined", _("declined")
    MISTAKEN = "mistaken", _("booked by mistake")


class Interval(models.TextChoices):
    MONTH = "month", _("every month")
    YEAR = "year", _("every year")


class Pledge(models.Model):
    """The standing promise of gifts every month or every year, and how it stands at its provider."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=20)
    interval = models.CharField(max_length=5, choices=Interval, default=Interval.MONTH)
    covered = models.BigIntegerField(
        default=0, db_default=0, help_text="The part of the amount that is meant to cover the fee."
    )
    active = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    reference = models.CharField(max_length=255, blank=True, help_text="The provider's number of it.")
    customer = models.CharField(max_length=255, blank=True, help_text="The provider's number of the supporter.")
    next_at = models.DateTimeField(null=True, help_text="When the next gift is taken, where the provider says so.")
    failing_since = models.DateTimeField(null=True, help_text="The last gift could not be taken.")
    paused = models.BooleanField(default=False)
    resumes_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True, help_text="When the provider was last asked how it stands.")
    card_expires_on = models.DateField(null=True, help_text="The last day on which its card is good.")
    last_at = models.DateTimeField(null=True, help_text="Its supporter wants the payment due then to be the last.")

    class Meta:
        constraints = [
            # An empty number is the number of nothing, and never looked up.
            models.UniqueConstraint(
                fields=["provider", "reference"], name="pledge_of_reference", condition=~models.Q(reference="")
            )
        ]
        indexes = [
            models.Index(Lower("email"), name="pledge_of_address"),
            models.Index(fields=["failing_since"], name="pledge_failing", condition=models.Q(active=True)),
            models.Index(fields=["card_expires_on"], name="pledge_card", condition=models.Q(active=True)),
        ]


class Cancellation(models.Model):
    """The end of a pledge: when, by whose word, and why, where its supporter has told us."""

    class By(models.TextChoices):
        SUPPORTER = "supporter", _("the supporter")
        EDITOR = "editor", _("the newsroom")
        PROVIDER = "provider", _("the payment provider")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pledge = models.OneToOneField(Pledge, on_delete=models.PROTECT, related_name="cancellation")
    by = models.CharField(max_length=10, choices=By)
    cancelled_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True, help_text="In the supporter's words.")

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
    payment = models.CharField(max_length=255, blank=True, help_text="The provider's number of it.")
    account = models.CharField(max_length=12, default=AccountName.PROVIDER, help_text="Where its money comes in.")
    covered = models.BigIntegerField(default=0, help_text="The part of the amount that is meant to cover the fee.")
    returned = models.BigIntegerField(default=0, help_text="Refunded, lost in a dispute, or bounced.")
    disputed = models.BigIntegerField(default=0, help_text="Held back by disputes that are open.")
    settled_amount = models.BigIntegerField(null=True, help_text="What the provider's balance shows, before its fee.")
    settled_currency = models.CharField(max_length=3, blank=True)
    fee = models.BigIntegerField(null=True, help_text="In the currency it was settled in.")
    pledge = models.ForeignKey(Pledge, null=True, on_delete=models.PROTECT, related_name="gifts")
    promised = models.BigIntegerField(null=True, help_text="What was promised, where another amount came.")
    instead_of = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="replacements", help_text="The one booked by mistake."
    )
    created_at = models.DateTimeField(default=timezone.now)
    captured_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True, help_text="When the provider was asked what became of it.")
    origin = models.ForeignKey("funding.Origin", null=True, on_delete=models.SET_NULL, related_name="gifts")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="gift_is_positive"),
            models.CheckConstraint(
                condition=models.Q(covered__gte=0, covered__lte=models.F("amount")), name="gift_covers_no_more"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    returned__gte=0, disputed__gte=0, amount__gte=models.F("returned") + models.F("disputed")
                ),
                name="gift_returns_no_more",
            ),
            models.UniqueConstraint(
                fields=["provider", "payment"], name="gift_of_payment", condition=~models.Q(payment="")
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="gift_newest"),
            models.Index(Lower("email"), "created_at", "id", name="gift_of_address"),
            models.Index(fields=["captured_at"], name="gift_by_capture", condition=models.Q(state="captured")),
            models.Index(fields=["created_at"], name="gift_promised", condition=models.Q(state="promised")),
        ]

    @property
    def left(self) -> int:
        """What can still be refunded."""
        return self.amount - self.returned - self.disputed


class Lapse(models.Model):
    """A time in which a regular gift could not be taken, told to its supporter by letter, and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="lapses")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    gift = models.OneToOneField(
        Gift, null=True, on_delete=models.PROTECT, related_name="lapse", help_text="What was taken after all."
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["pledge"], name="lapse_open_once", condition=models.Q(ended_at=None))
        ]
        indexes = [models.Index(fields=["began_at"], name="lapse_newest")]


class Refund(models.Model):
    """Money given back to a supporter. It may fail later, and is then the newsroom's again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=100)
    amount = models.BigIntegerField()
    happened_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["gift", "key"], name="refund_once")]


class Dispute(models.Model):
    """A supporter's bank takes a payment back, for now or for good."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("open")
        WON = "won", _("won")
        LOST = "lost", _("lost")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="disputes")
    key = models.CharField(max_length=100)
    amount = models.BigIntegerField()
    reserved = models.BigIntegerField(help_text="What of it was left of the gift; the rest is a cost.")
    held_amount = models.BigIntegerField(help_text="What was taken from the provider's balance, in held_currency.")
    held_currency = models.CharField(max_length=3)
    outcome = models.CharField(max_length=4, choices=Outcome, default=Outcome.OPEN)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["gift", "key"], name="dispute_once")]
