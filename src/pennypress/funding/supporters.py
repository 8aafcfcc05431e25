"""A supporter's gifts, as they see them: found by the address they gave, without an account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from pennypress.funding.models import Dispute, Document, Gift, GiftState, Interval, Pledge, ProviderCall
from pennypress.funding.providers.registry import providers
from pennypress.funding.rules import BEFORE_A_CARD_EXPIRES, bounds, furthest_day
from pennypress.funding.statements import years_of
from pennypress.lib.money import exponent, plain_amount

# A screen of receipts; the next is a press away.
RECEIPTS_PER_PAGE = 50
# Nobody promises that many; a page stays bounded for whoever does.
MOST_PLEDGES = 50
# What was begun and never paid is no gift.
GIVEN = (GiftState.CAPTURED, GiftState.WAITING, GiftState.PROMISED)

Verb = ProviderCall.Verb
CHANGES = (Verb.AMOUNT, Verb.DAY, Verb.INTERVAL, Verb.PAUSE, Verb.RESUME)
# A year's gift is as much as its months', to begin with; its giver may write another amount.
MONTHS_OF_A_YEAR = 12


class Change(StrEnum):
    """What a supporter may wish of a regular gift besides another card and its end."""

    AMOUNT = "amount"
    DAY = "day"
    INTERVAL = "interval"
    LAST = "last"
    GO_ON = "go-on"
    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"


@dataclass(frozen=True)
class Standing:
    """A regular gift, and what its supporter can do with it now."""

    pledge: Pledge
    ended: bool
    waiting: bool
    can: frozenset[str]

    @property
    def yearly(self) -> bool:
        return self.pledge.interval == Interval.YEAR

    @property
    def can_at_once(self) -> bool:
        """Whether there is a button that asks for nothing more."""
        return bool(self.can & {"card", Change.PAUSE, Change.RESUME, Change.SKIP, Change.GO_ON})

    @property
    def card_ends(self) -> bool:
        """Whether the card has to be thought of now."""
        end, next_at = self.pledge.card_expires_on, self.pledge.next_at
        if end is None or next_at is None or "card" not in self.can:
            return False
        return end <= timezone.localdate() + BEFORE_A_CARD_EXPIRES and end < timezone.localdate(next_at)

    @property
    def card_is_over(self) -> bool:
        end = self.pledge.card_expires_on
        return end is not None and end < timezone.localdate()

    @property
    def other_interval(self) -> str:
        return Interval.MONTH if self.yearly else Interval.YEAR

    @property
    def other_amount(self) -> str:
        """What comes to the same at the other interval, as a person would type it."""
        smallest, largest = bounds(self.pledge.currency)
        amount = self.pledge.amount * MONTHS_OF_A_YEAR
        if self.yearly:
            # Whole units: nobody gives 8.33 a month.
            unit = 10 ** exponent(self.pledge.currency)
            amount = -(-self.pledge.amount // (MONTHS_OF_A_YEAR * unit)) * unit
        return plain_amount(min(max(amount, smallest), largest), self.pledge.currency)

    @property
    def first_day(self) -> date:
        return timezone.localdate() + timedelta(days=1)

    @property
    def furthest_day(self) -> date:
        return timezone.localdate(furthest_day(self.pledge)) - timedelta(days=1)


@dataclass(frozen=True)
class Giving:
    """All that one address gives: regular gifts, the running ones first, and a page of receipts."""

    standings: list[Standing]
    receipts: Sequence[Gift]
    next_page: UUID | None
    years: list[int]


def witness_of(email: str) -> Gift | None:
    """The newest gift of an address; None for one that has given nothing."""
    return _gifts_of([email]).order_by("-created_at", "-id").first()


def giving_of(emails: Sequence[str], before: UUID | None = None) -> Giving:
    """All that these addresses of one person give. A handful of queries, however many gifts."""
    found = (
        _gifts_of(emails)
        .select_related("pledge")
        .prefetch_related(
            Prefetch("documents", Document.objects.order_by("happened_at", "id"), to_attr="numbers"),
            Prefetch("disputes", Dispute.objects.filter(outcome=Dispute.Outcome.OPEN), to_attr="open_disputes"),
        )
    )
    if before and (last := _gifts_of(emails).filter(pk=before).first()):
        found = found.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, id__lt=before))
    page = list(found.order_by("-created_at", "-id")[: RECEIPTS_PER_PAGE + 1])
    receipts = page[:RECEIPTS_PER_PAGE]
    next_page = receipts[-1].id if len(page) > RECEIPTS_PER_PAGE else None
    return Giving(standings_of(pledges_of(emails)), receipts, next_page, years_of(emails))


def pledges_of(emails: Sequence[str]) -> QuerySet[Pledge]:
    """Regular gifts of these addresses that have begun, those that run first."""
    begun = Q(active=True) | Q(cancellation__isnull=False)
    mine = Pledge.objects.alias(address=Lower("email")).filter(begun, address__in=_lower(emails))
    return mine.order_by("-active", "-id")


def standings_of(pledges: QuerySet[Pledge]) -> list[Standing]:
    """Three queries for all of them."""
    wishes = ProviderCall.objects.filter(state=ProviderCall.State.ASKED, verb__in=CHANGES)
    found = pledges.select_related("cancellation").prefetch_related(Prefetch("calls", wishes, to_attr="open_wishes"))
    able = {provider.name: provider.can_change for provider in providers()}
    return [_standing(pledge, able.get(pledge.provider, frozenset())) for pledge in found[:MOST_PLEDGES]]


def open_changes(pledge: Pledge) -> bool:
    return pledge.calls.filter(state=ProviderCall.State.ASKED, verb__in=CHANGES).exists()


def _standing(pledge: Pledge, able: frozenset[ProviderCall.Verb]) -> Standing:
    ended, waiting = hasattr(pledge, "cancellation"), bool(getattr(pledge, "open_wishes", ()))
    can = {"end"} if not ended else set()
    if pledge.active and pledge.reference:
        if Verb.ASK_FOR_CARD in able:
            can.add("card")
        if not waiting:
            can |= _changes(pledge, able)
    return Standing(pledge, ended, waiting, frozenset(can))


def _changes(pledge: Pledge, able: frozenset[ProviderCall.Verb]) -> set[str]:
    can = {Change.AMOUNT} if Verb.AMOUNT in able else set()
    if pledge.paused:
        return {*can, Change.RESUME} if Verb.RESUME in able else {*can}
    if pledge.next_at and not pledge.failing_since:
        can |= {Change.GO_ON} if pledge.last_at else {Change.LAST}
        can |= {Change.DAY} if Verb.DAY in able else set()
        can |= {Change.INTERVAL} if Verb.INTERVAL in able and not pledge.last_at else set()
    if Verb.PAUSE in able:
        can |= {Change.PAUSE, Change.SKIP} if pledge.next_at else {Change.PAUSE}
    return {*can}


def _gifts_of(emails: Sequence[str]) -> QuerySet[Gift]:
    return Gift.objects.alias(address=Lower("email")).filter(address__in=_lower(emails), state__in=GIVEN)


def _lower(emails: Sequence[str]) -> list[str]:
    return [email.lower() for email in emails]
