from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from pennypress.archive.media import MediaFolder, original_path
from pennypress.archive.models import ImportedItem
from pennypress.archive.reports import Report
from pennypress.archive.wordpress.export import Item, Outline
from pennypress.newsroom.models import Newsroom

SOURCE = "wordpress"


@dataclass
class Import:
    """One run: what is read, where it goes, what is known from earlier runs, what there is to tell."""

    outline: Outline
    newsroom: Newsroom
    media: MediaFolder
    report: Report
    now: datetime = field(default_factory=timezone.now)
    known: dict[tuple[str, str], ImportedItem] = field(default_factory=dict)
    # Where old addresses lead: path or "?p=12" without the host to the page's number here.
    pages_by_address: dict[str, int] = field(default_factory=dict)
    attached: dict[int, list[Item]] = field(default_factory=dict)
    attachments_by_path: dict[str, Item] = field(default_factory=dict)
    # Categories with something that everybody may read; the others' sections stay unpublished.
    public_categories: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for row in ImportedItem.objects.filter(source=SOURCE, site=self.outline.site[:200]):
            self.known[row.kind, row.external_id] = row
        for attachment in self.outline.attachments.values():
            self.attached.setdefault(attachment.parent, []).append(attachment)
            self.attachments_by_path[original_path(attachment.attachment_url)] = attachment
        self.public_categories = {
            item.main_category for item in self.outline.items.values()
            if item.kind == "post" and item.is_public(self.now)
        }  # fmt: skip

    @property
    def front(self) -> Any:
        return self.newsroom.site.root_page.specific

    def row(self, kind: str, external_id: object) -> ImportedItem | None:
        return self.known.get((kind, str(external_id)[:200]))

    def remember(self, kind: str, external_id: object, **became: Any) -> ImportedItem:
        row = ImportedItem.objects.create(
            source=SOURCE, site=self.outline.site[:200], kind=kind, external_id=str(external_id)[:200], **became
        )
        self.known[row.kind, row.external_id] = row
        return row

    def subject(self, item: Item) -> str:
        return f"{item.kind} {item.id}: {item.title[:80] or item.name or 'without a title'}"
