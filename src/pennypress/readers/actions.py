from datetime import datetime

from django.db import transaction

from pennypress.readers.models import User


def rename_reader(*, user: User, name: str) -> None:
    """Change the name shown beside what the reader writes from now on."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(name=name.strip())


def note_support(*, email: str, until: datetime) -> None:
    """A reader with this confirmed address is a supporter until then; an earlier date changes nothing."""
    with transaction.atomic():
        readers = User.objects.select_for_update().filter(
            email__iexact=email, emailaddress__verified=True, emailaddress__email__iexact=email
        )
        for reader in readers:
            if reader.supporter_until is None or reader.supporter_until < until:
                User.objects.filter(pk=reader.pk).update(supporter_until=until)
