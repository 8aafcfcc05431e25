from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.discussion import rules
from pennypress.discussion.actions.deeds import check_moderator, note_deed
from pennypress.discussion.actions.letters import tell_of_appeal
from pennypress.discussion.actions.locks import taken
from pennypress.discussion.actions.moderating import put_back
from pennypress.discussion.models import Appeal, Deed, Removal
from pennypress.discussion.people import other_moderator_exists
from pennypress.lib.markup import without_controls
from pennypress.readers.models import User


def appeal(*, removal_id: UUID, text: str) -> Appeal:
    """Put an author's word against a removal before the moderators, once. The caller knows that it is the author.

    Raises Refused without words, with too many, and where there is nothing to appeal against any more.
    """
    text = without_controls(text).strip()
    if not rules.has_something_to_see(text):
        raise rules.Refused(_("Please say why the comment should come back."))
    if len(text) > rules.MAX_APPEAL:
        raise rules.Refused(_("Please use at most %(n)s characters.") % {"n": f"{rules.MAX_APPEAL:,}"})
    with transaction.atomic():
        removal = Removal.objects.select_for_update(of=("self",)).get(pk=removal_id)
        rules.check_appealable(removal, removal.appeals.first())
        try:
            with transaction.atomic():
                return Appeal.objects.create(
                    thread_id=removal.thread_id, comment_id=removal.comment_id, removal=removal, text=text
                )
        except IntegrityError:
            raise rules.Refused(_("You have appealed against this removal already; it is decided once.")) from None


def decide_appeal(*, appeal_id: UUID, moderator: User, grant: bool, answer: str = "") -> Appeal:
    """Decide an appeal: the comment comes back, or the removal stands. Its author is told, with the answer.

    Who removed the comment decides only where there is no other moderator. Raises Refused otherwise, and when it is
    decided already.
    """
    check_moderator(moderator)
    with transaction.atomic():
        found = Appeal.objects.select_for_update(of=("self",)).select_related("removal").get(pk=appeal_id)
        if found.decided_at is not None:
            raise rules.Refused(_("This appeal has been decided already."))
        if found.removal.moderator_id == moderator.pk and other_moderator_exists(moderator):
            raise rules.Refused(_("You removed this comment yourself, so another moderator decides the appeal."))
        (comment,) = taken(found.comment_id)
        if grant and found.removal.lifted_at is None:
            put_back(comment)
        found.outcome = Appeal.Outcome.GRANTED if grant else Appeal.Outcome.REFUSED
        found.answer, found.decided_by, found.decided_at = answer[:500], moderator, timezone.now()
        found.save(update_fields=["outcome", "answer", "decided_by", "decided_at"])
        tell_of_appeal(found)
        note_deed(
            Deed.APPEAL_GRANTED if grant else Deed.APPEAL_REFUSED,
            moderator,
            thread_id=found.thread_id,
            comment_id=found.comment_id,
            rule=found.removal.rule,
            note=answer,
        )
    return found
