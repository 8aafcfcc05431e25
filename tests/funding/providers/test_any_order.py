"""Any history, told in any order, with repetitions, gaps and a worker that is killed: the same books in the end."""

import itertools
import random
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from pennypress.funding import actions, exports, ledger
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
)
from pennypress.funding.providers.registry import provider_of
from pennypress.funding.queries import current_meter
from tests.funding.providers.conftest import START, Account

STEPS = st.sampled_from(
    ["once", "monthly", "debit", "month", "month", "refund", "refund", "fail refund", "dispute", "win", "lose", "card", "payout"]
)  # fmt: skip
# Receipts are numbered in the order they are booked in, so which gift has which differs as well; which there are does not.
NUMBER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|\b[0-9]{4}-C?[0-9]{5}\b")
# No shrinking: a history is played in seconds, and a failing one is read as it is.
PHASES = (Phase.explicit, Phase.generate)
# Everything that can happen, happens here.
WHOLE = [
    "refund", "fail refund", "month", "dispute", "win", "debit", "month", "dispute", "lose", "payout", "card", "month", "refund",
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


class World:
    """One history at the account, heard by a site that is out of luck."""

    def __init__(self, account, seed):
        self.account, self.chance = account, random.Random(seed)
        self.events, self.begun = [], []

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
            charge = self.chance.choice(refundable)
            left = charge["amount"] - charge["amount_refunded"]
            self.account.pull("refund", charge=charge["id"], amount=self.chance.randint(1, left))
        elif name == "fail refund":
            for refund in self.of("refund", "succeeded")[:1]:
                self.account.pull("fail_refund", refund=refund["id"])
        elif name == "dispute" and whole:
            self.account.pull("dispute", charge=self.chance.choice(whole)["id"])
        elif name in ("win", "lose"):
            for dispute in self.of("dispute", "needs_response")[:1]:
                self.account.pull("close_dispute", dispute=dispute["id"], won=name == "win")
        elif name == "card":
            for subscription in self.of("subscription", "active")[:1]:
                self.account.pull("card", subscription=subscription["id"], last4=self.chance.choice(["0002", "4242"]))
        # Two things of one second have no order; at a newsroom's size there are no two.
        self.account.pass_time(days=0.001)
        self.events += self.account.new_events()

    def give(self, name, number):
        amount = self.chance.randint(100, 5000)
        covered = self.chance.choice((0, amount // 30))
        gift = actions.start_gift(
            email="a@example.org", amount=amount + covered, covered=covered, key=f"k{number}", provider="stripe",
            interval="month" if name == "monthly" else "",
        )  # fmt: skip
        session = actions.open_payment(gift_id=gift.id).rpartition("/")[2]
        self.begun.append((Pledge.objects.filter(gifts=gift).first(), gift, gift.calls.get()))
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
        self.events += self.account.new_events()
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
    for pledge, gift, call in begun:
        if pledge:
            Pledge.objects.bulk_create([pledge])
        Gift.objects.bulk_create([gift])
        ProviderCall.objects.bulk_create([call])


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
        "meter": (current_meter().raised, current_meter().committed),
    }


def export(format):
    """What an accountant is given. Our own numbers differ from world to world, and so does the order within a moment."""
    text = "".join(FORMATS[format](exports.booked(), exports.chart(), title="T"))
    return sorted(NUMBER.sub("…", line) for line in text.splitlines())


def by_the_account(account):
    """What the balance must be, added up from the account's own objects and not by our code."""
    return sum(one["net"] for one in account.pull("all", kind="balance_transaction")["data"])


@pytest.mark.parametrize("settles_in", ["eur", "usd"])
def test_any_history_in_any_order_ends_in_the_same_books(
    stripe_process, newsroom, settings_of_stripe, client, settles_in
):
    numbers = itertools.count()

    @settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=PHASES)
    @given(st.lists(STEPS, min_size=4, max_size=12), st.integers(0, 10**6))
    @example(WHOLE, 1)
    @example(WHOLE, 2)
    def play(steps, seed):
        secret = restart(stripe_process, settles_in)
        settings_of_stripe.PENNYPRESS_STRIPE_WEBHOOK_SECRETS = [secret]
        with time_machine.travel(START, tick=False) as clock:
            world = World(Account(stripe_process, clock, client), seed)
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
                for event in world.events:
                    receive(*world.sign_again(event))
                    actions.apply_event(event_id=ProviderEvent.objects.latest("received_at", "id").pk)
                for event in ProviderEvent.objects.filter(applied_at=None):
                    actions.apply_event(event_id=event.pk)
                in_order = books()
                transaction.set_rollback(True)
        assert out_of_luck == in_order
        assert (audited, last.missing, last.mended) == ([], [], [])
        assert held == by_the_account(world.account)

    play()


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
