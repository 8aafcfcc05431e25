"""Mails of what people are told: written from notices that are due, one mail for all of one person."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications import links, queries, rules
from pennypress.notifications.actions.mails import post_mail
from pennypress.notifications.actions.subscribing import about_us
from pennypress.notifications.models import Notice, Recipient
from pennypress.notifications.sources import Item


@task()
def write_letters() -> None:
    """Write a bounded number of the mails that are due, and leave the rest to another job."""
    if write_due_letters() == rules.LETTERS_PER_JOB:
        write_letters.enqueue()


def write_due_letters() -> int:
    """Write the mails of up to LETTERS_PER_JOB people whose notices are due. Returns how many people that were."""
    due = Notice.objects.filter(due_at__lte=timezone.now()).order_by("recipient_id")
    people = list(due.values_list("recipient_id", flat=True).distinct()[: rules.LETTERS_PER_JOB])
    for recipient_id in people:
        _write_letter(recipient_id)
    return len(people)


def _write_letter(recipient_id: UUID) -> None:
    """One mail with all that is due to this person; none where all of it was taken back or they want none now."""
    with transaction.atomic():
        recipient = Recipient.objects.select_for_update().filter(pk=recipient_id).first()
        if recipient is None:
            return
        due = Notice.objects.filter(recipient=recipient, due_at__lte=timezone.now()).order_by("id")
        # By their ids: what another job writes at this moment is not in this mail and stays due.
        ids = list(due.values_list("pk", flat=True)[: rules.LETTER_COUNTS])
        Notice.objects.filter(pk__in=ids).update(due_at=None)
        notices = list(
            Notice.objects.filter(pk__in=ids[: rules.LETTER_ITEMS]).select_related("subscription").order_by("id")
        )
        more = len(ids) - len(notices)
        # Who has ended the subscription meanwhile is not told after all.
        wanted = [notice for notice in notices if notice.subscription is not None]
        told = [each for each in queries.told(wanted) if each.item is not None]
        if told and not recipient.paused_at and not recipient.refused_at:
            _post(recipient, told, more)


def _post(recipient: Recipient, told: list[queries.Told], more: int) -> None:
    newsroom = current_newsroom()
    subscriptions = list({t.notice.subscription_id: t.notice.subscription for t in told}.values())
    # Of very many all are ended: then it is the digest itself that is not wanted.
    named = subscriptions if len(subscriptions) <= links.MAX_NAMED and not more else []
    stop = links.link(links.STOP, [recipient.pk, *(s.pk for s in named if s is not None)])
    items = [t.item for t in told if t.item is not None]
    post_mail(
        to=recipient.email,
        subject=f"{newsroom.name}: {_subject(items, more)}",
        template="notifications/mail/news",
        context={
            "newsroom": newsroom,
            "items": items,
            "site": settings.BASE_URL,
            "more": more,
            "reasons": [s for s in subscriptions if s is not None][: links.MAX_NAMED],
            "stop": stop,
            "account": settings.BASE_URL + reverse("notifications:subscriptions") if recipient.user_id else "",
        },
        key=f"news:{recipient.pk}:{told[-1].notice.pk}",
        headers={
            **about_us(),
            # One press in the mail program itself (RFC 8058).
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _subject(items: list[Item], more: int) -> str:
    number = len(items) + more
    if number == 1:
        return _("%(author)s: %(title)s") % {"author": items[0].author, "title": items[0].title}
    titles = {item.title for item in items}
    if len(titles) == 1:
        words = ngettext("%(n)s new on “%(title)s”", "%(n)s new on “%(title)s”", number)
        return words % {"n": number, "title": titles.pop()}
    return ngettext("%(n)s piece of news", "%(n)s pieces of news", number) % {"n": number}
