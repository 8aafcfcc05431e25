import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.funding import ledger, rules
from pennypress.funding.addresses import pledge_address
from pennypress.funding.models import (
    AccountName,
    Cancellation,
    FundingPlan,
    Gift,
    GiftState,
    MonthScale,
    MonthTotal,
    Pledge,
    ProviderEvent,
    Tier,
)
from pennypress.funding.providers.base import Provider
from pennypress.funding.queries import open_pledges
from pennypress.jobs.actions import enqueue_once
from pennypress.lib.money import format_money
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications.actions import post_mail
from pennypress.readers.actions import note_support

# A gift makes its giver a supporter for a month and a few days' grace.
SUPPORTER_FOR = timedelta(days=35)


def start_gift(*, email: str, amount: int, monthly: bool, key: str, provider: Provider) -> Gift:
    """Write down the intent of a gift; the caller then leads the reader to the provider's page.

    The same form with the same answers sent twice is the same gift. Raises rules.Refused for an amount a gift cannot have.
    """
    currency = current_newsroom().currency
    rules.check_amount(amount, currency)
    # The back button brings the same form with another amount: that is another gift, not the first one again.
    key = "form:" + hashlib.blake2b(f"{key}\0{email}\0{amount}\0{monthly}".encode(), digest_size=24).hexdigest()
    with transaction.atomic():
        fields = {"email": email, "amount": amount, "currency": currency, "provider": provider.name}
        gift, created = Gift.objects.get_or_create(key=key, defaults=fields)
        tries = 1
        while not created and gift.state == GiftState.DECLINED:
            # Back from a declined payment with the same answers: a new try, with an intent of its own.
            tries += 1
            gift, created = Gift.objects.get_or_create(key=f"{key}:{tries}", defaults=fields)
        if created and monthly:
            gift.pledge = Pledge.objects.create(**fields)
            gift.save(update_fields=["pledge"])
    return gift


def receive_event(*, provider: Provider, raw: bytes, signature: str) -> ProviderEvent:
    """Write a provider's event into the inbox, once per (provider, object, kind), with the job that applies it.

    Raises BadEvent for one that is forged, too old or not understood; then nothing is written.
    """
    fact = provider.read_event(raw, signature)
    with transaction.atomic():
        event, created = ProviderEvent.objects.get_or_create(
            provider=provider.name,
            object=fact.object,
            kind=fact.kind,
            defaults={"body": raw.decode("utf-8", "replace"), "happened_at": fact.happened_at},
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
            capture(gift=gift, captured_at=event.happened_at)
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
            # A pledge that was ended stays so, even when a payment of it arrives late.
            Pledge.objects.filter(pk=gift.pledge_id, cancellation=None).update(active=True)
        if receipt and gift.email:
            note_support(email=gift.email, until=captured_at + SUPPORTER_FOR)
            _post_receipt(gift, captured_at)


def _post_receipt(gift: Gift, captured_at: datetime) -> None:
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
            "pledge_address": settings.BASE_URL + pledge_address(gift.pledge_id) if gift.pledge_id else "",
        },
        key=f"receipt:{gift.id}",
    )


def cancel_pledge(*, pledge_id: UUID, by: Cancellation.By) -> Pledge:
    """End a monthly gift for good: nothing more is charged, and the supporter is told once. Safe to repeat."""
    with transaction.atomic():
        pledge = Pledge.objects.select_for_update().get(pk=pledge_id)
        _cancellation, created = Cancellation.objects.get_or_create(pledge=pledge, defaults={"by": by})
        if created:
            pledge.active = False
            pledge.save(update_fields=["active"])
            changed(ledger.METER)
            newsroom = current_newsroom()
            post_mail(
                to=pledge.email,
                subject=_("Your monthly gift to %(name)s has ended") % {"name": newsroom.name},
                template="funding/mail/pledge_ended",
                context={"newsroom": newsroom, "amount": format_money(pledge.amount, pledge.currency)},
                key=f"pledge-ended:{pledge.id}",
            )
    return pledge


def change_plan(*, once: list[int], monthly: list[int]) -> FundingPlan:
    """Save what the giving screen suggests, in minor units."""
    with transaction.atomic():
        plan = FundingPlan.objects.select_for_update().first() or FundingPlan()
        plan.suggested_once, plan.suggested_monthly = once, monthly
        plan.save()
    return plan


def due_pledges(provider: str) -> QuerySet[Pledge]:
    """Active pledges at this provider that have given nothing in the running month of the newsroom's time zone."""
    month = ledger.month_of(timezone.now())
    return open_pledges(month, current_newsroom().currency).filter(provider=provider)


def intend_renewal(*, pledge: Pledge) -> Gift | None:
    """The running month's gift of the pledge, as an intent. None when its event has been received already.

    An intent whose event never came is returned again, so that a crash between the two loses no month.
    """
    key = f"pledge:{pledge.id}:{ledger.month_of(timezone.now()):%Y-%m}"
    with transaction.atomic():
        # Its giver may have ended it since it was found due.
        if not Pledge.objects.select_for_update().filter(pk=pledge.pk, active=True).exists():
            return None
        fields = {
            "email": pledge.email, "amount": pledge.amount, "currency": pledge.currency,
            "provider": pledge.provider, "pledge": pledge,
        }  # fmt: skip
        gift, _created = Gift.objects.get_or_create(key=key, defaults=fields)
    received = ProviderEvent.objects.filter(provider=pledge.provider, object=str(gift.id)).exists()
    return None if received else gift


def await_confirmation(*, gift_id: UUID) -> bool:
    """The supporter has answered on the provider's page; its event decides. False when that was done before."""
    return bool(Gift.objects.filter(pk=gift_id, state=GiftState.INTENDED).update(state=GiftState.WAITING))


def change_tier(*, tier: Tier, amount: int, title: str, pays_for: str) -> Tier:
    """Save a tier, new or changed. Months that are over keep the scale they had."""
    with transaction.atomic():
        keep_scales_of_past_months()
        tier.amount, tier.title, tier.pays_for = amount, title, pays_for
        tier.save()
        changed(ledger.METER)
    return tier


def remove_tier(*, tier: Tier) -> None:
    """Delete a tier. Months that are over keep the scale they had."""
    with transaction.atomic():
        keep_scales_of_past_months()
        tier.delete()
        changed(ledger.METER)


def keep_scales_of_past_months() -> None:
    """Write down the present tiers as the scale of every past month that has none written down yet."""
    scale = [list(tier) for tier in Tier.objects.order_by("amount").values_list("amount", "title", "pays_for")]
    past = MonthTotal.objects.filter(month__lt=ledger.month_of(timezone.now())).values_list("month", flat=True)
    MonthScale.objects.bulk_create(
        [MonthScale(month=month, tiers=scale) for month in sorted(set(past))], ignore_conflicts=True
    )


def record_offline_gift(
    *, amount: int, account: str, happened_at: datetime, note: str, key: str, email: str = "", receipt: bool = False
) -> Gift:
    """Book a gift that came by hand, in cash or at the bank, and mail a receipt if asked.

    The same key is booked once. Raises rules.Refused.
    """
    currency = current_newsroom().currency
    rules.check_amount_by_hand(amount)
    # As on the giving screen: the same form with other answers is another gift.
    key = f"{key}:{hashlib.blake2b(f'{amount} {account} {happened_at} {note} {email}'.encode(), digest_size=16).hexdigest()}"
    if happened_at > timezone.now() + timedelta(days=1):
        raise rules.Refused(_("A gift cannot be booked before it has come."))
    if account not in (AccountName.CASH, AccountName.BANK):
        raise rules.Refused(_("A gift by hand goes to the cash box or the bank."))
    with transaction.atomic():
        gift, created = Gift.objects.get_or_create(
            key=key,
            defaults={
                "amount": amount, "currency": currency, "provider": account, "email": email,
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
            if receipt and email:
                _post_receipt(gift, happened_at)
    return gift
