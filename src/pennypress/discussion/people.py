"""What is known of people: how far they are trusted, what binds them, what they wish to be seen."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import Group, Permission
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from pennypress.discussion.models import Comment, Removal, Rule, Sanction, SanctionQuerySet, State
from pennypress.discussion.permissions import MODERATE
from pennypress.discussion.trust import REMOVALS_REMEMBERED, SCANNED, Record
from pennypress.notifications.models import Recipient
from pennypress.readers.identity import Identity
from pennypress.readers.models import User

# Nobody has more that still stand; the gravest decide.
MAX_SANCTIONS = 20


def record_of(author_key: str, *, name: str, email: str, besides: UUID | None = None) -> Record:
    """What is known of a person: by identity, else by the same e-mail address and name together.

    Trust by an address is for the browser in which the address was confirmed: whoever guesses one would borrow a trust, and
    learn from an answer that it is somebody's. Its removals count for all who give it. Those of this very identity count
    always, so that nobody borrows their way out of them.
    """
    own = _record(Q(author_key=author_key), besides)
    if own.removed or own.approved or not email:
        return own
    given = _record(Q(email=email, name=name), besides)
    is_theirs = Recipient.objects.filter(email=email, browser_key=author_key).exists()
    return given if is_theirs else Record(removed=given.removed)


def _record(person: Q, besides: UUID | None) -> Record:
    comments = Comment.objects.filter(person)
    if besides:
        comments = comments.exclude(pk=besides)
    lately = comments.filter(state=State.REMOVED, created_at__gt=timezone.now() - REMOVALS_REMEMBERED)
    # Said already is no fault; and what came removed from elsewhere was judged by nobody here.
    faults = Removal.objects.filter(comment=OuterRef("pk"), lifted_at=None).exclude(rule=Rule.DUPLICATE)
    return Record(
        approved=len(comments.filter(state=State.PUBLISHED).values_list("pk")[:SCANNED]),
        removed=len(lately.filter(Exists(faults)).values_list("pk")[:SCANNED]),
    )


def standing_sanctions(identity: Identity) -> list[Sanction]:
    """What binds this person now, the latest first."""
    return list(sanctions_of(identity)[:MAX_SANCTIONS])


def sanctions_of(identity: Identity) -> SanctionQuerySet:
    """The standing ones by identity; an account also by its address where that was confirmed."""
    person = Q(author_key=identity.key)
    if identity.user_id:
        own = User.objects.filter(pk=identity.user_id).values("email")
        person |= Q(user_id=identity.user_id) | Q(email_confirmed=True, email__in=own)
    return Sanction.objects.standing().filter(person)


def sanctions_by_address(email: str) -> list[Sanction]:
    """What binds guests who give this address: it may be anybody's who typed it."""
    return list(Sanction.objects.standing().filter(email=email.strip().lower())[:MAX_SANCTIONS]) if email else []


def wears_badge(identity: Identity) -> bool:
    """Whether this person supports the newsroom and wishes it to be seen."""
    if identity.user_id is None:
        return False
    reader = User.objects.filter(pk=identity.user_id, shows_support=True, supporter_until__gt=timezone.now())
    return reader.exists()


def last_comment_at(author_key: str) -> datetime | None:
    return Comment.objects.filter(author_key=author_key).aggregate(latest=Max("created_at"))["latest"]


def other_moderator_exists(moderator: User) -> bool:
    """Whether somebody else may moderate."""
    return moderators().exclude(pk=moderator.pk).exists()


def moderators() -> QuerySet[User]:
    """Those for whom rules.may_moderate is true."""
    app, codename = MODERATE.split(".")
    may = Permission.objects.filter(codename=codename, content_type__app_label=app)
    granted = (
        Q(is_superuser=True) | Q(user_permissions__in=may) | Q(groups__in=Group.objects.filter(permissions__in=may))
    )
    # As a list of keys, so that who has it twice stands here once.
    return User.objects.filter(pk__in=User.objects.filter(granted, is_active=True).values("pk"))
