from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.discussion import rules
from pennypress.discussion.actions.deeds import check_moderator, locked, note_deed
from pennypress.discussion.actions.letters import tell_of_sanction
from pennypress.discussion.models import Comment, Deed, Rule, Sanction
from pennypress.readers.models import User

DEEDS = {
    Sanction.Kind.WARNING: Deed.WARNED,
    Sanction.Kind.SLOWED: Deed.SLOWED,
    Sanction.Kind.SUSPENDED: Deed.SUSPENDED,
    Sanction.Kind.BANNED: Deed.BANNED,
}


def impose_sanction(
    *,
    comment_id: UUID,
    moderator: User,
    kind: str,
    rule: str,
    note: str = "",
    until: datetime | None = None,
    minutes: int | None = None,
    batch: UUID | None = None,
) -> Sanction:
    """Sanction the author of a comment: warn, slow down, suspend or ban. They are told by mail where there is an
    address, and on the page.

    It binds their identity and their account; for guests also the address they gave. Raises Refused for a suspension
    without an end, a slowing without minutes, a sanction of staff, and a rule that is none.
    """
    if kind not in Sanction.Kind.values or rule not in Rule.values:
        raise rules.Refused(_("Please choose a sanction and the rule it is for."))
    _check_measure(kind, until, minutes)
    with transaction.atomic():
        comment = locked(comment_id, moderator)
        if comment.by_staff or (comment.user and rules.may_moderate(comment.user)):
            raise rules.Refused(_("Staff are not sanctioned here."))
        sanction = Sanction.objects.create(
            kind=kind,
            author_key=comment.author_key,
            user=comment.user,
            name=comment.name,
            email=(comment.user.email if comment.user else comment.email).lower(),
            email_confirmed=_is_confirmed(comment),
            comment_uuid=comment.id,
            rule=rule,
            note=note[:500],
            minutes=minutes if kind == Sanction.Kind.SLOWED else None,
            until=until if kind in (Sanction.Kind.SUSPENDED, Sanction.Kind.SLOWED) else None,
            moderator=moderator,
        )
        tell_of_sanction(sanction)
        note_deed(
            DEEDS[Sanction.Kind(kind)],
            moderator,
            thread_id=comment.thread_id,
            comment_id=comment.id,
            rule=rule,
            note=note,
            facts={"sanction": sanction.id.hex},
            batch=batch,
        )
    return sanction


def _check_measure(kind: str, until: datetime | None, minutes: int | None) -> None:
    now = timezone.now()
    if kind == Sanction.Kind.SUSPENDED and not (until and now < until <= now + rules.MAX_SUSPENSION):
        raise rules.Refused(_("Please say for how long; at most a year."))
    if kind == Sanction.Kind.SLOWED and not rules.MIN_SLOW_MINUTES <= (minutes or 0) <= rules.MAX_SLOW_MINUTES:
        raise rules.Refused(
            _("Please say how many minutes lie between two comments: %(least)s to %(most)s.")
            % {"least": rules.MIN_SLOW_MINUTES, "most": rules.MAX_SLOW_MINUTES}
        )


def _is_confirmed(comment: Comment) -> bool:
    """Whether the address is known to be this person's own."""
    if comment.user is None:
        return False
    return EmailAddress.objects.filter(user=comment.user, email__iexact=comment.user.email, verified=True).exists()


def lift_sanction(
    *, sanction_id: UUID, moderator: User, note: str = "", batch: UUID | None = None, undoes: UUID | None = None
) -> Sanction:
    """End a sanction before its time; the person is told. Raises Refused when it has been lifted already."""
    check_moderator(moderator)
    with transaction.atomic():
        sanction = Sanction.objects.select_for_update(of=("self",)).get(pk=sanction_id)
        if sanction.lifted_at is not None:
            raise rules.Refused(_("This has been lifted already."))
        sanction.lifted_at = timezone.now()
        sanction.save(update_fields=["lifted_at"])
        tell_of_sanction(sanction, lifted=True)
        note_deed(
            Deed.LIFTED,
            moderator,
            comment_id=sanction.comment_uuid,
            rule=sanction.rule,
            note=note,
            facts={"sanction": sanction.id.hex},
            batch=batch,
            undoes=undoes,
        )
    return sanction


def acknowledge_warning(*, sanction_id: UUID) -> None:
    """The warned person says that they have read it. Again changes nothing."""
    with transaction.atomic():
        Sanction.objects.filter(pk=sanction_id, kind=Sanction.Kind.WARNING, acknowledged_at=None).update(
            acknowledged_at=timezone.now()
        )
