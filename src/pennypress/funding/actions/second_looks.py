"""Money booked by hand above the newsroom's limit is booked when a second person has confirmed it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.funding import rules
from pennypress.funding.actions.by_hand import record_offline_gift
from pennypress.funding.actions.transfers import book_row
from pennypress.funding.actions.unbooking import unbook_row
from pennypress.funding.models import FundingPlan, Gift, SecondLook
from pennypress.readers.models import User

GIFT_BY_HAND, TRANSFER, UNBOOK = "gift-by-hand", "transfer", "unbook"


def limit() -> int | None:
    """The amount in minor units up to which one person is enough; None where one always is."""
    return FundingPlan.objects.values_list("second_person_above", flat=True).first()


def do_or_ask(*, deed: str, wish: dict[str, Any], amount: int, currency: str, key: str, by: User) -> SecondLook | None:
    """Book at once what one person may; else write down the wish and return it. The same key is asked for once. Raises Refused."""
    most = limit()
    if most is None or amount <= most:
        _deed(deed)(wish, by)
        return None
    fields = {"deed": deed, "wish": wish, "amount": amount, "currency": currency, "asked_by": by}
    return SecondLook.objects.get_or_create(key=key, defaults=fields)[0]


def confirm(*, look_id: UUID, by: User) -> None:
    """A second person agrees, and it is booked, both at once or neither. Raises Refused."""
    with transaction.atomic():
        look = _decided(look_id, SecondLook.Decision.CONFIRMED, by)
        _deed(look.deed)(look.wish, look.asked_by or by)


def refuse(*, look_id: UUID, by: User) -> None:
    """A second person does not agree; nothing is booked, and the wish stays on record."""
    with transaction.atomic():
        _decided(look_id, SecondLook.Decision.REFUSED, by)


def _decided(look_id: UUID, decision: SecondLook.Decision, by: User) -> SecondLook:
    look = SecondLook.objects.select_for_update(of=("self",)).get(pk=look_id)
    if look.decision != SecondLook.Decision.OPEN:
        raise rules.Refused(_("Somebody has decided this meanwhile."))
    if look.asked_by_id == by.pk:
        raise rules.Refused(_("This needs a second person: you have asked for it yourself."))
    look.decision, look.decided_by, look.decided_at = decision, by, timezone.now()
    look.save(update_fields=["decision", "decided_by", "decided_at"])
    return look


def _record(wish: dict[str, Any], by: User) -> Gift:
    return record_offline_gift(**{**wish, "happened_at": datetime.fromisoformat(wish["happened_at"])})


def _book(wish: dict[str, Any], by: User) -> Gift:
    numbers = {name: UUID(wish[name]) if wish.get(name) else None for name in ("gift_id", "pledge_id")}
    return book_row(row_id=UUID(wish["row_id"]), by=by, email=wish.get("email", ""), **numbers)


def _unbook(wish: dict[str, Any], by: User) -> Gift:
    return unbook_row(row_id=UUID(wish["row_id"]), by=by, why=wish["why"])


def _deed(name: str) -> Callable[[dict[str, Any], User], Gift]:
    return {GIFT_BY_HAND: _record, TRANSFER: _book, UNBOOK: _unbook}[name]
