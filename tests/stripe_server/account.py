"""One account: its objects, its clock, its events. Everything else in this folder changes it through these few words."""

import copy
import itertools
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.stripe_server.parameters import Refused

VERSION = "2026-10-28.endive"
DAY = 86_400
# What one unit of a currency is worth in euro, in thousandths; enough for tests of exchange.
WORTH = {"eur": 1000, "usd": 920, "gbp": 1170, "jpy": 6, "kwd": 3000, "huf": 3, "isk": 7, "twd": 29, "ugx": 1, "mga": 1}
# As charges count them: ISK and UGX with two decimals that are zero, MGA with none.
DECIMALS = {
    "jpy": 0,
    "kwd": 3,
    "bhd": 3,
    "jod": 3,
    "omr": 3,
    "tnd": 3,
    "krw": 0,
    "clp": 0,
    "vnd": 0,
    "mga": 0,
    "xof": 0,
}
ROUND = {"isk": 100, "ugx": 100, "kwd": 10, "bhd": 10, "jod": 10, "omr": 10, "tnd": 10}

Object = dict[str, Any]


class Account:
    def __init__(self) -> None:
        self.reset()

    def reset(self, *, settles_in: str = "eur", livemode: bool = False, start: int | None = None) -> None:
        self.objects: dict[str, Object] = {}
        self.events: list[Object] = []
        self.answers: dict[str, Any] = {}  # by idempotency key
        self.faults: list[Object] = []
        self.hidden: dict[str, Any] = {}  # what the account knows and shows nobody, by object id
        self.due: list[tuple[int, int, Callable[[], None]]] = []
        self.numbers = itertools.count(1)
        self.settles_in = settles_in
        self.livemode = livemode
        # Without a start the clock is the wall's; with one it stands until it is moved.
        self.stands_at = start
        self.heard: list[Callable[[Object], None]] = getattr(self, "heard", [])
        self.random = random.Random(1)  # noqa: S311 - the same numbers each time

    # The clock

    @property
    def now(self) -> int:
        return int(time.time()) if self.stands_at is None else self.stands_at

    def later(self, moment: int, do: Callable[[], None]) -> None:
        """Do it when the clock has reached the moment."""
        self.due.append((moment, next(self.numbers), do))

    def move_to(self, moment: int) -> None:
        """Let time pass, doing each thing at its own moment and in order."""
        while ready := [item for item in self.due if item[0] <= moment]:
            item = min(ready, key=lambda one: one[:2])
            self.due.remove(item)
            self.stands_at = max(item[0], self.now)
            item[2]()
        self.stands_at = max(moment, self.now)

    # Objects

    def number(self, prefix: str) -> str:
        return f"{prefix}_{next(self.numbers):06d}{self.random.getrandbits(48):012x}"

    def make(self, prefix: str, kind: str, **fields: Any) -> Object:
        made = {"id": fields.pop("id", None) or self.number(prefix), "object": kind, "created": self.now, **fields}
        self.objects[made["id"]] = made
        return made

    def find(self, number: Any, kind: str) -> Object:
        found = self.objects.get(number) if isinstance(number, str) and number else None
        if found is None or found["object"] != kind:
            raise Refused(404, f"No such {kind.replace('.', ' ')}: '{number}'", code="resource_missing", param="id")
        return found

    def all(self, kind: str, **fields: Any) -> list[Object]:
        """Newest first."""
        found = [one for one in self.objects.values() if one["object"] == kind]
        return [one for one in reversed(found) if all(one.get(key) == value for key, value in fields.items())]

    def tell(self, kind: str, about: Object, previous: Object | None = None) -> Object:
        """Write the event; whoever delivers is told of it."""
        data: Object = {"object": copy.deepcopy(about)}
        if previous:
            data["previous_attributes"] = previous
        event = {
            "id": self.number("evt"), "object": "event", "api_version": VERSION, "created": self.now, "data": data,
            "livemode": self.livemode, "pending_webhooks": 1, "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }  # fmt: skip
        self.events.append(event)
        for hear in self.heard:
            hear(event)
        return event

    # Money

    def move(self, kind: str, source: str, amount: int, currency: str, *, fee: int = 0, category: str = "") -> Object:
        """A balance transaction: what moves on the account's balance, in the currency it settles in."""
        settled, rate = self.exchange(amount, currency)
        return self.make(
            "txn", "balance_transaction", amount=settled, available_on=self.now + 2 * DAY, currency=self.settles_in,
            balance_type="payments", description=None, exchange_rate=rate, fee=fee, net=settled - fee,
            fee_details=[{"amount": fee, "application": None, "currency": self.settles_in,
                          "description": "Stripe processing fees", "type": "stripe_fee"}] if fee else [],
            reporting_category=category or kind, source=source, status="pending", type=kind,
        )  # fmt: skip

    def exchange(self, amount: int, currency: str) -> tuple[int, float | None]:
        if currency == self.settles_in:
            return amount, None
        worth = WORTH[currency] * 10 ** DECIMALS.get(self.settles_in, 2)
        per = WORTH[self.settles_in] * 10 ** DECIMALS.get(currency, 2)
        sign = -1 if amount < 0 else 1
        return sign * ((abs(amount) * worth * 2 + per) // (2 * per)), round(WORTH[currency] / WORTH[self.settles_in], 6)

    def fee_of(self, amount: int, currency: str) -> int:
        """1.5 per cent and a quarter of a unit, in the currency the account settles in."""
        settled, _rate = self.exchange(amount, currency)
        return settled * 15 // 1000 + 25 * 10 ** DECIMALS.get(self.settles_in, 2) // 100


def check_amount(amount: int | None, currency: str) -> int:
    if amount is None or amount < 1:
        raise Refused(400, "This value must be greater than or equal to 1.", code="parameter_invalid_integer")
    if amount > 99_999_999:
        raise Refused(400, "Amount must be no more than 99999999", code="amount_too_large")
    if currency not in WORTH:
        raise Refused(400, f"Invalid currency: {currency}.", param="currency")
    if amount % ROUND.get(currency, 1):
        raise Refused(400, f"Invalid amount: amounts in {currency} must be multiples of {ROUND[currency]}.")
    return amount


def month_later(moment: int, anchor: int, months: int = 1) -> int:
    """The same day of a later month, or its last; the anchor keeps the 31st from drifting."""
    at, first = datetime.fromtimestamp(moment, UTC), datetime.fromtimestamp(anchor, UTC)
    total = at.year * 12 + at.month - 1 + months
    for day in range(first.day, min(first.day, 28) - 1, -1):
        try:
            return int(first.replace(year=total // 12, month=total % 12 + 1, day=day).timestamp())
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")
