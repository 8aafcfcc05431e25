"""Words of readers that other rooms keep, decided at the one desk (see readers/words.py)."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from pennypress.discussion import rules
from pennypress.discussion.actions.deeds import check_moderator, note_deed
from pennypress.discussion.models import Deed, ModerationLog
from pennypress.readers.models import User
from pennypress.readers.words import source_named


def decide_words(
    *, source: str, words_id: UUID, shown: bool, moderator: User, batch: UUID | None = None, undoes: UUID | None = None
) -> None:
    """Let them appear, or take them down, with a line in the log. Raises Refused where there is nothing to decide any more."""
    check_moderator(moderator)
    kept = source_named(source)
    with transaction.atomic():
        if kept is None or not kept.decide(words_id, shown, moderator):
            raise rules.Refused(_("Somebody has decided this meanwhile, or it was taken back."))
        note_deed(
            Deed.WORDS_SHOWN if shown else Deed.WORDS_REFUSED, moderator, note=str(kept.label), batch=batch,
            undoes=undoes, facts={"source": source, "words": str(words_id)},
        )  # fmt: skip


def turn_words(*, line: ModerationLog, moderator: User) -> None:
    """The opposite of what this line says."""
    decide_words(
        source=line.facts["source"], words_id=UUID(line.facts["words"]), shown=line.deed == Deed.WORDS_REFUSED,
        moderator=moderator, undoes=line.id,
    )  # fmt: skip
