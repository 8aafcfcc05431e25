"""What is kept about a person in the outbox: the mails that were sent to them."""

from typing import Any

from pennypress.notifications.models import Mail
from pennypress.readers.rights import Part, Person, register


def export_mails(person: Person) -> Any:
    own = Mail.objects.filter(to__in=person.emails).order_by("created_at", "id")
    return list(own.values("to", "subject", "text", "created_at", "sent_at"))


def erase_mails(person: Person) -> bool:
    """Sent ones are deleted. One that is on its way goes first: it may be the one that says that a gift has ended."""
    own = Mail.objects.filter(to__in=person.emails)
    own.exclude(sent_at=None).delete()
    return not own.exists()


register(Part("mails", export_mails, erase_mails, models=("notifications.Mail",)))
