import hashlib
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.funding import booking, rules
from pennypress.funding.actions.dunning import note_recovery
from pennypress.funding.actions.origins import inherit_origin, note_origin
from pennypress.funding.actions.pledges import end_after_last
from pennypress.funding.actions.saying import say_what_was_given
from pennypress.funding.addresses import pledge_address, thanks_address
from pennypress.funding.models import (
    Entry,
    EntryKind,
    Gift,
    GiftState,
    Honour,
    Interval,
    Mistake,
    Pledge,
    WallEntry,
)
from pennypress.funding.visits import Visit
from pennypress.funding.words import Card, OnTheWall
from pennypress.lib.money import format_money
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications.actions import post_mail
from pennypress.readers.actions import note_support, set_support

# A gift makes its giver a supporter for a month, one that comes every year for a year, with a few days' grace.
SUPPORTER_FOR, YEARLY_SUPPORTER_FOR = timedelta(days=35), timedelta(days=370)
NO_VISIT = Visit()


def start_gift(
    *, email: str, amount: int, key: str, provider: str, interval: str = "", covered: int = 0,
    wall: OnTheWall | None = None, card: Card | None = None, visit: Visit = NO_VISIT,
) -> Gift:  # fmt: skip
    """Write down the intent of a gift, once or at an interval; `open_payment` then brings the provider's page.

    `amount` is what is charged, `covered` the part of it that covers the fee. What the giver says with it is shown and
    mailed only when the money has come. The same form with the same answers sent twice is the same gift. Raises
    rules.Refused for an amount a gift cannot have.
    """
    currency = current_newsroom().currency
    rules.check_amount(amount - covered, currency)
    # The back button brings the same form with another answer: that is another gift, not the first one again.
    answers = f"{key}\0{email}\0{amount}\0{interval}\0{provider}\0{covered}\0{wall}\0{card}"
    key = "form:" + hashlib.blake2b(answers.encode(), digest_size=24).hexdigest()
    with transaction.atomic():
        fields = {"email": email, "amount": amount, "covered": covered, "currency": currency, "provider": provider}
        gift, created = Gift.objects.get_or_create(key=key, defaults=fields)
        tries = 1
        while not created and gift.state == GiftState.DECLINED:
            # Back from a declined payment with the same answers: a new try, with an intent of its own.
            tries += 1
            gift, created = Gift.objects.get_or_create(key=f"{key}:{tries}", defaults=fields)
        if created and interval:
            gift.pledge = Pledge.objects.create(**fields, interval=interval)
            gift.save(update_fields=["pledge"])
        if created and wall:
            WallEntry.objects.create(gift=gift, name=wall.name, message=wall.message)
        if created and card:
            Honour.objects.create(gift=gift, **asdict(card))
        if created:
            note_origin(gift=gift, visit=visit)
    return gift


def start_monthly_after(*, gift: Gift, amount: int) -> Gift:
    """The giver of a single gift gives every month from now on, through the same provider; pressed twice, it is one."""
    return start_gift(
        email=gift.email, amount=amount, key=f"after:{gift.id}", provider=gift.provider, interval=Interval.MONTH
    )


def capture(
    *, gift: Gift, captured_at: datetime, receipt: bool = True, settled: booking.Settled | None = None, note: str = ""
) -> None:
    """The money is there: book it, mark the gift, promise its pledge's next ones, write the receipt."""
    with transaction.atomic():
        booked = booking.book_capture(
            gift=gift, amount=gift.amount, happened_at=captured_at, settled=settled, note=note
        )
        if booked is None:
            return
        inherit_origin(gift=gift)
        if gift.pledge_id:
            # A pledge that was ended stays so, even when a payment of it arrives late.
            Pledge.objects.filter(pk=gift.pledge_id, cancellation=None).update(active=True)
            note_recovery(gift, captured_at)
            end_after_last(gift.pledge_id, captured_at)
        if receipt and gift.email:
            note_support(email=gift.email, until=captured_at + supporter_for(gift))
            post_receipt(gift, captured_at)
        say_what_was_given(gift)


def supporter_for(gift: Gift) -> timedelta:
    """For how long after it came the gift makes its giver a supporter."""
    yearly = gift.pledge is not None and gift.pledge.interval == Interval.YEAR
    return YEARLY_SUPPORTER_FOR if yearly else SUPPORTER_FOR


def post_receipt(gift: Gift, captured_at: datetime) -> None:
    _write_to_giver(
        gift,
        "receipt",
        f"receipt:{gift.id}",
        {
            "amount": format_money(gift.amount, gift.currency),
            "covered": format_money(gift.covered, gift.currency) if gift.covered else "",
            "date": timezone.localtime(captured_at),
            "number": str(gift.documents.earliest("happened_at", "id")),
            "interval": gift.pledge.interval if gift.pledge else "",
            "wall_address": settings.BASE_URL + thanks_address(gift.id) if hasattr(gift, "wall_entry") else "",
            "pledge_address": settings.BASE_URL + pledge_address(gift.pledge_id) if gift.pledge_id else "",
        },
    )


def _write_to_giver(gift: Gift, letter: str, key: str, context: dict[str, Any]) -> None:
    """One of the letters about a gift's receipts, once for each key."""
    newsroom = current_newsroom()
    post_mail(
        to=gift.email,
        subject=_("Your gift to %(name)s") % {"name": newsroom.name},
        template=f"funding/mail/{letter}",
        context={"newsroom": newsroom, **context},
        key=key,
    )


def follow_return(entry: Entry | None, gift: Gift) -> None:
    """Money of a gift went back: its supporter is told with the credit note, and is one for no longer than the others say.

    Nothing where the books knew of it already.
    """
    if entry is None or not gift.email or not hasattr(entry, "document"):
        return
    set_support(email=gift.email, until=supporter_until(gift.email))
    _post_credit_note(entry, gift)


def follow_failed_return(entry: Entry | None, gift: Gift) -> None:
    """Money that was to go back is a gift again: its supporter is told with the receipt, and is one as long as before.

    Nothing where the books knew of it already.
    """
    if entry is None or not gift.email:
        return
    set_support(email=gift.email, until=supporter_until(gift.email))
    _post_receipt_again(entry, gift)


def supporter_until(email: str) -> datetime | None:
    """Until when what this address has given, and what of it stayed, makes its owner a supporter; None where nothing does."""
    given = Gift.objects.select_related("pledge").filter(
        email__lower=email.lower(), state=GiftState.CAPTURED, captured_at__gt=timezone.now() - YEARLY_SUPPORTER_FOR
    )
    stayed = given.exclude(returned__gte=F("amount"))
    return max((gift.captured_at + supporter_for(gift) for gift in stayed if gift.captured_at), default=None)


def _post_credit_note(entry: Entry, gift: Gift) -> None:
    left = Gift.objects.get(pk=gift.pk).left
    regular = gift.pledge if gift.pledge and gift.pledge.active else None
    _write_to_giver(
        gift,
        "credit",
        f"credit:{entry.id}",
        {
            "mistaken": entry.kind == EntryKind.MISTAKE,
            "amount": format_money(entry.document.amount, gift.currency),
            "remains": format_money(left, gift.currency) if left else "",
            "date": timezone.localtime(entry.happened_at),
            "number": str(entry.document),
            "receipt": str(gift.documents.earliest("happened_at", "id")),
            "pledge_address": settings.BASE_URL + pledge_address(regular.id) if regular else "",
        },
    )


def _post_receipt_again(entry: Entry, gift: Gift) -> None:
    _write_to_giver(
        gift,
        "again",
        f"again:{entry.id}",
        {
            "mistaken": Mistake.objects.filter(entry=entry).exists(),
            "amount": format_money(entry.document.amount, gift.currency),
            "date": timezone.localtime(entry.happened_at),
            "number": str(entry.document),
            "credit": str(entry.corrects.document) if entry.corrects else "",
        },
    )


def await_confirmation(*, gift_id: UUID) -> bool:
    """The supporter has answered on the provider's page; its event decides. False when that was done before."""
    return bool(Gift.objects.filter(pk=gift_id, state=GiftState.INTENDED).update(state=GiftState.WAITING))
