"""Any history, told in any order, with repetitions, gaps and a worker that is killed: the same books and the same wall in the end."""

import itertools
import random
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from pennypress.funding import actions, exports, ledger, wall
from pennypress.funding.actions.saying import decide_wall_entry
from pennypress.funding.journal import FORMATS
from pennypress.funding.models import (
    AccountName,
    Dispute,
    Document,
    Entry,
    Gift,
    Line,
    MonthTotal,
    Pledge,
    ProviderCall,
    ProviderEvent,
    Refund,
    WallEntry,
)
from pennypress.funding.providers.registry import provider_of
from pennypress.funding.queries import current_meter
from pennypress.funding.words import OnTheWall
from pennypress.readers.models import User
from tests.funding.providers.conftest import START, Account

# What a moderator does with a name for the wall, and what its giver does.
DEEDS = ["show", "show", "hide", "take back"]
STEPS = st.sampled_from(
    ["once", "monthly", "debit", "month", "month", "refund", "refund", "fail refund", "dispute", "win", "lose", "card", "payout"]
    + DEEDS
)  # fmt: skip
# Receipts are numbered in the order they are booked in, so which gift has which differs as well; which there are does not.
NUMBER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|\b[0-9]{4}-C?[0-9]{5}\b")
# No shrinking: a history is played in seconds, and a failing one is read as it is.
PHASES = (Phase.explicit, Phase.generate)
# Everything that can happen, happens here.
WHOLE = [
    "show", "refund", "fail refund", "month", "dispute", "win", "debit", "show", "month", "dispute", "lose", "payout", "card",
    "month", "refund",
]  # fmt: skip
# And here everything that can happen to a name on the wall.
NAMES = [
    "once", "show", "refund", "once", "show", "refund", "fail refund", "once", "show", "dispute", "lose", "once", "show",
    "take back", "show", "once", "show", "dispute", "once", "hide", "debit", "show", "once", "show", "dispute",
]  # fmt: skip
# A statement at which the worker dies; most events need fewer, so that some get through.
LAST_STATEMENT = 60


class Killed(BaseException):
    """The process is gone between two statements."""


class Kill:
    """Lets a block run until its n-th statement. What ends a transaction is the database's own work, and is left to it."""

    def __init__(self, at):
        self.left = at

    def __call__(self, execute, sql, params, many, context):
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.left -= 1
            if self.left < 0:
                raise Killed
        return execute(sql, params, many, context)


class Begun(NamedTuple):
    """All that a gift was when it was begun."""

    pledge: Pledge | None
    gift: Gift
    call: ProviderCall
    entry: WallEntry | None


class Deed(NamedTuple):
    """Somebody decides about a name for the wall, whether its gift has been heard of or not."""

    name: str
    entry: WallEntry
    moderator: User

    def do(self):
        with transaction.atomic():
            if self.name == "take back":
                actions.take_off_the_wall(gift_id=self.entry.gift_id)
            else:
                decide_wall_entry(self.entry.pk, self.name == "show", self.moderator)


class World:
    """One history at the account, heard by a site that is out of luck."""

    def __init__(self, account, moderator, seed):
        self.account, self.moderator, self.chance = account, moderator, random.Random(seed)
        # All that was told and decided, in the order of the world, and of that what the provider told.
        self.history, self.events, self.begun = [], [], []

    def step(self, name, number):
        charges = [one for one in self.account.pull("all", kind="charge")["data"] if one["paid"]]
        whole = [one for one in charges if not one["amount_refunded"] and not one["disputed"]]
        refundable = [one for one in charges if one["amount_refunded"] < one["amount"] and not one["disputed"]]
        if name in ("once", "monthly", "debit"):
            self.give(name, number)
        elif name == "month":
            self.account.pass_time(days=31)
        elif name == "payout":
            self.account.pull("pay_out")
        elif name == "refund" and refundable:
            charge = self.one_of(refundable)
            left = charge["amount"] - charge["amount_refunded"]
            amount = self.chance.choice((left, self.chance.randint(1, left)))
            self.account.pull("refund", charge=charge["id"], amount=amount)
        elif name == "fail refund":
            for refund in self.of("refund", "succeeded")[:1]:
                self.account.pull("fail_refund", refund=refund["id"])
        elif name == "dispute" and whole:
            self.account.pull("dispute", charge=self.one_of(whole)["id"])
        elif name in ("win", "lose"):
            for dispute in self.of("dispute", "needs_response")[:1]:
                self.account.pull("close_dispute", dispute=dispute["id"], won=name == "win")
        elif name == "card":
            for subscription in self.of("subscription", "active")[:1]:
                self.account.pull("card", subscription=subscription["id"], last4=self.chance.choice(["0002", "4242"]))
        elif name in DEEDS and (named := [begun.entry for begun in self.begun if begun.entry]):
            entry = named[-1] if self.chance.random() < 0.7 else self.chance.choice(named)
            deed = Deed(name, entry, self.moderator)
            self.survive(deed.do)
            self.history.append(deed)
        # Two things of one second have no order; at a newsroom's size there are no two.
        self.account.pass_time(days=0.001)
        self.listen()

    def one_of(self, charges):
        """More often than not the newest single gift with a name, or all that happens would happen to the many renewals."""
        with_name = {str(begun.gift.id) for begun in self.begun if begun.entry}
        named = [one for one in charges if one["metadata"].get("pennypress_gift") in with_name]
        return named[0] if named and self.chance.random() < 0.7 else self.chance.choice(charges)

    def listen(self):
        told = self.account.new_events()
        self.events += told
        self.history += told

    def give(self, name, number):
        amount = self.chance.randint(100, 5000)
        covered = self.chance.choice((0, amount // 30))
        gift = actions.start_gift(
            email="a@example.org", amount=amount + covered, covered=covered, key=f"k{number}", provider="stripe",
            interval="month" if name == "monthly" else "",
            wall=OnTheWall(f"Reader {number}", self.chance.choice(("", "Go on."))) if self.chance.random() < 0.8 else None,
        )  # fmt: skip
        session = actions.open_payment(gift_id=gift.id).rpartition("/")[2]
        pledge, entry = (
            kind.objects.filter(**{of: gift}).first() for kind, of in ((Pledge, "gifts"), (WallEntry, "gift"))
        )
        self.begun.append(Begun(pledge, gift, gift.calls.get(), entry))
        self.account.pull(
            "pay", session=session, card=self.chance.choice(["3000", "6789"]) if name == "debit" else "4242"
        )

    def of(self, kind, status):
        return [one for one in self.account.pull("all", kind=kind)["data"] if one["status"] == status]

    def hear(self, events):
        """Some of what was told, out of order, some of it twice and some of it never; the worker dies now and then."""
        heard = [event for event in events if self.chance.random() < 0.7]
        heard += [event for event in heard if self.chance.random() < 0.4]
        self.chance.shuffle(heard)
        for event in heard:
            raw, header = self.sign_again(event)
            self.survive(lambda raw=raw, header=header: receive(raw, header))
        for number in ProviderEvent.objects.filter(applied_at=None).values_list("pk", flat=True):
            self.survive(lambda number=number: actions.apply_event(event_id=number))

    def survive(self, do):
        """Once with an end at some statement, and once more as the next worker would."""
        if self.chance.random() < 0.5:
            try:
                with connection.execute_wrapper(Kill(self.chance.randint(0, LAST_STATEMENT))):
                    do()
            except Killed:
                pass
        do()

    def sign_again(self, event):
        """A repetition is signed anew, with the time of its sending."""
        fresh = next(one for one in self.account.pull("events")["events"] if one["id"] == event["id"])
        return fresh["body"].encode(), fresh["header"]

    def settle(self):
        """What the schedule does in the nights after: nothing more comes, and yet all of it is found."""
        self.account.pass_time(days=20)
        self.listen()
        for _night in range(3):
            for event in ProviderEvent.objects.filter(applied_at=None):
                actions.apply_event(event_id=event.pk)
            actions.look_after_gifts()
            actions.look_after_pledges()
            actions.reconcile(provider=provider_of("stripe"), since=START - timedelta(days=1))
            Gift.objects.update(looked_at=None)


def receive(raw, header):
    actions.receive_event(provider=provider_of("stripe"), raw=raw, signature=header)


def recreate(begun):
    """The gifts as they were when they were begun, in books that are empty again."""
    for pledge, gift, call, entry in begun:
        if pledge:
            Pledge.objects.bulk_create([pledge])
        Gift.objects.bulk_create([gift])
        ProviderCall.objects.bulk_create([call])
        if entry:
            WallEntry.objects.bulk_create([entry])


def books():
    """All that readers and accountants see, by the provider's names and not by our numbers."""
    lines = {}
    for line in Line.objects.all():
        lines.setdefault(line.entry_id, []).append((line.account, line.currency, line.amount))
    entries = sorted(
        (one.kind, one.gift.payment if one.gift else one.key, one.happened_at.isoformat(), str(one.month), sorted(lines[one.id]))
        for one in Entry.objects.select_related("gift")
    )  # fmt: skip
    sums = ("month", "currency", "raised", "fees", "returned", "gifts", "adjusted", "adjusted_fees")
    months = sorted(
        (str(one[0]), one[1], one[2] + one[6], one[3] + one[7]) for one in MonthTotal.objects.values_list(*sums)
    )
    return {
        "entries": entries,
        "months": months,
        "exports": {format: export(format) for format in FORMATS},
        "gifts": sorted(
            Gift.objects.values_list("payment", "state", "amount", "covered", "returned", "disputed", "fee")
        ),
        "refunds": sorted(Refund.objects.values_list("key", "amount", "failed_at")),
        "disputes": sorted(Dispute.objects.values_list("key", "outcome")),
        "pledges": sorted(Pledge.objects.values_list("reference", "active", "amount", "covered", "next_at")),
        "numbers": sorted(map(str, Document.objects.all())),
        "meter": (current_meter().raised, current_meter().committed, current_meter().newest_name),
        "names": sorted(WallEntry.objects.values_list("gift__payment", "name", "message", "state")),
        "wall": on_the_wall(),
        "desk": [sorted((words.name, words.is_shown) for words in found) for found in (wall.to_read(), wall.decided())],
    }


def export(format):
    """What an accountant is given. Our own numbers differ from world to world, and so does the order within a moment."""
    text = "".join(FORMATS[format](exports.booked(), exports.chart(), title="T"))
    return sorted(NUMBER.sub("…", line) for line in text.splitlines())


def by_the_account(account):
    """What the balance must be, added up from the account's own objects and not by our code."""
    return sum(one["net"] for one in account.pull("all", kind="balance_transaction")["data"])


def on_the_wall():
    return [entry.name for entry in wall.wall_page().entries]


def wall_by_the_account(world):
    """Which names stand there, by the account's own objects and the last that was decided of each; the newest first."""
    left, paid_by = {}, {}
    for charge in reversed(world.account.pull("all", kind="charge")["data"]):
        if charge["paid"]:
            left[charge["id"]] = charge["amount"] - charge["amount_refunded"]
            paid_by.setdefault(charge["customer"] or charge["payment_intent"], charge["id"])
    for dispute in world.account.pull("all", kind="dispute")["data"]:
        if dispute["status"] != "won":
            left[dispute["charge"]] -= dispute["amount"]
    last, gone = {}, set()
    for deed in (one for one in world.history if isinstance(one, Deed)):
        last[deed.entry.gift_id] = deed.name
        gone |= {deed.entry.gift_id} if deed.name == "take back" else set()
    found = []
    for session in world.account.pull("all", kind="checkout.session")["data"]:
        (begun,) = (one for one in world.begun if str(one.gift.id) == session["client_reference_id"])
        kept = left.get(paid_by.get(session["customer"] or session["payment_intent"]), 0) > 0
        if begun.entry and kept and last.get(begun.gift.id) == "show" and begun.gift.id not in gone:
            found.append(begun.entry.name)
    return found


@pytest.mark.parametrize("settles_in", ["eur", "usd"])
def test_any_history_in_any_order_ends_in_the_same_books(
    stripe_process, newsroom, settings_of_stripe, client, django_user_model, settles_in
):
    moderator = django_user_model.objects.create_superuser("m@example.org", name="Mo")
    numbers, names_seen = itertools.count(), set()

    @settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=PHASES)
    @given(st.lists(STEPS, min_size=4, max_size=12), st.integers(0, 10**6))
    @example(WHOLE, 1)
    @example(WHOLE, 2)
    @example(NAMES, 1)
    @example(NAMES, 2)
    def play(steps, seed):
        secret = restart(stripe_process, settles_in)
        settings_of_stripe.PENNYPRESS_STRIPE_WEBHOOK_SECRETS = [secret]
        with time_machine.travel(START, tick=False) as clock:
            world = World(Account(stripe_process, clock, client), moderator, seed)
            with transaction.atomic():
                for number, name in enumerate(["once", "monthly", *steps]):
                    told = len(world.events)
                    world.step(name, f"{next(numbers)}:{number}")
                    world.hear(world.events[told:] + world.chance.sample(world.events, min(3, len(world.events))))
                world.settle()
                out_of_luck = books()
                audited, last = (
                    ledger.check(),
                    actions.reconcile(provider=provider_of("stripe"), since=START - timedelta(days=1)),
                )
                held = held_by_the_books(settles_in)
                transaction.set_rollback(True)
            with transaction.atomic():
                recreate(world.begun)
                for one in world.history:
                    if isinstance(one, Deed):
                        one.do()
                        continue
                    receive(*world.sign_again(one))
                    actions.apply_event(event_id=ProviderEvent.objects.latest("received_at", "id").pk)
                for event in ProviderEvent.objects.filter(applied_at=None):
                    actions.apply_event(event_id=event.pk)
                in_order = books()
                transaction.set_rollback(True)
        assert out_of_luck == in_order
        assert (audited, last.missing, last.mended) == ([], [], [])
        assert held == by_the_account(world.account)
        assert in_order["wall"] == wall_by_the_account(world)
        names_seen.update(in_order["wall"])

    play()
    assert names_seen, "a history of which nobody stands on the wall shows nothing about it"


def held_by_the_books(currency):
    lines = Line.objects.filter(account=AccountName.PROVIDER).values_list("currency", "amount")
    sums = {}
    for code, amount in lines:
        sums[code] = sums.get(code, 0) + amount
    assert not any(total for code, total in sums.items() if code != currency.upper())
    return sums.get(currency.upper(), 0)


@pytest.fixture
def settings_of_stripe(stripe_process, settings):
    from tests.stripe_server.driver import KEY

    settings.PENNYPRESS_STRIPE_SECRET_KEY = KEY
    settings.PENNYPRESS_STRIPE_API_BASE = stripe_process.url
    settings.PENNYPRESS_DEMO_PAYMENTS = False
    return settings


def restart(server, settles_in):
    from tests.funding.providers.conftest import register

    server.pull("reset", start=int(START.timestamp()), settles_in=settles_in)
    server.pull("hold", held=True)
    return register(server)


def test_the_killer_kills(newsroom):
    with pytest.raises(Killed), transaction.atomic(), connection.execute_wrapper(Kill(1)):
        Gift.objects.count()
        Gift.objects.count()
    assert timezone.now() > datetime(2026, 1, 1, tzinfo=UTC)
