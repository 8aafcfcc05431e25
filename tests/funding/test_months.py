"""Months roll over by the site's clock; a closed one keeps its figure, and all of them together are the ledger's income."""

import zoneinfo
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from pennypress.funding import booking, ledger, months
from pennypress.funding.actions import change_counting, change_tier
from pennypress.funding.audit import audit
from pennypress.funding.booking import Settled
from pennypress.funding.models import (
    INCOME_ACCOUNTS,
    Carry,
    Gift,
    Line,
    MatchingOffer,
    MonthTotal,
    PublishedMonth,
    Tier,
)
from pennypress.funding.queries import current_meter, meter_of
from pennypress.newsroom.actions import entered, found_newsroom
from pennypress.publishing.actions import prepare_site


def give(amount, when, number="", fee=0, covered=0):
    gift = Gift.objects.create(
        key=f"{when}{number}", amount=amount, covered=covered, currency="EUR", provider="any", email="a@b.example"
    )
    booking.book_capture(gift=gift, amount=amount, happened_at=when, settled=Settled(amount, "EUR", fee))
    return gift


def travel(*moment, tz=UTC):
    return time_machine.travel(datetime(*moment, tzinfo=tz), tick=False)


ROLLS = [
    # zone, the last second of a month there, the first of the next
    ("Pacific/Kiritimati", (2026, 12, 31, 23, 59, 59), (2027, 1, 1, 0, 0, 0)),
    ("Pacific/Honolulu", (2026, 12, 31, 23, 59, 59), (2027, 1, 1, 0, 0, 0)),
    ("America/New_York", (2028, 2, 29, 23, 59, 59), (2028, 3, 1, 0, 0, 0)),
    # The clock of Berlin is turned in March and October; of Havana at midnight, on a first of November as well.
    ("Europe/Berlin", (2026, 3, 31, 23, 59, 59), (2026, 4, 1, 0, 0, 0)),
    ("Europe/Berlin", (2026, 10, 31, 23, 59, 59), (2026, 11, 1, 0, 0, 0)),
    ("America/Havana", (2026, 10, 31, 23, 59, 59), (2026, 11, 1, 0, 0, 0)),
    # Samoa had no 30 December 2011.
    ("Pacific/Apia", (2011, 12, 31, 23, 59, 59), (2012, 1, 1, 0, 0, 0)),
]


@pytest.mark.parametrize(("zone", "last", "first"), ROLLS)
def test_the_meter_rolls_over_at_midnight_there_and_its_page_fades_then(newsroom, zone, last, first):
    from pennypress.delivery.ready.showing import noting

    newsroom.time_zone = zone
    newsroom.save()
    tz = zoneinfo.ZoneInfo(zone)
    with entered(newsroom):
        with travel(*last, tz=tz):
            give(500, timezone.now(), "old")
            with noting() as shown:
                assert (current_meter().month.month, current_meter().raised) == (last[1], 500)
            assert shown.fades_at == datetime(*first, tzinfo=tz)
            assert timedelta(0) < shown.fades_at - timezone.now() <= timedelta(hours=1, seconds=1)
        with travel(*first, tz=tz):
            assert (current_meter().month.month, current_meter().raised) == (first[1], 0)
            give(700, timezone.now(), "new")
            assert current_meter().raised == 700
        with travel(first[0], first[1], 2, tz=tz):
            assert months.close_months() == 1
            assert meter_of(date(*last[:2], 1)).raised == 500
            assert audit() == []


def test_a_month_is_closed_once_by_the_schedule_or_by_the_next_months_first_gift(newsroom):
    with travel(2026, 3, 10):
        give(500, timezone.now())
    with travel(2026, 4, 1, 3):
        assert months.close_months() == 0  # its last events may still be on their way
    with travel(2026, 4, 2):
        give(100, timezone.now())  # no worker has run
        assert PublishedMonth.objects.get().raised == 500
        assert months.close_months() == 0
    with travel(2026, 5, 2):
        assert months.close_months() == 1


def test_the_schedule_closes_months(newsroom, work_off):
    from pennypress.jobs.actions import enqueue_due

    with travel(2026, 3, 10):
        give(500, timezone.now())
    with travel(2026, 4, 2):
        enqueue_due()
        work_off()
        enqueue_due()
        work_off()
        assert PublishedMonth.objects.count() == 1


def test_the_figure_of_a_closed_month_stays_whatever_is_chosen_later(newsroom):
    tier = Tier.objects.create(amount=1000, title="Old")
    with travel(2026, 3, 10):
        gift = give(1000, timezone.now(), fee=30)
    with travel(2026, 4, 2):
        months.close_months()
        change_counting(after_fees=True, carry=Carry.NONE)
        change_tier(tier=tier, amount=5000, title="New", pays_for="")
        booking.book_refund(gift=gift, key="r", amount=1000, happened_at=timezone.now())
        meter = meter_of(date(2026, 3, 1))
        assert (meter.raised, meter.after_fees, [mark.title for mark in meter.marks]) == (1000, False, ["Old"])
        assert current_meter().after_fees and current_meter().raised == 0


def test_the_meter_shows_what_was_raised_before_or_after_fees(newsroom):
    with travel(2026, 3, 10):
        give(1000, timezone.now(), fee=30)
        assert current_meter().raised == 1000
        change_counting(after_fees=True, carry=Carry.NONE)
        assert current_meter().raised == 970


@pytest.mark.parametrize(
    ("carry", "raised", "carried"),
    [
        (Carry.NONE, 9000, 0), (Carry.SURPLUS, 9000, 4000), (Carry.SURPLUS, 4000, 0), (Carry.SURPLUS, 90_000, 5000),
        (Carry.DEFICIT, 600, -1400), (Carry.DEFICIT, 2500, 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("worker", ["up", "down"])
def test_what_a_month_hands_to_the_next(newsroom, carry, raised, carried, worker):
    Tier.objects.create(amount=2000, title="First")
    Tier.objects.create(amount=5000, title="Last")
    change_counting(after_fees=False, carry=carry)
    with travel(2026, 3, 10):
        give(raised, timezone.now())
    with travel(2026, 4, 2):
        if worker == "up":
            months.close_months()
        meter = current_meter()
        assert (meter.raised, meter.carried, meter.counted) == (0, carried, carried)
        give(1000, timezone.now())
        assert current_meter().counted == 1000 + carried
    with travel(2026, 5, 2):
        months.close_months()
        expected = {Carry.NONE: 0, Carry.SURPLUS: 1000 if carried == 5000 else 0, Carry.DEFICIT: 0}[carry]
        if carry == Carry.DEFICIT:
            # Never more than the first tier, so that no deficit grows out of reach.
            expected = -min(2000, 2000 - (1000 + carried))
        assert current_meter().carried == expected


def test_a_month_without_gifts_or_tiers_hands_on_nothing(newsroom):
    change_counting(after_fees=False, carry=Carry.DEFICIT)
    with travel(2026, 4, 2):
        assert current_meter().carried == 0


DEEDS = st.one_of(
    st.tuples(st.just("give"), st.integers(1, 5000), st.integers(0, 200)),
    st.tuples(st.sampled_from(["refund", "fail", "dispute", "win", "lose", "bounce"]), st.integers(0, 9), st.integers(1, 5000)),
    st.tuples(st.sampled_from(["wait", "close"]), st.integers(1, 40), st.just(0)),
)  # fmt: skip


def run_history(history):
    """Do what the history says, each refused or untimely deed included; returns how many were done."""
    now, given, done = datetime(2026, 1, 5, tzinfo=UTC), [], 0
    for number, (deed, one, two) in enumerate(history):
        with time_machine.travel(now, tick=False):
            gift = given[one % len(given)] if given and deed not in ("give", "wait", "close") else None
            try:
                if deed == "wait":
                    now += timedelta(days=one)
                elif deed == "close":
                    months.close_months()
                elif deed == "give":
                    given.append(give(one, now, number, fee=min(two, one), covered=min(two, one) // 2))
                elif gift is None:
                    continue
                elif deed == "refund":
                    booking.book_refund(gift=gift, key=str(two % 3), amount=two, happened_at=now)
                elif deed == "fail":
                    booking.book_refund_failed(gift=gift, key=str(two % 3), happened_at=now)
                elif deed == "dispute":
                    booking.book_dispute_opened(gift=gift, key=str(two % 2), amount=max(1, two), happened_at=now)
                elif deed == "win":
                    booking.book_dispute_won(gift=gift, key=str(two % 2), happened_at=now, fee_returned=two)
                elif deed == "lose":
                    booking.book_dispute_lost(gift=gift, key=str(two % 2), happened_at=now)
                elif deed == "bounce":
                    booking.book_bounce(gift=gift, happened_at=now)
                done += 1
            except booking.Refused:
                pass
    with time_machine.travel(now, tick=False):
        assert audit() == []
    return done


# The first and the last to begin a month, and one whose clocks change at midnight.
ZONES = ["Europe/Berlin", "Pacific/Kiritimati", "Pacific/Honolulu", "America/Havana"]


class History(TestCase):
    @settings(max_examples=20, deadline=None)
    @given(st.lists(DEEDS, max_size=25), st.sampled_from(ZONES))
    def test_figures_and_adjustments_of_all_months_are_the_ledgers_income(self, history, zone):
        room = found_newsroom(site=prepare_site(title="T"), name="T", language="en", time_zone=zone, currency="EUR")
        with entered(room):
            with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False):
                MatchingOffer.objects.create(
                    name="M", cap=3000, currency="EUR", begins_at=timezone.now(), account="bank",
                    ends_at=timezone.now() + timedelta(days=40), received_at=timezone.now(),
                )  # fmt: skip
                from pennypress.funding.actions import set_aside

                set_aside(offer=MatchingOffer.objects.get(), happened_at=timezone.now())
            figures = {}
            run_history(history)
            for published in PublishedMonth.objects.all():
                figures[published.month] = published.raised
            for total in MonthTotal.objects.filter(closed_at=None):
                figures[total.month] = total.raised
            adjustments = sum(MonthTotal.objects.values_list("adjusted", flat=True))
            income, covered = (
                -sum(Line.objects.filter(account=account).values_list("amount", flat=True))
                for account in INCOME_ACCOUNTS
            )
            assert sum(figures.values()) + adjustments == income
            assert 0 <= MatchingOffer.objects.get().used <= 3000
            kept = sum(gift.amount - gift.returned for gift in Gift.objects.all())
            assert income + covered == kept + MatchingOffer.objects.get().used
            assert ledger.check() == []
