"""What happens to money is booked once, balances in each currency, and counts for the month of the gift."""

from datetime import UTC, datetime

import pytest
import time_machine

from pennypress.funding import booking, ledger
from pennypress.funding.booking import NotCaptured, Settled
from pennypress.funding.models import AccountName, Dispute, Entry, Gift, Line, MonthTotal, PublishedMonth
from pennypress.funding.months import close_months
from pennypress.funding.rules import Refused

MARCH, APRIL = datetime(2026, 3, 15, 12, tzinfo=UTC), datetime(2026, 4, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_march(newsroom):
    with time_machine.travel(MARCH, tick=False) as clock:
        yield clock
        assert ledger.check() == []


def make_gift(number=1, amount=1000, **fields):
    return Gift.objects.create(
        **{
            "key": f"k{number}",
            "amount": amount,
            "currency": "EUR",
            "provider": "any",
            "email": "a@example.org",
            **fields,
        }
    )


def captured(number=1, amount=1000, settled=None, **fields):
    gift = make_gift(number, amount, **fields)
    booking.book_capture(gift=gift, amount=amount, happened_at=MARCH, settled=settled)
    gift.refresh_from_db()
    return gift


def balance(account, currency="EUR"):
    return sum(Line.objects.filter(account=account, currency=currency).values_list("amount", flat=True))


def march(currency="EUR"):
    return MonthTotal.objects.get(month__month=3, currency=currency)


def test_a_capture_is_income_and_its_fee_a_cost_and_both_are_booked_once():
    gift = captured(settled=Settled(1000, "EUR", 59))
    assert booking.book_capture(gift=gift, amount=1000, happened_at=MARCH) is None
    assert (balance("provider"), balance("fees"), balance("income")) == (941, 59, -1000)
    assert (march().raised, march().fees, march().gifts) == (1000, 59, 1)
    assert (gift.state, gift.captured_at) == ("captured", MARCH)


def test_a_capture_of_another_amount_is_refused():
    with pytest.raises(Refused):
        booking.book_capture(gift=make_gift(), amount=999, happened_at=MARCH)
    assert not Entry.objects.exists()


def test_a_fee_learned_later_is_booked_once():
    gift = captured()
    assert booking.book_settlement(gift=gift, settled=Settled(1000, "EUR", 59), happened_at=MARCH)
    assert booking.book_settlement(gift=gift, settled=Settled(1000, "EUR", 59), happened_at=MARCH) is None
    assert (balance("provider"), march().fees) == (941, 59)


@pytest.mark.parametrize("later", [False, True])
def test_a_provider_that_settles_in_another_currency(later):
    settled = Settled(1080, "USD", 60)
    gift = captured(settled=None if later else settled)
    if later:
        booking.book_settlement(gift=gift, settled=settled, happened_at=MARCH)
    assert (balance("income"), balance("exchange"), balance("provider")) == (-1000, 1000, 0)
    assert (balance("provider", "USD"), balance("exchange", "USD"), balance("fees", "USD")) == (1020, -1080, 60)
    # The rate has changed since: what the refund took is the provider's word, what the month loses is the gift's.
    booking.book_refund(gift=gift, key="r", amount=1000, happened_at=MARCH, settled=Settled(1100, "USD"))
    assert (balance("income"), march().raised, balance("provider", "USD")) == (0, 0, -80)
    assert (balance("exchange"), balance("exchange", "USD")) == (0, 20)


@pytest.mark.parametrize("later", [False, True])
def test_a_gift_in_foreign_money_counts_for_what_was_made_of_it(later):
    settled = Settled(901, "EUR", 30)
    gift = captured(amount=10_000, currency="SEK", settled=None if later else settled)
    if later:
        assert MonthTotal.objects.get(currency="SEK").raised == 10_000
        booking.book_settlement(gift=gift, settled=settled, happened_at=MARCH)
        assert MonthTotal.objects.get(currency="SEK").raised == 0
    assert (march().raised, march().gifts, balance("provider"), balance("provider", "SEK")) == (901, 1, 871, 0)
    for number in range(3):
        booking.book_refund(gift=gift, key=str(number), amount=3000, happened_at=MARCH)
    assert march().raised == 90  # a tenth, rounded down
    booking.book_refund(gift=gift, key="last", amount=1000, happened_at=MARCH)
    assert (march().raised, balance("exchange")) == (0, -1)  # no cent is left behind, and the odd one is exchange


def test_covered_fees_are_income_of_their_own_and_go_back_in_proportion():
    gift = captured(amount=1033, covered=33)
    assert (balance("income"), balance("covered-fees"), march().raised, march().fees) == (-1000, -33, 1000, -33)
    booking.book_refund(gift=gift, key="r", amount=500, happened_at=MARCH)
    assert (march().raised, march().fees) == (516, -17) == (-balance("income"), balance("covered-fees"))
    booking.book_refund(gift=gift, key="s", amount=533, happened_at=MARCH)
    assert (balance("income"), balance("covered-fees")) == (0, 0)


def test_no_refund_is_larger_than_what_is_left():
    gift = captured()
    booking.book_refund(gift=gift, key="a", amount=700, happened_at=MARCH)
    assert booking.book_refund(gift=gift, key="a", amount=700, happened_at=MARCH) is None
    for amount in (301, 0, -5):
        with pytest.raises(Refused):
            booking.book_refund(gift=gift, key="b", amount=amount, happened_at=MARCH)
    assert (march().raised, march().returned) == (300, 700)


def test_a_refund_of_what_is_not_captured_waits_for_it():
    with pytest.raises(NotCaptured):
        booking.book_refund(gift=make_gift(), key="a", amount=1, happened_at=MARCH)


def test_a_refund_that_failed_is_ours_again_and_can_be_tried_anew():
    gift = captured()
    booking.book_refund(gift=gift, key="a", amount=1000, happened_at=MARCH)
    assert booking.book_refund_failed(gift=gift, key="a", happened_at=MARCH)
    assert booking.book_refund_failed(gift=gift, key="a", happened_at=MARCH) is None
    assert (march().raised, march().returned, balance("provider")) == (1000, 0, 1000)
    assert booking.book_refund(gift=gift, key="b", amount=1000, happened_at=MARCH)
    assert march().raised == 0


def test_a_dispute_holds_money_back_and_costs_a_fee_but_no_income_until_it_is_lost():
    gift = captured()
    booking.book_dispute_opened(gift=gift, key="d", amount=1000, happened_at=MARCH, settled=Settled(1000, "EUR", 1500))
    assert (balance("provider"), balance("disputed"), balance("dispute-fees")) == (-1500, 1000, 1500)
    assert (march().raised, march().fees) == (1000, 1500)
    with pytest.raises(Refused):
        booking.book_refund(gift=gift, key="r", amount=1, happened_at=MARCH)
    assert booking.book_dispute_lost(gift=gift, key="d", happened_at=MARCH)
    assert booking.book_dispute_won(gift=gift, key="d", happened_at=MARCH) is None
    assert (march().raised, balance("disputed"), Dispute.objects.get().outcome) == (0, 0, "lost")


def test_a_dispute_that_is_won_brings_the_money_back():
    gift = captured()
    booking.book_dispute_opened(gift=gift, key="d", amount=1000, happened_at=MARCH, settled=Settled(1000, "EUR", 1500))
    booking.book_dispute_won(gift=gift, key="d", happened_at=MARCH, fee_returned=1500)
    assert (march().raised, march().fees, balance("provider"), balance("disputed")) == (1000, 0, 1000, 0)
    booking.book_refund(gift=gift, key="r", amount=1000, happened_at=MARCH)


def test_a_bank_may_take_back_more_than_the_gift_and_that_is_a_cost():
    gift = captured()
    booking.book_refund(gift=gift, key="r", amount=600, happened_at=MARCH)
    booking.book_dispute_opened(gift=gift, key="d", amount=1000, happened_at=MARCH)
    booking.book_dispute_lost(gift=gift, key="d", happened_at=MARCH)
    assert (march().raised, balance("dispute-fees"), balance("provider"), balance("disputed")) == (0, 600, -600, 0)


def test_a_payment_that_bounces_is_taken_back_whole_with_the_banks_fee():
    gift = captured(account="bank")
    booking.book_refund(gift=gift, key="r", amount=100, happened_at=MARCH)
    assert booking.book_bounce(gift=gift, happened_at=MARCH, settled=Settled(900, "EUR", 300))
    assert booking.book_bounce(gift=gift, happened_at=MARCH) is None
    assert (march().raised, march().fees, balance("bank"), balance("income")) == (0, 300, -300, 0)


def test_payouts_go_through_transit_to_the_bank_or_back():
    captured()
    for key in ("a", "b", "a"):
        booking.book_payout(key=key, amount=400, currency="EUR", happened_at=MARCH)
    booking.book_payout_arrived(key="a", amount=400, currency="EUR", happened_at=APRIL)
    booking.book_payout_failed(key="b", amount=400, currency="EUR", happened_at=APRIL)
    assert (balance("provider"), balance("in-transit"), balance("bank")) == (600, 0, 400)


def test_a_refund_lowers_the_gifts_month_while_it_is_open(in_march):
    gift = captured()
    in_march.move_to(datetime(2026, 3, 31, 21, 59, tzinfo=UTC))  # a minute before midnight in Berlin
    booking.book_refund(gift=gift, key="r", amount=400, happened_at=datetime.now(UTC))
    in_march.move_to(datetime(2026, 4, 1, 3, tzinfo=UTC))  # over, but events of the last minutes may still come
    booking.book_refund(gift=gift, key="s", amount=100, happened_at=datetime.now(UTC))
    assert (march().raised, march().adjusted) == (500, 0)


@pytest.mark.parametrize("worker", ["up", "down"])
def test_a_closed_month_keeps_its_figure_and_a_later_refund_is_a_dated_adjustment(in_march, worker):
    gift = captured(settled=Settled(1000, "EUR", 59))
    in_march.move_to(APRIL)
    if worker == "up":
        assert close_months() == 1
    booking.book_refund(gift=gift, key="r", amount=400, happened_at=APRIL)
    assert close_months() == 0
    published = PublishedMonth.objects.get()
    assert (published.raised, published.fees, published.gifts, published.supporters) == (1000, 59, 1, 1)
    assert (march().raised, march().adjusted) == (1000, -400)
    entry = Entry.objects.get(kind="refund")
    assert entry.late and entry.month.month == 3 and entry.happened_at == APRIL
    assert balance("income") == -600
    assert not MonthTotal.objects.filter(month__month=4).exists()


def test_a_gift_that_arrives_after_the_close_is_an_adjustment_too(in_march):
    captured(1)
    in_march.move_to(APRIL)
    captured(2)
    assert (march().raised, march().adjusted, march().gifts) == (1000, 1000, 1)


def test_history_that_is_entered_afterwards_is_a_month_of_its_own(in_march):
    in_march.move_to(APRIL)
    captured(1)
    captured(2)
    assert (march().raised, march().adjusted) == (2000, 0)
    assert close_months() == 0
    in_march.move_to(datetime(2026, 4, 15, 19, tzinfo=UTC))
    assert close_months() == 1


def test_accounts_are_named_as_the_papers_name_them():
    assert {str(name) for name in AccountName.values} == {
        "provider", "fees", "dispute-fees", "disputed", "in-transit", "bank", "cash", "income", "covered-fees",
        "exchange", "pledges", "matching",
    }  # fmt: skip
