from django.db import models
from django.utils import timezone

from pennypress.lib.ids import uuid7


class ImportedItem(models.Model):
    """What an item of another system became here, so that a second import knows it.

    A row whose page, image or byline is gone says that somebody here deleted it: it is not brought in again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField(max_length=20)
    site = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    page = models.ForeignKey("wagtailcore.Page", null=True, on_delete=models.SET_NULL, related_name="+")
    image = models.ForeignKey("publishing.NewsImage", null=True, on_delete=models.SET_NULL, related_name="+")
    byline = models.ForeignKey("publishing.Byline", null=True, on_delete=models.SET_NULL, related_name="+")
    # Of what was last brought in; another digest means that the export has changed since.
    digest = models.CharField(max_length=64, blank=True)
    # The page's revision that the import wrote; a later one means that somebody has worked on the page here.
    revision_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["source", "site", "kind", "external_id"], name="item_once_per_import")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.external_id}"
