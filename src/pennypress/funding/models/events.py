from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.funding.models.gifts import Gift, Pledge
from pennypress.lib.ids import uuid7


class ProviderEvent(models.Model):
    """The inbox: what a provider told us, written down before it is acknowledged, applied once by the worker.

    Kept for ever. One that was applied has `applied_at`; with an `error` as well it was set aside, for the reason it says.
    One without `applied_at` waits; an `error` then says what it waits for, and `retry_at` until when.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(max_length=20)
    number = models.CharField(max_length=255, help_text="The provider's own number of the event.")
    object = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=80)
    body = models.TextField()
    happened_at = models.DateTimeField(default=timezone.now, help_text="When it happened, by the provider's word.")
    received_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "number"], name="event_once")]
        indexes = [
            models.Index(fields=["received_at"], name="event_waiting", condition=Q(applied_at=None)),
            models.Index(fields=["provider", "-received_at"], name="event_last_heard"),
        ]


class ProviderCall(models.Model):
    """Something asked of a provider: written down and committed before the call, settled by its answer.

    `key_now` is what the provider tells repetitions by. It changes only when it is known that nothing was done under it.
    """

    class Verb(models.TextChoices):
        CHECKOUT = "checkout", _("open a payment page")
        REFUND = "refund", _("refund")
        END = "end", _("end a regular gift")
        AMOUNT = "amount", _("change the amount")
        DAY = "day", _("change the day")
        INTERVAL = "interval", _("change how often")
        PAUSE = "pause", _("pause")
        RESUME = "resume", _("resume")
        ASK_FOR_CARD = "ask-for-card", _("open a page for another card")
        USE_CARD = "use-card", _("use another card")

    # A reader waits for these.
    PAGES = (Verb.CHECKOUT, Verb.ASK_FOR_CARD)

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=200, unique=True, help_text="The same wish is asked once.")
    provider = models.CharField(max_length=20)
    verb = models.CharField(max_length=12, choices=Verb)
    gift = models.ForeignKey(Gift, null=True, on_delete=models.PROTECT, related_name="calls")
    pledge = models.ForeignKey(Pledge, null=True, on_delete=models.PROTECT, related_name="calls")
    wish = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    number = models.CharField(max_length=255, blank=True, help_text="What the provider calls the outcome.")
    address = models.CharField(max_length=2000, blank=True)
    error = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    renewed = models.PositiveSmallIntegerField(default=0, help_text="How often the key was given up for a new one.")
    asked_by = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    first_tried_at = models.DateTimeField(null=True, help_text="With the key of now.")
    tried_at = models.DateTimeField(null=True)
    find_out = models.BooleanField(default=False, help_text="The outcome has to be looked up before another try.")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["asked_at"], name="call_open", condition=Q(state="asked"))]

    @property
    def key_now(self) -> str:
        return f"{self.id}:{self.renewed}"


class Reconciliation(models.Model):
    """One comparison of the books with a provider's balance: what was missing on either side, in sentences."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(max_length=20)
    since = models.DateTimeField()
    until = models.DateTimeField()
    movements = models.PositiveIntegerField(default=0)
    mended = models.JSONField(default=list, help_text="What no event had told, and was booked now.")
    missing = models.JSONField(default=list, help_text="What could not be brought together.")
    silent_since = models.DateTimeField(null=True, help_text="Payments came since then, and no event.")
    ran_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["provider", "-ran_at"], name="reconciliation_newest")]

    @property
    def is_good(self) -> bool:
        return not self.missing and self.silent_since is None
