"""The demo's money: six months of gifts with their fees, a matching gift, expenses, and one refund that came too late."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from pennypress.funding import booking, months
from pennypress.funding.actions import bring_gifts, capture, change_fee_cover, set_aside
from pennypress.funding.booking import Settled
from pennypress.funding.models import (
    AccountName,
    Expense,
    FundingPlan,
    Gift,
    GiftState,
    MatchingOffer,
    MonthTotal,
    Pledge,
    Tier,
    WallEntry,
)
from pennypress.funding.providers.fake.standing import reference
from pennypress.ops.demo.supporters import remember

MONTHS_BACK = 6
FRIENDS = 12
TIERS = (
    (250_000, "The paper appears", "Printing, the server, and one person's rent."),
    (500_000, "A reporter for the council", "Someone who reads all 214 pages."),
    (750_000, "An open archive", "Everything since the first issue, for everyone."),
)
GIFTS = (300, 500, 500, 500, 1000, 1000, 1500, 2000, 2500, 5000, 5000, 10000)
# What the demo's provider takes: a part of a thousand, and cents.
FEE_PER_MILLE, FEE_FIXED = 14, 25
# Names and words on the supporters' wall, the newest first; the first two wait for a moderator.
WALL = (
    ("Ole from the north quay", "Because nobody else sat through the harbour meeting."),
    ("BEST PRICES", "Ask me for cheap ferry tickets"),
    ("Marta Lindqvist", "For the ferry story. My grandmother rowed that crossing."),
    ("The reading circle at Harbour Street 4", ""),
    ("Jun", "Small paper, long breath."),
    ("A retired lockkeeper", "I read every correction first. Keep making them."),
    ("Ines & Paul", ""),
    ("Noor", "For the open archive."),
    ("Class 7b of the Lighthouse School", "We wrote about the eels because of you."),
    ("H. Brandt", ""),
)
# Category, what for, cents; each month differs a little from the last.
EXPENSES = (
    ("Wages", "Ida Holm, half a month", 130_000),
    ("Wages", "Tomas Reever, by the piece", 62_000),
    ("Rent", "Two rooms above the bakery", 48_000),
    ("Printing", "The window sheet, and paper", 17_400),
    ("Server and mail", "", 3_900),
)


def give(chance: random.Random) -> None:
    """Six months of gifts and the running one so far, through the ledger."""
    for amount, title, pays_for in TIERS:
        Tier.objects.create(amount=amount, title=title, pays_for=pays_for)
    FundingPlan.objects.create(
        suggested_once=[500, 1500, 5000], suggested_monthly=[300, 500, 1000], suggested_yearly=[3000, 6000, 10000]
    )
    change_fee_cover(provider="fake", basis_points=10 * FEE_PER_MILLE, fixed=FEE_FIXED)
    now = timezone.now()
    double(now)
    bring_gifts(list(single_gifts(chance, now)))
    befriend(now)
    remember(now)
    name_some()
    close_and_spend(chance)
    give_back_late(now)


def single_gifts(chance: random.Random, now: datetime) -> Iterator[tuple[Gift, Settled]]:
    for back in range(MONTHS_BACK * 30, 0, -1):
        for number in range(chance.choice((1, 1, 2, 2, 3, 4))):
            moment = now - timedelta(days=back, minutes=chance.randint(0, 1439))
            gift = Gift(
                key=f"demo:{back}:{number}", email=f"reader{chance.randint(1, 400)}@pennypress.example",
                amount=chance.choice(GIFTS) * 2, currency="EUR", provider="fake", created_at=moment,
                captured_at=moment, payment=f"fake_demo_{back}_{number}",
            )  # fmt: skip
            yield gift, Settled(gift.amount, "EUR", gift.amount * FEE_PER_MILLE // 1000 + FEE_FIXED)


def befriend(now: datetime) -> None:
    """Monthly gifts, begun last month, whose next payments come one by one until the month is over."""
    begun_at = months.start_of(months.month_before(timezone.localdate(now).replace(day=1))) + timedelta(days=9)
    month_ends = months.start_of(months.month_after(timezone.localdate(now).replace(day=1)))
    for number in range(FRIENDS):
        fields = {
            "email": f"friend{number}@pennypress.example", "amount": 1000, "currency": "EUR", "provider": "fake",
            "created_at": begun_at,
        }  # fmt: skip
        pledge = Pledge.objects.create(
            **fields, read_at=now, next_at=now + (month_ends - now) * (number + 1) / (FRIENDS + 1)
        )
        Pledge.objects.filter(pk=pledge.pk).update(reference=reference(pledge))
        gift = Gift.objects.create(
            **fields, key=f"demo:friend:{number}", payment=f"fake_demo_friend_{number}", pledge=pledge
        )
        fee = gift.amount * FEE_PER_MILLE // 1000 + FEE_FIXED
        capture(gift=gift, captured_at=begun_at, receipt=False, settled=Settled(gift.amount, "EUR", fee))


def name_some() -> None:
    """Some of the latest givers stand on the supporters' wall, and two wait at the desk."""
    latest = Gift.objects.filter(state=GiftState.CAPTURED, provider="fake").order_by("-captured_at")
    for gift, (name, message) in zip(latest, WALL, strict=False):
        shown = (name, message) not in WALL[:2]
        WallEntry.objects.create(
            gift=gift, name=name, message=message, created_at=gift.created_at,
            state=WallEntry.State.SHOWN if shown else WallEntry.State.WAITING,
            decided_at=gift.captured_at if shown else None,
        )  # fmt: skip


def double(now: datetime) -> None:
    """Somebody doubled gifts for a week, two months ago; their money had come before."""
    begins_at = now - timedelta(days=67)
    offer = MatchingOffer.objects.create(
        name="the Ferry Guild", cap=50_000, currency="EUR", begins_at=begins_at, ends_at=begins_at + timedelta(days=7),
        account=AccountName.BANK, received_at=begins_at, created_at=begins_at,
    )  # fmt: skip
    set_aside(offer=offer, happened_at=begins_at)


def close_and_spend(chance: random.Random) -> None:
    """Publish the months that are over, and tell what they were spent on."""
    past = MonthTotal.objects.filter(month__lt=timezone.localdate().replace(day=1)).order_by("month")
    for total in past:
        months.close(total, at=months.start_of(months.month_after(total.month)) + months.CLOSES_AFTER)
        for category, note, amount in EXPENSES:
            Expense.objects.create(
                month=total.month,
                category=category,
                note=note,
                amount=amount + chance.randrange(-20, 40) * 100,
                currency="EUR",
            )


def give_back_late(now: datetime) -> None:
    """A gift of a closed month is refunded: the month keeps its figure, and its page says what changed and when."""
    old = Gift.objects.filter(captured_at__lt=now - timedelta(days=40), amount=5000).order_by("-captured_at")
    booking.book_refund(gift=old[0], key="demo", amount=5000, happened_at=now - timedelta(days=3))
