"""What is known of people: how far they are trusted, what binds them, what they wish to be seen."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, Permission
from django.db.models import CharField, DateTimeField, Exists, Max, OuterRef, Q, QuerySet, UUIDField
from django.utils import timezone

from pennypress.discussion.models import Comment, Removal, Rule, Sanction, SanctionQuerySet, State
from pennypress.discussion.permissions import MODERATE
from pennypress.discussion.trust import REMOVALS_REMEMBERED, SCANNED, Record
from pennypress.lib.ids import NOBODY
from pennypress.lib.prepared import Given, Prepared
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
    asked = {"besides": besides or NOBODY, "since": timezone.now() - REMOVALS_REMEMBERED}
    own = _by_identity.read(author_key=author_key, **asked)
    if own.removed or own.approved or not email:
        return own
    given = _by_address.read(email=email, name=name, **asked)
    is_theirs = Recipient.objects.filter(email=email, browser_key=author_key).exists()
    return given if is_theirs else Record(removed=given.removed)


class _Records:
    """The records of people told apart by these columns."""

    def __init__(self, *columns: str) -> None:
        self.columns = columns
        self.approved, self.removed = Prepared(self._approved), Prepared(self._removed)

    def read(self, **asked: Any) -> Record:
        return Record(approved=len(self.approved(**asked)), removed=len(self.removed(**asked)))

    def _comments(self) -> QuerySet[Comment]:
        person = {column: Given(column, CharField()) for column in self.columns}
        return Comment.objects.filter(**person).exclude(pk=Given("besides", UUIDField()))

    def _approved(self) -> QuerySet[Comment, Any]:
        return self._comments().filter(state=State.PUBLISHED).values_list("pk")[:SCANNED]

    def _removed(self) -> QuerySet[Comment, Any]:
        lately = self._comments().filter(state=State.REMOVED, created_at__gt=Given("since", DateTimeField()))
        # Said already is no fault; and what came removed from elsewhere was judged by nobody here.
        faults = Removal.objects.filter(comment=OuterRef("pk"), lifted_at=None).exclude(rule=Rule.DUPLICATE)
        return lately.filter(Exists(faults)).values_list("pk")[:SCANNED]


_by_identity, _by_address = _Records("author_key"), _Records("email", "name")


def standing_sanctions(identity: Identity) -> list[Sanction]:
    """What binds this person now, the latest first."""
    standing = _members_sanctions if identity.user_id else _guests_sanctions
    return standing(key=identity.key, user=identity.user_id, now=timezone.now())


def sanctions_of(*, is_member: bool) -> SanctionQuerySet:
    """The standing ones by identity; an account also by its address where that was confirmed. Who it is, and when, is given
    when it is asked: `key`, `user`, `now`."""
    person = Q(author_key=Given("key", CharField()))
    if is_member:
        user = Given("user", UUIDField())
        own = User.objects.filter(pk=user).values("email")
        person |= Q(user_id=user) | Q(email_confirmed=True, email__in=own)
    return Sanction.objects.standing(Given("now", DateTimeField())).filter(person)


_members_sanctions = Prepared(lambda: sanctions_of(is_member=True)[:MAX_SANCTIONS])
_guests_sanctions = Prepared(lambda: sanctions_of(is_member=False)[:MAX_SANCTIONS])


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
