"""A matching gift doubles exactly, up to its sum, and is undone with the gift it doubled."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from pennypress.funding import booking
from pennypress.funding.actions import offer_matching, receive_matching, settle_rest, stop_matching
from pennypress.funding.audit import audit
from pennypress.funding.forms import OfferForm, ReceiveForm
from pennypress.funding.models import Entry, Gift, Line, Match, MatchingOffer
from pennypress.funding.queries import current_meter
from pennypress.funding.rules import Refused
from pennypress.lib.ids import uuid7


@pytest.fixture(autouse=True)
def clock(newsroom):
    with time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False) as clock:
        yield clock
        assert audit() == []


def offer(cap=1000, account="bank", **fields):
    now = timezone.now()
    return offer_matching(
        **{"number": uuid7(), "name": "Guild", "cap": cap, "begins_at": now, "ends_at": now + timedelta(days=5),
           "account": account, **fields}
    )  # fmt: skip


def give(amount, number=1, covered=0):
    gift = Gift.objects.create(
        key=str(number), amount=amount, covered=covered, currency="EUR", provider="any", email="a@b.example"
    )
    booking.book_capture(gift=gift, amount=amount, happened_at=timezone.now())
    return gift


def balance(account):
    return sum(Line.objects.filter(account=account).values_list("amount", flat=True))


def test_money_that_is_there_doubles_a_gift_at_once_in_an_entry_of_its_own():
    offer()
    gift = give(300)
    assert (current_meter().raised, current_meter().promised, current_meter().doubling.left) == (600, 0, 700)
    assert [entry.kind for entry in Entry.objects.filter(gift=gift).order_by("id")] == ["gift", "match"]
    assert (balance("matching"), balance("income"), balance("bank")) == (-700, -600, 1000)


def test_money_that_is_only_promised_is_drawn_apart_until_it_comes(clock):
    made = offer(account="")
    give(300)
    assert (current_meter().raised, current_meter().promised, balance("pledges")) == (300, 300, 300)
    clock.move_to(datetime(2026, 4, 3, 12, tzinfo=UTC))
    for amount in (299, 1001):
        with pytest.raises(Refused):
            receive_matching(offer=made, amount=amount, account="bank")
    receive_matching(offer=made, amount=400, account="bank")
    receive_matching(offer=made, amount=400, account="bank")
    assert (current_meter().raised, current_meter().promised, balance("pledges")) == (300, 0, 0)
    assert (balance("bank"), balance("matching"), MatchingOffer.objects.get().cap) == (400, -100, 400)


def test_the_sum_is_reached_to_the_cent_and_never_passed():
    offer(cap=1000)
    for number, amount in enumerate((700, 299, 5, 400)):
        give(amount, number)
    assert list(Match.objects.order_by("id").values_list("amount", flat=True)) == [700, 299, 1]
    assert MatchingOffer.objects.get().used == 1000 and current_meter().raised == 2404
    assert current_meter().doubling is None


def test_the_part_that_covers_the_fee_is_not_doubled():
    offer()
    give(330, covered=30)
    assert current_meter().raised == 600


def test_only_gifts_within_its_time_are_doubled(clock):
    offer(begins_at=timezone.now() + timedelta(days=1))
    give(100, 1)
    clock.shift(timedelta(days=1))
    give(100, 2)
    clock.shift(timedelta(days=4))
    give(100, 3)
    assert [match.gift.key for match in Match.objects.all()] == ["2"]


@pytest.mark.parametrize("account", ["bank", ""])
def test_a_refund_undoes_the_match_in_proportion_and_frees_it_for_others(account):
    offer(cap=100, account=account)
    gift = give(300)
    booking.book_refund(gift=gift, key="a", amount=100, happened_at=timezone.now())
    assert Match.objects.get().undone == 34  # two thirds of 100 stay, rounded down
    booking.book_refund(gift=gift, key="b", amount=200, happened_at=timezone.now())
    assert (MatchingOffer.objects.get().used, current_meter().raised, current_meter().promised) == (0, 0, 0)
    give(80, 2)
    assert MatchingOffer.objects.get().used == 80


def test_a_refund_that_fails_brings_the_match_back_as_far_as_something_is_left():
    offer(cap=100)
    gift = give(100)
    booking.book_refund(gift=gift, key="a", amount=100, happened_at=timezone.now())
    give(70, 2)
    booking.book_refund_failed(gift=gift, key="a", happened_at=timezone.now())
    assert (MatchingOffer.objects.get().used, Match.objects.get(gift=gift).undone) == (100, 70)
    booking.book_refund(gift=gift, key="b", amount=100, happened_at=timezone.now())
    assert MatchingOffer.objects.get().used == 70


@pytest.mark.parametrize("keep", [True, False])
def test_what_is_left_over_is_kept_or_given_back_once(clock, keep):
    made = offer()
    gift = give(300)
    with pytest.raises(Refused):
        settle_rest(offer=made, keep=keep)
    stop_matching(offer=made)
    clock.shift(timedelta(seconds=1))
    settle_rest(offer=made, keep=keep)
    settle_rest(offer=made, keep=keep)
    assert (balance("matching"), current_meter().raised, balance("bank")) == (
        (0, 1300, 1000) if keep else (0, 600, 300)
    )
    # A later refund leaves something over again, and that can be settled as well.
    booking.book_refund(gift=gift, key="a", amount=300, happened_at=timezone.now())
    assert balance("matching") == -300
    settle_rest(offer=made, keep=False)
    assert balance("matching") == 0


def test_a_promise_that_never_came_is_written_off(clock):
    made = offer(account="")
    gift = give(300)
    stop_matching(offer=made)
    clock.shift(timedelta(days=1))
    settle_rest(offer=made, keep=False)
    assert (balance("pledges"), balance("matching"), current_meter().promised) == (0, 0, 0)
    booking.book_refund(gift=gift, key="a", amount=300, happened_at=timezone.now())
    assert (balance("pledges"), balance("matching")) == (0, 0)


def test_one_offer_at_a_time_and_none_in_the_past_and_the_same_form_once():
    made = offer()
    assert offer(number=made.pk) == made
    with pytest.raises(Refused):
        offer()
    for begins, ends in ((-9, -1), (8, 7), (8, 800)):
        now = timezone.now()
        with pytest.raises(Refused):
            offer(begins_at=now + timedelta(days=begins), ends_at=now + timedelta(days=ends))
    assert MatchingOffer.objects.count() == 1


def test_an_offer_that_has_not_begun_can_be_taken_back(clock):
    made = offer(begins_at=timezone.now() + timedelta(days=2))
    stop_matching(offer=made)
    clock.shift(timedelta(days=3))
    give(100)
    assert not Match.objects.exists()


def test_pages_fade_when_an_offer_begins_and_when_it_ends(clock):
    from pennypress.delivery.ready.showing import noting

    made = offer(begins_at=timezone.now() + timedelta(days=1))
    with noting() as shown:
        assert current_meter().doubling is None
    assert shown.fades_at == made.begins_at
    clock.move_to(made.begins_at)
    with noting() as shown:
        assert current_meter().doubling.name == "Guild"
    assert shown.fades_at == made.ends_at


def test_its_forms_say_in_which_currency():
    assert OfferForm(currency="EUR").fields["amount"].label == "Up to, in EUR"
    assert ReceiveForm(currency="EUR").fields["amount"].label == "What came, in EUR"
