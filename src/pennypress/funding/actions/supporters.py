"""What a supporter does without an account: ask for the link to their gifts, and change a regular one."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from pennypress.delivery.limits import spend
from pennypress.funding import rules
from pennypress.funding.actions import managing
from pennypress.funding.actions.calls import carry_out
from pennypress.funding.addresses import SUPPORTER_LINK_LASTS, supporter_address
from pennypress.funding.models import Pledge, ProviderCall
from pennypress.funding.rules import Refused
from pennypress.funding.supporters import Change, open_changes, witness_of
from pennypress.lib.ids import uuid7
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications.actions import post_mail
from pennypress.notifications.links import address_key


def mail_supporter_link(*, email: str) -> None:
    """Mail the address a link to its gifts, if it has given any; whoever asks learns nothing. Raises TooMany."""
    email = email.strip().lower()
    spend((rules.LINKS_PER_ADDRESS, address_key(email)))
    with transaction.atomic():
        gift = witness_of(email)
        if gift is None:
            return
        newsroom = current_newsroom()
        post_mail(
            # As it was written with the gift: the mail goes to nobody who has only typed something like it.
            to=gift.email,
            subject=_("%(name)s: your gifts") % {"name": newsroom.name},
            template="funding/mail/supporter_link",
            context={
                "newsroom": newsroom,
                "link": settings.BASE_URL + supporter_address(gift.id),
                "hours": SUPPORTER_LINK_LASTS // timedelta(hours=1),
            },
            key=f"supporter-link:{uuid7()}",
        )


def change_pledge(
    *, pledge_id: UUID, change: Change, key: str, amount: int = 0, day: datetime | None = None, interval: str = ""
) -> None:
    """Write a supporter's wish down and carry it out at once. A second press of the same button (the key) changes nothing.

    Raises Refused and Declined with the reason, Unreachable when the provider does not answer: the wish is then kept, and
    tried again until it is done. Not to be called within a transaction.
    """
    if change == Change.LAST:
        return managing.make_last(pledge_id=pledge_id)
    if change == Change.GO_ON:
        return managing.go_on(pledge_id=pledge_id)
    key = f"{change}-{amount or day or ''}{interval}-{key}"
    with transaction.atomic():
        pledge = Pledge.objects.select_for_update().get(pk=pledge_id)
        call = ProviderCall.objects.filter(pledge=pledge, key__endswith=f":{pledge_id}:{key}").first()
        if call is None:
            # Two wishes under way could arrive in the wrong order, and the older one would win.
            if open_changes(pledge):
                raise Refused(
                    _("Your change before this one is still being carried out. Please try again in some minutes.")
                )
            call = _ask(pledge_id, change, key, amount, day, interval)
    carry_out(call_id=call.id)


def _ask(pledge_id: UUID, change: Change, key: str, amount: int, day: datetime | None, interval: str) -> ProviderCall:
    match change:
        case Change.DAY if day:
            return managing.change_day(pledge_id=pledge_id, next_at=day, key=key)
        case Change.INTERVAL:
            return managing.change_interval(pledge_id=pledge_id, interval=interval, amount=amount, key=key)
        case Change.AMOUNT:
            return managing.change_amount(pledge_id=pledge_id, amount=amount, key=key)
        case Change.PAUSE:
            return managing.pause(pledge_id=pledge_id, key=key)
        case Change.RESUME:
            return managing.resume(pledge_id=pledge_id, key=key)
        case Change.SKIP:
            return managing.skip_next(pledge_id=pledge_id, key=key)
    raise Refused(_("This cannot be done here."))
