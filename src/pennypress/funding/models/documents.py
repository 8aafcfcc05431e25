from django.db import models
from django.utils.translation import gettext_lazy as _

from pennypress.funding.models.books import Entry
from pennypress.funding.models.gifts import Gift
from pennypress.lib.ids import uuid7


class DocumentKind(models.TextChoices):
    RECEIPT = "receipt", _("Receipt")
    CREDIT = "credit", _("Credit note")


class DocumentSeries(models.Model):
    """The last number of a year's receipts or credit notes. Whoever takes the next one holds this row until they commit."""

    kind = models.CharField(max_length=7, choices=DocumentKind)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="document_series_once")]


class Document(models.Model):
    """The number of what a supporter was given, or what went back, in its year's series without gaps.

    Written in the transaction that books its entry, and never changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=7, choices=DocumentKind)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="document")
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="documents")
    amount = models.BigIntegerField(help_text="Above zero, in the gift's currency.")
    happened_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "year", "number"], name="document_number_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="document_is_positive"),
        ]
        indexes = [models.Index(fields=["gift", "happened_at"], name="document_of_gift")]

    def __str__(self) -> str:
        letter = "C" if self.kind == DocumentKind.CREDIT else ""
        return f"{self.year}-{letter}{self.number:05d}"
