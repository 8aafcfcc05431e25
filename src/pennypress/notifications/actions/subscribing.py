"""Beginning, changing and ending subscriptions."""

from collections.abc import Collection
from datetime import timedelta
from enum import Enum, auto
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.limits import spend
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications import links, rules
from pennypress.notifications.actions.mails import post_mail
from pennypress.notifications.actions.members import member_recipient
from pennypress.notifications.models import Frequency, Recipient, Subscription
from pennypress.notifications.sources import Topic
from pennypress.readers.identity import Identity
from pennypress.readers.models import User


class Outcome(Enum):
    SUBSCRIBED = auto()
    ASKED = auto()


def subscribe(*, topic: Topic, identity: Identity, email: str = "", frequency: str = Frequency.NOW) -> Outcome:
    """Subscribe a member at once, a guest when the address has confirmed it.

    A member's own verified address counts, whatever `email` says. A guest whose browser has confirmed this address
    before needs no further mail. For anybody else the outcome is ASKED, whether the address is known, has
    confirmed the very same long ago, was asked today already, or wants no questions: it tells a stranger nothing.
    Asking again for what one has changes its frequency. Raises Refused without an address, and at the limit of
    subscriptions.
    """
    if frequency not in Frequency.values:
        raise rules.Refused(_("Please choose how often you want to be told."))
    member = User.objects.get(pk=identity.user_id) if identity.user_id else None
    recipient = member_recipient(member) if member else None
    if member is not None and recipient is not None:
        Recipient.objects.filter(pk=recipient.pk).update(refused_at=None)
        _write(recipient, topic, frequency, confirmed=True)
        return Outcome.SUBSCRIBED
    if frequency == Frequency.SITE:
        raise rules.Refused(_("Only members with a confirmed address have an inbox on this site."))
    email = (member.email if member else email).strip().lower()
    if not email:
        raise rules.Refused(_("Please give an e-mail address, or sign in first."))
    with transaction.atomic():
        recipient, _new = Recipient.objects.get_or_create(email=email)
        # Held until the end, so that two requests do not both find that nobody was asked today.
        recipient = Recipient.objects.select_for_update().get(pk=recipient.pk)
        if recipient.refused_at:
            return Outcome.ASKED
        is_known = recipient.browser_key == identity.key
        subscription = _write(recipient, topic, frequency, confirmed=is_known)
        if not is_known and subscription is not None and not subscription.confirmed_at:
            _ask(recipient, subscription)
    return Outcome.SUBSCRIBED if is_known else Outcome.ASKED


def _write(recipient: Recipient, topic: Topic, frequency: str, *, confirmed: bool) -> Subscription | None:
    """The subscription, new or as it was; None where strangers have asked this address for too much."""
    place = {"recipient": recipient, "kind": topic.kind, "subject": topic.subject, "thread": topic.thread}
    known = Subscription.objects.filter(**place).first()
    if known is not None:
        if confirmed:
            known.frequency, known.confirmed_at = frequency, known.confirmed_at or timezone.now()
            known.save(update_fields=["frequency", "confirmed_at"])
        return known
    if confirmed:
        if recipient.subscriptions.exclude(confirmed_at=None).count() >= rules.MAX_SUBSCRIPTIONS:
            raise rules.Refused(_("You have as many subscriptions as one can have. Please end some first."))
    elif recipient.subscriptions.filter(confirmed_at=None).count() >= rules.MAX_UNCONFIRMED:
        return None
    fields = {
        "title": topic.title[:255],
        "url": topic.url[:500],
        "frequency": frequency,
        "confirmed_at": timezone.now() if confirmed else None,
    }
    try:
        with transaction.atomic():
            return Subscription.objects.create(**place, **fields)
    except IntegrityError:
        # The second press of a double press.
        return Subscription.objects.get(**place)


def _ask(recipient: Recipient, subscription: Subscription) -> None:
    """Mail the question, unless the address was asked within ASK_AGAIN_AFTER. Inside the caller's transaction."""
    now = timezone.now()
    may_be_asked = Q(asked_at=None) | Q(asked_at__lte=now - rules.ASK_AGAIN_AFTER)
    if not Recipient.objects.filter(may_be_asked, pk=recipient.pk).update(asked_at=now):
        return
    newsroom = current_newsroom()
    post_mail(
        to=recipient.email,
        subject=_("%(name)s: please confirm that you want to be told") % {"name": newsroom.name},
        template="notifications/mail/confirm",
        context={
            "newsroom": newsroom,
            "subscription": subscription,
            "page": settings.BASE_URL + subscription.url,
            "link": links.link(links.CONFIRM, [subscription.pk]),
            "days": rules.CONFIRM_LIFE.days,
        },
        key=f"confirm:{subscription.pk}:{now.isoformat()}",
        headers=about_us(),
    )


def about_us() -> dict[str, str]:
    """Headers that tell mail programs that nobody sits here waiting for an answer (RFC 3834)."""
    return {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def ask_again(*, subscription_id: UUID) -> None:
    """Mail a new link for an old one, if the question still stands and the address was not asked today."""
    with transaction.atomic():
        waiting = Subscription.objects.filter(pk=subscription_id, confirmed_at=None).select_related("recipient").first()
        if waiting is not None and waiting.recipient.refused_at is None:
            _ask(waiting.recipient, waiting)


def confirm(*, recipient: Recipient, chosen: Collection[UUID], browser: Identity) -> int:
    """Begin the chosen subscriptions of those that wait, drop the others, and know this browser as the address's own.

    Returns how many began.
    """
    with transaction.atomic():
        room = rules.MAX_SUBSCRIPTIONS - recipient.subscriptions.exclude(confirmed_at=None).count()
        waiting = recipient.subscriptions.filter(confirmed_at=None)
        wanted = list(waiting.filter(pk__in=list(chosen)).values_list("pk", flat=True)[: max(room, 0)])
        begun = waiting.filter(pk__in=wanted).update(confirmed_at=timezone.now())
        waiting.exclude(pk__in=wanted).delete()
        if browser.user_id is None:
            Recipient.objects.filter(pk=recipient.pk).update(browser_key=browser.key)
    return begun


def refuse(*, recipient: Recipient) -> None:
    """Ask this address nothing any more: what waits is dropped, and nobody can ask it again but its owner's account."""
    with transaction.atomic():
        recipient.subscriptions.filter(confirmed_at=None).delete()
        Recipient.objects.filter(pk=recipient.pk).update(refused_at=timezone.now())


def end(*, subscriptions: Collection[UUID]) -> int:
    """End these subscriptions. Returns how many there were."""
    with transaction.atomic():
        _all, by_model = Subscription.objects.filter(pk__in=list(subscriptions)).delete()
    return by_model.get(Subscription._meta.label, 0)


def end_all(*, recipient: Recipient) -> None:
    """End everything, what waits for confirmation and what waits to be mailed included."""
    with transaction.atomic():
        recipient.subscriptions.all().delete()
        recipient.notices.exclude(due_at=None).update(due_at=None)


def set_frequency(*, recipient: Recipient, kind: str, frequency: str) -> None:
    """Be told of everything of this kind as often as this. Raises Refused for a frequency that is none."""
    allowed = set(Frequency.values) - (set() if recipient.user_id else {Frequency.SITE.value})
    if frequency not in allowed:
        raise rules.Refused(_("Please choose how often you want to be told."))
    with transaction.atomic():
        recipient.subscriptions.filter(kind=kind).exclude(confirmed_at=None).update(frequency=frequency)


def pause(*, recipient: Recipient) -> None:
    """Send nothing until `resume`. A member's inbox goes on filling; what a guest misses they miss."""
    with transaction.atomic():
        Recipient.objects.filter(pk=recipient.pk, paused_at=None).update(paused_at=timezone.now())
        recipient.notices.exclude(due_at=None).update(due_at=None)


def resume(*, recipient: Recipient) -> None:
    with transaction.atomic():
        Recipient.objects.filter(pk=recipient.pk).update(paused_at=None)


def mail_link(*, email: str) -> None:
    """Mail the address a link to its subscriptions, if it has any; whoever asks learns nothing. Raises TooMany."""
    email = email.strip().lower()
    spend((rules.LINKS_PER_ADDRESS, links.address_key(email)))
    with transaction.atomic():
        recipient = Recipient.objects.filter(email=email).first()
        if recipient is None or not recipient.subscriptions.exclude(confirmed_at=None).exists():
            return
        newsroom = current_newsroom()
        post_mail(
            to=recipient.email,
            subject=_("%(name)s: your subscriptions") % {"name": newsroom.name},
            template="notifications/mail/link",
            context={
                "newsroom": newsroom,
                "link": links.link(links.MINE, [recipient.pk]),
                "hours": rules.MINE_LIFE // timedelta(hours=1),
                "account": settings.BASE_URL + reverse("notifications:subscriptions") if recipient.user_id else "",
            },
            key=f"link:{recipient.pk}:{timezone.now().isoformat()}",
            headers=about_us(),
        )
