"""What a provider is to the house, and what it may tell: facts, each booked once however often and in what order they come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from pennypress.funding.booking import Settled
from pennypress.funding.models import Gift, Pledge, ProviderCall, ProviderEvent


class BadEvent(ValueError):
    """An event that is not from the provider, too old, or not understood."""


class Declined(Exception):
    """The provider has answered, and the answer is no; the message is one sentence for the person who asked."""


class Unreachable(Exception):
    """Nobody knows what became of the call. `answered` where the provider has answered, with an error of its own."""

    def __init__(self, message: str, *, answered: bool = False) -> None:
        super().__init__(message)
        self.answered = answered


@dataclass(frozen=True)
class Arrival:
    """An event as it came in: its own number, the object it is about, what kind of thing, and when by the provider's clock.

    `set_aside` says why it will never be applied, for one that is rightly signed and not for us.
    """

    number: str
    object: str
    kind: str
    happened_at: datetime
    set_aside: str = ""


@dataclass(frozen=True)
class Whose:
    """Our own marks on what is the provider's: the gift that was begun, or the pledge and which of its payments it is."""

    gift: UUID | None = None
    pledge: UUID | None = None
    occasion: str = ""


@dataclass(frozen=True)
class Captured:
    """The provider has the money. `settled` is left out while it does not know its fee yet."""

    whose: Whose
    payment: str
    amount: int
    currency: str
    happened_at: datetime
    settled: Settled | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True)
class OnItsWay:
    """The giver has done their part; the bank takes days."""

    whose: Whose


@dataclass(frozen=True)
class Promised:
    """The giver has said that they will transfer it; nothing has moved yet."""

    whose: Whose


@dataclass(frozen=True)
class NotPaid:
    """Nothing came of it, and nothing will."""

    whose: Whose


@dataclass(frozen=True)
class Refunded:
    payment: str
    refund: str
    amount: int
    happened_at: datetime
    settled: Settled | None


@dataclass(frozen=True)
class RefundFailed:
    payment: str
    refund: str
    happened_at: datetime


@dataclass(frozen=True)
class Disputed:
    payment: str
    dispute: str
    amount: int
    happened_at: datetime
    settled: Settled | None


@dataclass(frozen=True)
class DisputeEnded:
    payment: str
    dispute: str
    won: bool
    happened_at: datetime
    fee_returned: int = 0


@dataclass(frozen=True)
class PledgeStands:
    """How a pledge stands at the provider, as it was read at this moment; an older reading never replaces a newer one."""

    pledge: UUID
    reference: str
    customer: str
    amount: int
    currency: str
    interval: str
    active: bool
    ended: bool
    failing: bool
    paused: bool
    resumes_at: datetime | None
    next_at: datetime | None
    read_at: datetime
    card_expires: date | None = None


@dataclass(frozen=True)
class CardReady:
    """A giver has left another card; from now on the pledge is to be charged to it."""

    pledge: UUID
    method: str


@dataclass(frozen=True)
class PaidOut:
    """The provider has sent money to the bank; `arrived` or `failed` where it is known what became of it."""

    payout: str
    amount: int
    currency: str
    happened_at: datetime
    arrived_at: datetime | None = None
    failed_at: datetime | None = None


@dataclass(frozen=True)
class FeeTaken:
    """A fee that belongs to no payment; less than zero where it was given back."""

    number: str
    amount: int
    currency: str
    happened_at: datetime


@dataclass(frozen=True)
class NotOurs:
    """The provider's account serves something else as well; this is of that, and no business of the books."""

    sentence: str


Fact = (
    Captured | OnItsWay | Promised | NotPaid | Refunded | RefundFailed | Disputed | DisputeEnded | PledgeStands | CardReady
    | PaidOut | FeeTaken | NotOurs
)  # fmt: skip


@dataclass(frozen=True)
class Movement:
    """One move on the provider's balance: what for (`source`), how much without and what of it in fees."""

    number: str
    kind: str
    source: str
    amount: int
    fee: int
    currency: str
    happened_at: datetime


@dataclass(frozen=True)
class Answer:
    """What a call has brought: the provider's number, an address to lead somebody to, and facts that are known by it."""

    number: str = ""
    address: str = ""
    facts: tuple[Fact, ...] = ()


class Provider(Protocol):
    """What moves the money. Whatever may call the network is never called inside a transaction.

    `tests/funding/providers/` says in tests what each must do.
    """

    @property
    def name(self) -> str:
        """In addresses and in rows; never changed."""

    @property
    def label(self) -> str:
        """What the giving screen calls it, where a reader may choose."""

    @property
    def signature_header(self) -> str:
        """Where its events carry their signature."""

    @property
    def page_origin(self) -> str:
        """Where its payment page is, for the content policy: an origin, or "" for this site."""

    @property
    def has_balance(self) -> bool:
        """Whether it keeps money for us, which the books can be compared with."""

    @property
    def can_change(self) -> frozenset[ProviderCall.Verb]:
        """What of a regular gift it can change when its supporter wishes so; no button is shown for the rest."""

    def read_event(self, raw: bytes, signature: str) -> Arrival | None:
        """Check signature and age, and say what came. None for a kind nobody needs. Raises BadEvent. No network."""

    def facts(self, event: ProviderEvent) -> Iterable[Fact]:
        """All that is known by now of what the event is about, read again where in doubt. Raises Unreachable."""

    def look(self, gift: Gift) -> Iterable[Fact]:
        """What became of a gift that was begun, without waiting for an event. Raises Unreachable."""

    def look_at_pledge(self, pledge: Pledge) -> Iterable[Fact]:
        """How a regular gift stands with it by now. Raises Unreachable, and Declined where it knows none."""

    def carry_out(self, call: ProviderCall) -> Answer:
        """Make the call, under its own key. Raises Declined or Unreachable."""

    def find(self, call: ProviderCall) -> Answer | None:
        """Whether a call of unknown outcome was carried out; None where it was not. Raises Unreachable."""

    def movements(self, since: datetime, until: datetime) -> Iterable[Movement]:
        """What moved on the balance in that time, oldest or newest first. Raises Unreachable."""

    def facts_of(self, movement: Movement) -> Iterable[Fact]:
        """What a movement is about, to book what no event told. Raises Unreachable."""

    def balance(self) -> dict[str, int]:
        """What the provider holds for us, by currency; empty where it has no such thing. Raises Unreachable."""

    def problems(self) -> list[str]:
        """What is wrong with its settings or its account, in sentences; for `pennypress doctor`. May call the network."""
