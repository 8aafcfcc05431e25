"""What is kept about a person for telling them: subscriptions, notices, devices, and the mails that were sent to them."""

from typing import Any

from django.db.models import Q, QuerySet

from pennypress.notifications.models import Device, Mail, Notice, Recipient, Subscription
from pennypress.readers.rights import Part, Person, register


def recipients_of(person: Person) -> QuerySet[Recipient]:
    """By proved address, by account, or as the guest in whose browser the address was confirmed."""
    return Recipient.objects.filter(
        Q(email__lower__in=person.emails) | Q(user__isnull=False, user=person.user_id) | Q(browser_key__in=person.keys)
    )


def export_telling(person: Person) -> Any:
    recipients = recipients_of(person)
    found = {
        "recipients": list(recipients.values("email", "created_at", "asked_at", "paused_at", "refused_at")),
        "subscriptions": list(
            Subscription.objects.filter(recipient__in=recipients)
            .order_by("created_at", "id")
            .values("kind", "title", "url", "frequency", "confirmed_at", "created_at")
        ),
        "notices": list(
            Notice.objects.filter(recipient__in=recipients)
            .order_by("created_at", "id")
            .values("source", "subject", "read_at", "created_at")
        ),
        "devices": list(Device.objects.filter(recipient__in=recipients).values("endpoint", "created_at")),
    }
    return found if found["recipients"] else None


def erase_telling(person: Person) -> bool:
    """Subscriptions, notices and devices go with their recipient."""
    recipients_of(person).delete()
    return True


def export_mails(person: Person) -> Any:
    own = Mail.objects.filter(to__lower__in=person.emails).order_by("created_at", "id")
    return list(own.values("to", "subject", "text", "created_at", "sent_at"))


def erase_mails(person: Person) -> bool:
    """Sent ones are deleted. One that is on its way goes first: it may be the one that says that a gift has ended."""
    own = Mail.objects.filter(to__lower__in=person.emails)
    own.exclude(sent_at=None).delete()
    return not own.exists()


TELLING = ("Recipient", "Subscription", "Notice", "Device")

register(Part("telling", export_telling, erase_telling, models=tuple(f"notifications.{name}" for name in TELLING)))
register(Part("mails", export_mails, erase_mails, models=("notifications.Mail",)))
