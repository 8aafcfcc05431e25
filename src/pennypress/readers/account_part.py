"""The account itself as a part of readers' rights, and what stays about those who work at the desk."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext_lazy as _

from pennypress.delivery.models import Spending
from pennypress.readers.actions import erase_account
from pennypress.readers.models import User
from pennypress.readers.rights import Part, Person, register

DESK = _("What staff do at the desk is the newsroom's own record. An account with a desk is not erased by itself.")
NEWSROOM = _("The newsroom's own address.")
WAGTAILS = ("wagtailcore", "wagtailadmin", "wagtailusers", "wagtaildocs", "wagtailimages", "wagtailsearch*")


def export_account(person: Person) -> Any:
    user = User.objects.filter(pk=person.user_id).first() if person.user_id else None
    if user is None:
        return {"identity": list(person.keys)} if person.keys else None
    addresses = EmailAddress.objects.filter(user=user).order_by("pk").values("email", "verified", "primary")
    factors = Authenticator.objects.filter(user=user).order_by("pk").values("type", "created_at", "last_used_at")
    return {
        "identity": list(person.keys),
        "email": user.email,
        "name": user.name,
        "joined": user.date_joined,
        "last_signed_in": user.last_login,
        "supporter_until": user.supporter_until,
        "addresses": list(addresses),
        "ways_to_sign_in": list(factors),
    }


def erase_account_of(person: Person) -> bool:
    Spending.objects.filter(who__in=person.keys).delete()
    if person.user_id:
        erase_account(user_id=person.user_id)
    return True


register(
    Part(
        "account",
        export_account,
        erase_account_of,
        models=(
            "readers.User",
            "readers.User_groups",
            "readers.User_user_permissions",
            "readers.Erasure",
            "account.EmailAddress",
            "account.EmailConfirmation",
            "mfa.Authenticator",
            "sessions.Session",
            "delivery.Spending",
        ),
        kept={f"{app}.*": DESK for app in WAGTAILS} | {"newsroom.Newsroom": NEWSROOM},
        is_last=True,
    )
)
