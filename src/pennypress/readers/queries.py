from allauth.account.models import EmailAddress
from django.http import HttpRequest

from pennypress.readers.identity import identity_of
from pennypress.readers.rights import Person


def person_of(request: HttpRequest) -> Person | None:
    """Who is asking for their rights; None for a browser that has never done anything here.

    Somebody signed in is their account alone: a guest's cookie in the same browser may be a sister's. Addresses count
    only when they were confirmed: anybody can type anybody's.
    """
    identity = identity_of(request)
    if identity is None:
        return None
    if identity.user_id is None:
        return Person((identity.key,))
    addresses = EmailAddress.objects.filter(user_id=identity.user_id, verified=True).values_list("email", flat=True)
    return Person((identity.key,), identity.user_id, tuple(sorted({address.lower() for address in addresses})))
