"""A supporter's gifts, as they see them: found by the address they gave, without an account."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from pennypress.funding.models import Gift, GiftState, Pledge, ProviderCall
from pennypress.funding.providers.registry import providers

# A screen of receipts; the next is a press away.
RECEIPTS_PER_PAGE = 50
# Nobody promises that many; a page stays bounded for whoever does.
MOST_PLEDGES = 50
# What was begun and never paid is no gift.
GIVEN = (GiftState.CAPTURED, GiftState.WAITING, GiftState.PROMISED)

Verb = ProviderCall.Verb
CHANGES = (Verb.AMOUNT, Verb.DAY, Verb.PAUSE, Verb.RESUME)


class Change(StrEnum):
    """What a supporter may wish of a regular gift besides another card and its end."""

    AMOUNT = "amount"
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


@dataclass(frozen=True)
class Giving:
    """All that one address gives: regular gifts, the running ones first, and a page of receipts."""

    standings: list[Standing]
    receipts: list[Gift]
    next_page: UUID | None


def witness_of(email: str) -> Gift | None:
    """The newest gift of an address; None for one that has given nothing."""
    return _gifts_of(email).order_by("-created_at", "-id").first()


def giving_of(email: str, before: UUID | None = None) -> Giving:
    """A handful of queries, however many gifts."""
    found = _gifts_of(email).select_related("pledge").prefetch_related("refunds", "disputes")
    if before and (last := _gifts_of(email).filter(pk=before).first()):
        found = found.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, id__lt=before))
    page = list(found.order_by("-created_at", "-id")[: RECEIPTS_PER_PAGE + 1])
    receipts = page[:RECEIPTS_PER_PAGE]
    next_page = receipts[-1].id if len(page) > RECEIPTS_PER_PAGE else None
    return Giving(standings_of(pledges_of(email)), receipts, next_page)


def pledges_of(email: str) -> QuerySet[Pledge]:
    """Regular gifts of an address that have begun, those that run first."""
    begun = Q(active=True) | Q(cancellation__isnull=False)
    return Pledge.objects.alias(address=Lower("email")).filter(begun, address=email.lower()).order_by("-active", "-id")


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
    if Verb.PAUSE in able:
        can |= {Change.PAUSE, Change.SKIP} if pledge.next_at else {Change.PAUSE}
    return {*can}


def _gifts_of(email: str) -> QuerySet[Gift]:
    return Gift.objects.alias(address=Lower("email")).filter(address=email.lower(), state__in=GIVEN)
