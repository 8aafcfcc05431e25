from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.lib.ids import uuid7


class Expense(models.Model):
    """What a month's money was spent on, as the newsroom tells its readers. Not a part of the books of gifts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    month = models.DateField()
    category = models.CharField(_("category"), max_length=60, help_text=_("Such as rent, printing, or wages."))
    note = models.CharField(_("what for"), max_length=200, blank=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="expense_is_positive")]
        indexes = [models.Index(fields=["month"], name="expense_by_month")]
