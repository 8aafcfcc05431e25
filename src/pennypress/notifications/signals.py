from typing import Any

from allauth.account.signals import email_changed, email_confirmed

from pennypress.notifications import actions
from pennypress.readers.models import User


def connect() -> None:
    email_changed.connect(on_email_changed, dispatch_uid="notifications.email_changed")
    email_confirmed.connect(on_email_confirmed, dispatch_uid="notifications.email_confirmed")


def on_email_changed(sender: Any, user: User, **kwargs: Any) -> None:
    actions.follow_address(user=user)


def on_email_confirmed(sender: Any, email_address: Any, **kwargs: Any) -> None:
    actions.follow_address(user=email_address.user)
