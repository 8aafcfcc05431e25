from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pennypress.discussion import rules
from pennypress.discussion.actions.deeds import note_deed
from pennypress.discussion.actions.locks import taken
from pennypress.discussion.actions.moderating import withhold
from pennypress.discussion.drafts import Reason
from pennypress.discussion.models import Comment, Deed, HoldReason, Report, Rule
from pennypress.discussion.people import record_of, standing_sanctions
from pennypress.discussion.queries import discussion_settings
from pennypress.discussion.trust import Trust
from pennypress.lib.markup import without_controls
from pennypress.readers.identity import Identity


def report_comment(*, comment_id: UUID, identity: Identity, rule: str, note: str = "") -> Report:
    """Report a comment to the moderators, once per person.

    By itself this hides nothing. Where the newsroom has set its rule "hold after reports", so many reports by people
    with an approved comment hold it, unless a moderator has looked at it and kept it. Raises Refused for one's own
    comment, one that is not published, a second report, a reason that is none, and who may not take part.
    """
    if rule not in Rule.values:
        raise rules.Refused(_("Please choose what is wrong with this comment."))
    rules.check_sanctions(standing_sanctions(identity))
    by_known = record_of(identity.key, name="", email="").trust >= Trust.KNOWN
    with transaction.atomic():
        (comment,) = taken(comment_id)
        rules.check_reportable(comment, identity)
        try:
            with transaction.atomic():
                report = Report.objects.create(
                    thread_id=comment.thread_id,
                    comment=comment,
                    reporter_key=identity.key,
                    by_known=by_known,
                    rule=rule,
                    note=without_controls(note).strip()[: rules.MAX_REPORT_NOTE],
                )
        except IntegrityError:
            raise rules.Refused(_("You have reported this comment already; a moderator will look at it.")) from None
        Comment.objects.filter(pk=comment.pk).update(open_reports=F("open_reports") + 1)
        _hold_after_reports(comment)
    return report


def _hold_after_reports(comment: Comment) -> None:
    enough = discussion_settings().hold_after_reports
    if not enough or Report.objects.filter(comment=comment, settled_at__isnull=False).exists():
        return
    number = Report.objects.filter(comment=comment, settled_at=None, by_known=True).count()
    if number >= enough:
        withhold(comment, [Reason(HoldReason.REPORTED, str(number))])
        note_deed(Deed.HELD, None, thread_id=comment.thread_id, comment_id=comment.id)
