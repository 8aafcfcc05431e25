from django.conf import settings
from django.db import models
from django.utils import timezone

from pennypress.lib.ids import uuid7


class Attack(models.Model):
    """The newsroom has said that the giving screen is under attack: from when until when, who said so, and why."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    why = models.CharField(max_length=200)
    smallest = models.BigIntegerField(help_text="The smallest gift meanwhile, in minor units.")
    begun_at = models.DateTimeField(default=timezone.now)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ends_at = models.DateTimeField(help_text="It ends by itself, so that nobody has to think of it.")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["-ends_at"], name="attack_newest")]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gte=models.F("begun_at")), name="attack_has_time")
        ]

    @property
    def runs(self) -> bool:
        return self.ends_at > timezone.now()
