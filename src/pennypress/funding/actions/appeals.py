from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.funding.appeals import APPEALS, open_appeals, running, was_shown
from pennypress.funding.models import Appeal, Showing, Wording
from pennypress.funding.rules import MOST_OPEN, Refused, check_appeal

# Folded in one go; a minute's showings of a busy site are fewer, and what is left waits for the next round.
FOLDED_AT_ONCE = 5_000


def write_appeal(*, appeal: Appeal, wordings: dict[str, dict[str, str]], **fields: Any) -> Appeal:
    """Save an appeal with its wordings, by letter: title, text, button. What readers see follows at once.

    Raises Refused for one that could not be shown, and for another text of one that was.
    """
    for name, value in fields.items():
        setattr(appeal, name, value)
    check_appeal(appeal.begins_on, appeal.ends_on)
    with transaction.atomic():
        if was_shown(appeal):
            if wordings:
                raise Refused(_("A wording that was shown is not changed; write another appeal."))
            Appeal.objects.filter(pk=appeal.pk).update(begins_on=appeal.begins_on, ends_on=appeal.ends_on)
        else:
            if open_appeals().exclude(pk=appeal.pk).count() >= MOST_OPEN:
                raise Refused(_("There are many appeals already. Please end one of them first."))
            appeal.save()
            Wording.objects.filter(appeal=appeal).exclude(letter__in=wordings).delete()
            for letter, said in wordings.items():
                Wording.objects.update_or_create(appeal=appeal, letter=letter, defaults=said)
        changed(APPEALS)
    return appeal


def end_appeal(*, appeal: Appeal, on: date) -> None:
    """Show it no more from now on: its last day was the one before this."""
    with transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(ends_on=on)
        changed(APPEALS)


def count_showing(*, wording_id: UUID) -> bool:
    """A wording was seen. False, and nothing counted, for one that is not shown now."""
    if not running().filter(wordings=wording_id).exists():
        return False
    Showing.objects.create(wording_id=wording_id)
    return True


def fold_showings() -> int:
    """Add what was seen to the wordings' counts; returns how many. Each showing is counted once, however often this runs."""
    folded = 0
    with transaction.atomic():
        pending: dict[UUID, list[UUID]] = {}
        for number, wording in Showing.objects.values_list("pk", "wording")[:FOLDED_AT_ONCE]:
            pending.setdefault(wording, []).append(number)
        for wording, numbers in sorted(pending.items()):
            count = Showing.objects.filter(pk__in=numbers).delete()[0]
            Wording.objects.filter(pk=wording).update(shown=F("shown") + count)
            folded += count
    return folded
