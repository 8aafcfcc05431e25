"""What all deeds of moderators share: who may, the comment taken with its lock, and the line in the log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.discussion import rules
from pennypress.discussion.actions.locks import taken, taken_threads
from pennypress.discussion.models import Comment, Deed, ModerationLog, MonthlyDeeds, Thread
from pennypress.discussion.record import RECORD
from pennypress.lib.ids import uuid7
from pennypress.readers.models import User


def check_moderator(moderator: User) -> None:
    if not rules.may_moderate(moderator):
        raise rules.Refused(_("Only moderators may do this."))


def locked(comment_id: UUID, moderator: User) -> Comment:
    """The comment for a moderator's deed, nobody else changing it until the transaction ends."""
    check_moderator(moderator)
    return taken(comment_id)[0]


def locked_thread(thread_id: UUID, moderator: User) -> Thread:
    check_moderator(moderator)
    try:
        return taken_threads(thread_id)[thread_id]
    except KeyError:
        raise Thread.DoesNotExist from None


def note_deed(
    deed: Deed,
    moderator: User | None,
    *,
    thread_id: UUID | None = None,
    comment_id: UUID | None = None,
    rule: str = "",
    note: str = "",
    facts: dict[str, Any] | None = None,
    batch: UUID | None = None,
    undoes: UUID | None = None,
    moment: datetime | None = None,
) -> ModerationLog:
    """Write the deed into the log and count it for its month, in the deed's own transaction.

    Without a moderator it is a rule's deed, which the newsroom has set. Raises Refused when the line that it undoes has been undone already.
    """
    moment = moment or timezone.now()
    try:
        with transaction.atomic():
            line = ModerationLog.objects.create(
                deed=deed,
                thread_uuid=thread_id,
                comment_uuid=comment_id,
                moderator_uuid=moderator.pk if moderator else None,
                moderator_name=_name_of(moderator)[:200],
                rule=rule,
                note=note[:500],
                facts=facts or {},
                batch=batch or uuid7(),
                undoes=undoes,
                created_at=moment,
            )
    except IntegrityError:
        raise rules.Refused(_("This has been undone already.")) from None
    _count(deed, rule, moment)
    changed(RECORD)
    return line


def _name_of(moderator: User | None) -> str:
    if moderator is None:
        return _("a rule of the newsroom")
    return moderator.name or _("a moderator")


def _count(deed: Deed, rule: str, moment: datetime) -> None:
    row: dict[str, Any] = {"month": timezone.localtime(moment).date().replace(day=1), "deed": deed, "rule": rule}
    if not MonthlyDeeds.objects.filter(**row).update(count=F("count") + 1):
        MonthlyDeeds.objects.get_or_create(**row)
        MonthlyDeeds.objects.filter(**row).update(count=F("count") + 1)
