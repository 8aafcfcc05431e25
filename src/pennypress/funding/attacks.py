"""Whether somebody tries cards on the giving screen just now, as the desk and the doctor are told."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from pennypress.delivery.limits import so_far
from pennypress.funding.models import Attack, Gift, GiftState
from pennypress.funding.rules import HEAT

# Whom the counts of the whole site stand for.
SITE = "site"
# The switch's own page shows so many of the last times.
ATTACKS_SHOWN = 10


@dataclass(frozen=True)
class Rush:
    """What is going on: beginnings within ten minutes, gifts that were paid in the last half hour, and the switch."""

    beginnings: int
    paid: int
    attack: Attack | None

    @property
    def hot(self) -> bool:
        return self.beginnings > HEAT.count


def current_attack() -> Attack | None:
    return Attack.objects.filter(ends_at__gt=timezone.now()).order_by("-ends_at").first()


def last_attacks() -> QuerySet[Attack]:
    return Attack.objects.select_related("begun_by", "ended_by").order_by("-begun_at")[:ATTACKS_SHOWN]


def rush() -> Rush:
    """Three small queries."""
    paid = Gift.objects.filter(state=GiftState.CAPTURED, captured_at__gt=timezone.now() - timedelta(minutes=30))
    return Rush(so_far(HEAT, SITE), paid.count(), current_attack())
