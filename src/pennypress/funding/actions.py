from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.funding import ledger, rules
from pennypress.funding.models import AccountName, Gift, GiftState, Pledge, ProviderEvent
from pennypress.funding.providers.base import Provider
from pennypress.jobs.actions import enqueue_once
from pennypress.lib.money import format_money
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications.actions import post_mail
from pennypress.readers.actions import note_support

# A gift makes its giver a supporter for a month and a few days' grace.
SUPPORTER_FOR = timedelta(days=35)


def start_gift(*, email: str, amount: int, monthly: bool, key: str, provider: Provider) -> Gift:
    """Write down the intent of a gift; the caller then leads the reader to the provider's page.

    The same form sent twice (same key) is the same gift. Raises rules.Refused for an amount a gift cannot have.
    """
    currency = current_newsroom().currency
    rules.check_amount(amount, currency)
    with transaction.atomic():
        known = Gift.objects.filter(key=key).first()
        if known:
            return known
        pledge = None
        if monthly:
            pledge = Pledge.objects.create(email=email, amount=amount, currency=currency, provider=provider.name)
        return Gift.objects.create(
            key=key, email=email, amount=amount, currency=currency, provider=provider.name, pledge=pledge
        )


def receive_event(*, provider: Provider, raw: bytes, signature: str) -> ProviderEvent:
    """Write a provider's event into the inbox, once per (provider, object, kind), with the job that applies it.

    Raises BadEvent for one that is forged, too old or not understood; then nothing is written.
    """
    fact = provider.read_event(raw, signature)
    with transaction.atomic():
        event, created = ProviderEvent.objects.get_or_create(
            provider=provider.name, **fact, defaults={"body": raw.decode("utf-8", "replace")}
        )
        if created:
            enqueue_once(apply_event_later, key=f"event:{event.id}", args=(str(event.id),))
    return event


@task()
def apply_event_later(event_id: str) -> None:
    apply_event(event_id=UUID(event_id))


def apply_event(*, event_id: UUID) -> None:
    """Do what the event tells, once; an event about an unknown gift stays in the inbox with its error."""
    with transaction.atomic():
        event = ProviderEvent.objects.select_for_update().get(pk=event_id)
        if event.applied_at:
            return
        gift = _gift(event)
        if gift is None:
            ProviderEvent.objects.filter(pk=event.pk).update(error="No gift of ours has this id.")
            return
        if event.kind == "captured":
            capture(gift=gift, captured_at=event.received_at)
        elif gift.state in (GiftState.INTENDED, GiftState.WAITING):
            Gift.objects.filter(pk=gift.pk).update(state=GiftState.DECLINED)
        ProviderEvent.objects.filter(pk=event.pk).update(applied_at=timezone.now(), error="")


def _gift(event: ProviderEvent) -> Gift | None:
    try:
        return (
            Gift.objects.select_for_update(of=("self",)).filter(pk=UUID(event.object), provider=event.provider).first()
        )
    except ValueError:
        return None


def capture(*, gift: Gift, captured_at: datetime, receipt: bool = True) -> None:
    """The provider has the money: book it, mark the gift, promise its pledge's next ones, write the receipt."""
    with transaction.atomic():
        booked = ledger.post(
            key=f"gift:{gift.id}",
            happened_at=captured_at,
            note=str(_("Gift")),
            lines=[
                (AccountName.PROVIDER, gift.currency, gift.amount),
                (AccountName.INCOME, gift.currency, -gift.amount),
            ],
        )
        if booked is None:
            return
        Gift.objects.filter(pk=gift.pk).update(state=GiftState.CAPTURED, captured_at=captured_at)
        if gift.pledge_id:
            Pledge.objects.filter(pk=gift.pledge_id).update(active=True)
        if receipt and gift.email:
            note_support(email=gift.email, until=captured_at + SUPPORTER_FOR)
            newsroom = current_newsroom()
            post_mail(
                to=gift.email,
                subject=_("Your gift to %(name)s") % {"name": newsroom.name},
                template="funding/mail/receipt",
                context={
                    "newsroom": newsroom,
                    "amount": format_money(gift.amount, gift.currency),
                    "date": timezone.localtime(captured_at),
                    "number": gift.id,
                    "monthly": gift.pledge_id is not None,
                },
                key=f"receipt:{gift.id}",
            )


def renew_pledges() -> int:
    """Make the running month's gift of every active pledge of the fake provider that has none yet; returns how many.

    The key holds pledge and month, so however often this runs each month is given once.
    """
    now = timezone.now()
    month = ledger.month_of(now)
    renewed = 0
    for pledge in Pledge.objects.filter(active=True, provider="fake").iterator():
        if pledge.gifts.filter(
            state=GiftState.CAPTURED, captured_at__gte=now.replace(day=1, hour=0, minute=0)
        ).exists():
            continue
        with transaction.atomic():
            gift, created = Gift.objects.get_or_create(
                key=f"pledge:{pledge.id}:{month:%Y-%m}",
                defaults={
                    "email": pledge.email, "amount": pledge.amount, "currency": pledge.currency,
                    "provider": pledge.provider, "pledge": pledge,
                },
            )  # fmt: skip
            if created:
                capture(gift=gift, captured_at=now)
                renewed += 1
    return renewed


def record_offline_gift(*, amount: int, account: str, happened_at: datetime, note: str, key: str) -> Gift:
    """Book a gift that came by hand, in cash or at the bank. The same key is booked once. Raises rules.Refused."""
    currency = current_newsroom().currency
    if amount <= 0:
        rules.check_amount(amount, currency)
    if account not in (AccountName.CASH, AccountName.BANK):
        raise rules.Refused(_("A gift by hand goes to the cash box or the bank."))
    with transaction.atomic():
        gift, created = Gift.objects.get_or_create(
            key=key,
            defaults={
                "amount": amount, "currency": currency, "provider": account,
                "state": GiftState.CAPTURED, "captured_at": happened_at,
            },
        )  # fmt: skip
        if created:
            ledger.post(
                key=f"gift:{gift.id}",
                happened_at=happened_at,
                note=(note or str(_("Gift by hand")))[:200],
                lines=[(account, currency, amount), (AccountName.INCOME, currency, -amount)],
            )
    return gift
