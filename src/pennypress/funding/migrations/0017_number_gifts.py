"""What was booked before there were numbers gets them in its order: by its moment, and of one moment by when it was booked."""

from collections import defaultdict
from zoneinfo import ZoneInfo

from django.db import migrations

RECEIPTS = ("gift", "refund-failed")
CREDITS = ("refund", "dispute-lost", "bounce")
AT_ONCE = 500


def forward(apps, schema_editor):
    entries = apps.get_model("funding", "Entry").objects.filter(kind__in=RECEIPTS + CREDITS, document=None)
    entries = entries.exclude(gift=None)
    if not entries.exists():
        return
    newsroom = apps.get_model("newsroom", "Newsroom").objects.first()
    zone = ZoneInfo(newsroom.time_zone if newsroom else "UTC")
    document, series = apps.get_model("funding", "Document"), apps.get_model("funding", "DocumentSeries")
    last = {(one.kind, one.year): one.last for one in series.objects.all()}
    back = defaultdict(int)
    made = []
    for entry in entries.select_related("gift").order_by("happened_at", "id").iterator(AT_ONCE):
        amount = amount_of(apps, entry, back)
        if amount <= 0:
            continue
        kind = "receipt" if entry.kind in RECEIPTS else "credit"
        year = entry.happened_at.astimezone(zone).year
        last[kind, year] = last.get((kind, year), 0) + 1
        made.append(
            document(
                kind=kind, year=year, number=last[kind, year], entry=entry, gift=entry.gift, amount=amount,
                happened_at=entry.happened_at,
            )  # fmt: skip
        )
        if len(made) == AT_ONCE:
            document.objects.bulk_create(made)
            made = []
    document.objects.bulk_create(made)
    for (kind, year), number in last.items():
        series.objects.update_or_create(kind=kind, year=year, defaults={"last": number})


def amount_of(apps, entry, back):
    """Of the gift's own money. A bounce took what was left of it, which no row says."""
    if entry.kind == "gift":
        return entry.gift.amount
    if entry.kind == "bounce":
        return entry.gift.amount - back[entry.gift_id]
    if entry.kind == "dispute-lost":
        name = entry.key.removeprefix(f"dispute-lost:{entry.gift_id}:")
        amount = apps.get_model("funding", "Dispute").objects.get(gift_id=entry.gift_id, key=name).reserved
    else:
        name = entry.key.removeprefix(f"{entry.kind}:{entry.gift_id}:")
        amount = apps.get_model("funding", "Refund").objects.get(gift_id=entry.gift_id, key=name).amount
    back[entry.gift_id] += amount if entry.kind != "refund-failed" else -amount
    return amount


def backward(apps, schema_editor):
    apps.get_model("funding", "Document").objects.all().delete()
    apps.get_model("funding", "DocumentSeries").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("funding", "0016_documents"), ("newsroom", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
