from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from pennypress.readers.models import Erasure, User
from pennypress.readers.rights import Person, parts
from pennypress.readers.signals import support_hidden

# A mail that is on its way is gone after some minutes; then what kept its address can go.
ERASE_AGAIN = timedelta(minutes=5)


def change_reader(*, user: User, name: str, shows_support: bool) -> None:
    """Change the name shown beside what the reader writes from now on, and whether their support is shown.

    Who does not wish it any more is told to the rooms above in the same transaction: no old mark stays.
    """
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(name=name.strip(), shows_support=shows_support)
        if not shows_support:
            support_hidden.send(sender=User, user_id=user.pk)


def note_support(*, email: str, until: datetime) -> None:
    """A reader with this confirmed address is a supporter until then; an earlier date changes nothing."""
    with transaction.atomic():
        readers = User.objects.select_for_update().filter(
            email__iexact=email, emailaddress__verified=True, emailaddress__email__iexact=email
        )
        for reader in readers:
            if reader.supporter_until is None or reader.supporter_until < until:
                User.objects.filter(pk=reader.pk).update(supporter_until=until)


def set_support(*, email: str, until: datetime | None) -> None:
    """A reader with this confirmed address is a supporter until then, and no longer."""
    User.objects.filter(email__iexact=email, emailaddress__verified=True, emailaddress__email__iexact=email).update(
        supporter_until=until
    )


def ask_erasure(*, person: Person) -> Erasure:
    """Have everything about this person erased: noted at once, done by the worker within moments.

    An account cannot be used from here on. Asking twice is erased once; there is nothing left the second time.
    """
    with transaction.atomic():
        erasure = Erasure.objects.create(keys=list(person.keys), emails=list(person.emails), user_uuid=person.user_id)
        if person.user_id:
            User.objects.filter(pk=person.user_id).update(is_active=False)
        erase_later.enqueue(str(erasure.pk))
    return erasure


@task()
def erase_later(erasure_id: str) -> None:
    erase(UUID(erasure_id))


def erase(erasure_id: UUID) -> None:
    """Erase part by part. Each part may be called again, so that a killed worker's job simply begins anew."""
    erasure = Erasure.objects.filter(pk=erasure_id, done_at=None).first()
    if erasure is None:
        return
    person = Person(tuple(erasure.keys), erasure.user_uuid, tuple(erasure.emails))
    for part in parts():
        if part.erase and not part.erase(person):
            erase_later.using(run_after=timezone.now() + ERASE_AGAIN).enqueue(str(erasure.pk))
            return
    Erasure.objects.filter(pk=erasure.pk).update(done_at=timezone.now(), keys=[], emails=[], user_uuid=None)


def erase_account(*, user_id: UUID) -> None:
    """Delete an account with its addresses, passkeys and sessions."""
    with transaction.atomic():
        for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
            if session.get_decoded().get("_auth_user_id") == str(user_id):
                session.delete()
        User.objects.filter(pk=user_id).delete()
