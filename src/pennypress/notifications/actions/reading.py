from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pennypress.notifications.models import Notice, Recipient


def mark_read(*, recipient: Recipient, notice_id: UUID) -> None:
    """The person has seen this notice. Nothing happens for one that is not theirs."""
    with transaction.atomic():
        Notice.objects.filter(pk=notice_id, recipient=recipient, read_at=None).update(read_at=timezone.now())


def mark_all_read(*, recipient: Recipient, up_to: UUID) -> None:
    """The person has seen everything up to this notice; what came after they opened the page stays unread."""
    with transaction.atomic():
        Notice.objects.filter(recipient=recipient, read_at=None, id__lte=up_to).update(read_at=timezone.now())
