"""Members as recipients: their verified address is the one that is told."""

from django.db import transaction

from pennypress.notifications import rules
from pennypress.notifications.models import Recipient
from pennypress.readers.models import User


def member_recipient(user: User) -> Recipient | None:
    """The recipient of a member with a verified address, made if need be; None while the address is not verified.

    What somebody subscribed to as a guest, with the same address, becomes the member's.
    """
    email = user.email.lower()
    known = Recipient.objects.filter(user=user).first()
    if known is not None and known.email == email:
        return known
    if not rules.has_verified_address(user):
        return None
    with transaction.atomic():
        known = Recipient.objects.select_for_update().filter(user=user).first()
        guest = Recipient.objects.select_for_update().filter(email=email).first()
        if known is None:
            known, _new = Recipient.objects.update_or_create(email=email, defaults={"user": user})
        elif guest is None or guest.pk == known.pk:
            Recipient.objects.filter(pk=known.pk).update(email=email)
        else:
            _take_over(known, guest)
        known.refresh_from_db()
    return known


def follow_address(*, user: User) -> None:
    """The member's address has changed: what they are told of goes to the new one from now on."""
    if Recipient.objects.filter(user=user).exists():
        member_recipient(user)


def _take_over(member: Recipient, guest: Recipient) -> None:
    """One person with two recipients becomes one: the guest's confirmed subscriptions move, where there is no such."""
    has = set(member.subscriptions.values_list("kind", "subject", "thread"))
    for subscription in guest.subscriptions.exclude(confirmed_at=None)[: rules.MAX_SUBSCRIPTIONS]:
        if (subscription.kind, subscription.subject, subscription.thread) not in has:
            subscription.recipient = member
            subscription.save(update_fields=["recipient"])
    email = guest.email
    guest.delete()
    Recipient.objects.filter(pk=member.pk).update(email=email)
