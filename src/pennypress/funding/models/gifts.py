from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.lib.ids import uuid7


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
