"""What the tests of telling share."""

import re

from django.core import mail

from pennypress.discussion import actions as discussion
from pennypress.jobs.worker import work_off
from pennypress.notifications.models import Recipient, Subscription
from pennypress.readers.identity import Identity

ANN = Identity("guest:00000000-0000-0000-0000-00000000000a", None, "", False)
BOB = Identity("guest:00000000-0000-0000-0000-00000000000b", None, "", False)


def identity_of(user):
    return Identity(f"user:{user.pk}", user.pk, user.name, user.is_staff)


def subscribe(article, email="ann@example.org", kind="comments", identity=ANN, frequency="now", comment=None):
    return discussion.subscribe(
        page_id=article.pk, kind=kind, identity=identity, email=email, frequency=frequency, comment=comment
    )


def confirmed(article, email="ann@example.org", **fields):
    """A subscription as it is after the button in the mail was pressed."""
    subscribe(article, email, **fields)
    Subscription.objects.filter(recipient__email=email).update(confirmed_at="2026-01-01T00:00:00Z")
    return Recipient.objects.get(email=email)


def post(article, identity=BOB, **fields):
    """A comment that appears at once."""
    return discussion.post_comment(
        **{"page_id": article.pk, "identity": identity, "name": "Bob", "text": "Hello", "by_staff": True, **fields}
    )


def told(words=None):
    """Who was mailed since, by the worker, of what they subscribed to; questions for confirmation are none of it."""
    mail.outbox.clear()
    work_off()
    mail.outbox[:] = [message for message in mail.outbox if "List-Unsubscribe" in message.extra_headers]
    return sorted(message.to[0] for message in mail.outbox if words is None or words in message.body)


def links_in(text):
    return re.findall(r"https?://\S+", text)


def path_of(link):
    return link.partition("//")[2].partition("/")[2].join(["/", ""])
