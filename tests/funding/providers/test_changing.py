"""A regular gift's day, interval, card and last payment, through each provider that can change them: what is taken, and when."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from pennypress.funding import actions
from pennypress.funding.actions import managing
from pennypress.funding.audit import audit
from pennypress.funding.models import Cancellation, Gift, GiftState, Interval, Lapse, Pledge, ProviderCall
from pennypress.funding.providers.fake.renewals import renew_pledges
from pennypress.funding.rules import Refused
from pennypress.funding.supporters import Change, standings_of
from pennypress.notifications.models import Mail


class Fake:
    name = "fake"

    def __init__(self, stripe, client, work_off):
        self.stripe, self.client, self.work_off = stripe, client, work_off

    def give(self, often):
        form = {"often": often, "own": "10", "email": "ada@example.org", "key": "k", "way": "fake"}
        page = self.client.post("/support/", form).url
        self.client.post(page, {"answer": "captured"})
        self.work_off()

    def pass_to(self, day):
        """Day by day, as the schedule goes."""
        while timezone.localdate() < day:
            self.stripe.pass_time(days=1)
            renew_pledges()
            self.work_off()

    def leave_card(self, card, pledge):
        self.client.post(managing.open_card_page(pledge_id=pledge.id), {"answer": card})
        self.work_off()


class Stripe(Fake):
    name = "stripe"
    cards = {"works": "4242", "failing": "0002"}

    def give(self, often):
        self.stripe.give(often=often, amount="10", email="ada@example.org")
        self.stripe.bring_all(self.work_off)

    def pass_to(self, day):
        while timezone.localdate() < day:
            self.stripe.pass_time(days=1)
            self.stripe.bring_all(self.work_off)

    def leave_card(self, card, pledge):
        page = managing.open_card_page(pledge_id=pledge.id)
        self.stripe.pull("pay", session=page.rpartition("/")[2], card=self.cards.get(card, "4242"))
        if card == "expiring":
            today = timezone.localdate()
            self.stripe.bring_all(self.work_off)
            self.stripe.pull("expire", subscription=pledge.reference, month=today.month, year=today.year)
        self.stripe.bring_all(self.work_off)


@pytest.fixture(params=[Fake, Stripe], ids=["fake", "stripe"])
def hands(request, stripe, client, work_off):
    return request.param(stripe, client, work_off)


@pytest.fixture
def give(hands):
    def make(often="monthly"):
        hands.give(often)
        return Pledge.objects.get()

    return make


def taken():
    rows = Gift.objects.filter(state=GiftState.CAPTURED).order_by("captured_at").values_list("amount", "captured_at")
    return [(amount, timezone.localdate(moment)) for amount, moment in rows]


def noon(day):
    return timezone.make_aware(datetime.combine(day, time(12)))


def change(pledge, what, **wish):
    actions.change_pledge(pledge_id=pledge.id, change=what, key="a", **wish)
    pledge.refresh_from_db()


def test_another_day_is_the_next_ones_and_that_of_those_after_it(hands, give):
    pledge = give()
    change(pledge, Change.DAY, day=noon(date(2026, 3, 12)))
    assert timezone.localdate(pledge.next_at) == date(2026, 3, 12)
    hands.pass_to(date(2026, 5, 13))
    assert taken() == [
        (1000, date(2026, 1, 31)), (1000, date(2026, 3, 12)), (1000, date(2026, 4, 12)), (1000, date(2026, 5, 12)),
    ]  # fmt: skip
    assert audit() == []


def test_a_day_that_short_months_have_not_comes_back_in_the_long_ones(hands, give):
    pledge = give()
    change(pledge, Change.DAY, day=noon(date(2026, 3, 31)))
    hands.pass_to(date(2026, 6, 2))
    assert [day for _amount, day in taken()][1:] == [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]


def test_from_monthly_to_yearly_takes_nothing_before_the_next_day_and_then_once_a_year(hands, give):
    pledge = give()
    due = timezone.localdate(pledge.next_at)
    change(pledge, Change.INTERVAL, interval=Interval.YEAR, amount=12_000)
    assert (pledge.interval, pledge.amount, timezone.localdate(pledge.next_at)) == ("year", 12_000, due)
    hands.pass_to(due + timedelta(days=62))
    assert taken() == [(1000, date(2026, 1, 31)), (12_000, due)]
    pledge.refresh_from_db()
    assert timezone.localdate(pledge.next_at) == due.replace(year=2027) and audit() == []


def test_from_yearly_to_monthly_waits_for_the_end_of_the_year_that_is_paid(hands, give):
    pledge = give("yearly")
    due = timezone.localdate(pledge.next_at)
    assert due.year == 2027
    change(pledge, Change.INTERVAL, interval=Interval.MONTH, amount=100)
    assert timezone.localdate(pledge.next_at) == due
    hands.pass_to(due + timedelta(days=35))
    assert [amount for amount, _day in taken()] == [1000, 100, 100] and taken()[1][1] == due


def test_once_more_is_taken_and_then_the_gift_ends(hands, give):
    pledge = give()
    change(pledge, Change.LAST)
    assert "go-on" in standings_of(Pledge.objects.all())[0].can
    change(pledge, Change.GO_ON)
    assert pledge.last_at is None
    change(pledge, Change.LAST)
    due = timezone.localdate(pledge.next_at)
    hands.pass_to(due - timedelta(days=1))
    assert not Cancellation.objects.exists()
    hands.pass_to(due + timedelta(days=70))
    assert [day for _amount, day in taken()] == [date(2026, 1, 31), due]
    assert Cancellation.objects.get().by == Cancellation.By.SUPPORTER
    assert Mail.objects.filter(key__startswith="pledge-ended").count() == 1


def test_a_day_out_of_reach_and_a_change_while_nothing_is_taken_are_refused(hands, give):
    pledge = give()
    for days in (0, -3, 80):
        with pytest.raises(Refused):
            change(pledge, Change.DAY, day=timezone.now() + timedelta(days=days))
    with pytest.raises(Refused):
        change(pledge, Change.INTERVAL, interval=Interval.MONTH, amount=1000)
    with pytest.raises(Refused):
        change(pledge, Change.INTERVAL, interval=Interval.YEAR, amount=0)
    change(pledge, Change.PAUSE)
    with pytest.raises(Refused):
        change(pledge, Change.DAY, day=timezone.now() + timedelta(days=9))
    assert not ProviderCall.objects.filter(verb__in=["day", "interval"]).exists()


def letters(kind):
    return Mail.objects.filter(key__startswith=kind).count()


def test_before_a_card_expires_one_letter_is_written_and_another_card_ends_the_matter(hands, give):
    pledge = give()
    hands.leave_card("expiring", pledge)
    pledge.refresh_from_db()
    assert pledge.card_expires_on == date(2026, 1, 31)
    for _ in range(2):
        actions.tell_expiring_cards()
    assert letters("card-expires") == 1
    standing = standings_of(Pledge.objects.all())[0]
    assert standing.card_ends and "card" in standing.can
    assert not standing.card_is_over
    standing.pledge.card_expires_on = timezone.localdate() - timedelta(days=1)
    assert standing.card_is_over
    hands.leave_card("works", pledge)
    pledge.refresh_from_db()
    assert not standings_of(Pledge.objects.all())[0].card_ends
    actions.tell_expiring_cards()
    assert letters("card-expires") == 1


def test_a_card_that_fails_and_is_replaced_has_brought_the_gift_after_all(hands, give):
    pledge = give()
    hands.leave_card("failing", pledge)
    due = timezone.localdate(pledge.next_at)
    hands.pass_to(due + timedelta(days=1))
    pledge.refresh_from_db()
    assert pledge.failing_since and letters("pledge-failing") == 1
    assert standings_of(Pledge.objects.all())[0].can >= {"card", "end"}
    hands.leave_card("works", pledge)
    hands.pass_to(due + timedelta(days=4))
    pledge.refresh_from_db()
    lapse = Lapse.objects.get()
    assert pledge.failing_since is None and lapse.ended_at and lapse.gift.amount == 1000
    assert len(taken()) == 2 and audit() == []


def test_a_card_that_is_good_for_the_next_payment_is_nobodys_worry(hands, give):
    pledge = give()
    Pledge.objects.update(card_expires_on=timezone.localdate(pledge.next_at))
    actions.tell_expiring_cards()
    Pledge.objects.update(card_expires_on=date(2026, 1, 31), paused=True)
    actions.tell_expiring_cards()
    Pledge.objects.update(paused=False, active=False)
    actions.tell_expiring_cards()
    assert letters("card-expires") == 0
