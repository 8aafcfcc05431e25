from typing import Any
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import transaction
from django.tasks import task
from django.template.loader import render_to_string
from django.utils import timezone

from pennypress.notifications.models import Mail


def post_mail(
    *, to: str, subject: str, template: str, context: dict[str, Any], key: str, headers: dict[str, str] | None = None
) -> Mail:
    """Put a mail into the outbox within the caller's transaction; its text is `<template>.txt`.

    The same key is posted once: a second call returns the first mail. A rolled-back transaction sends nothing.
    """
    return post_text(
        to=to, subject=subject, text=render_to_string(f"{template}.txt", context), key=key, headers=headers
    )


def post_text(*, to: str, subject: str, text: str, key: str, headers: dict[str, str] | None = None) -> Mail:
    """As post_mail, with the text at hand."""
    with transaction.atomic():
        mail, created = Mail.objects.get_or_create(
            key=key,
            defaults={
                "to": to,
                "subject": one_line(subject)[:300],
                "text": text.strip() + "\n",
                "headers": headers or {},
            },
        )
        if created:
            send_later.enqueue(str(mail.pk))
    return mail


def one_line(text: str) -> str:
    """A header's text: line ends would begin another header."""
    return " ".join(text.split())


@task()
def send_later(mail_id: str) -> None:
    send_mail(UUID(mail_id))


def send_mail(mail_id: UUID) -> None:
    """Send the mail unless it was sent. If the process dies between sending and noting it, it is sent again: that gap
    is the mail system's own, and SMTP leaves no way to close it."""
    mail = Mail.objects.filter(pk=mail_id, sent_at=None).first()
    if mail is None:
        return
    # The key as Message-ID lets a mail server drop the rare second copy.
    headers = {**mail.headers, "Message-ID": f"<{mail.pk}@pennypress>"}
    message = EmailMessage(subject=mail.subject, body=mail.text, to=[mail.to], headers=headers)
    message.send()
    Mail.objects.filter(pk=mail.pk).update(sent_at=timezone.now())
