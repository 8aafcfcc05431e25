"""After a single gift the page of thanks offers a smaller one every month, in one press, to those who give none yet."""

from datetime import timedelta

import pytest

from pennypress.funding import actions, booking
from pennypress.funding.addresses import thanks_address
from pennypress.funding.ledger import check
from pennypress.funding.models import Cancellation, Gift, GiftState, Pledge
from pennypress.funding.monthly_offer import offered_amount
from pennypress.funding.providers.fake.provider import FakeProvider, make_event
from pennypress.funding.rules import MAILED_PER_ADDRESS
from pennypress.notifications.models import Mail


@pytest.fixture
def give(newsroom, work_off):
    def make(amount=1500, key="k", interval="", email="ada@example.org", kind="captured", **fields):
        gift = actions.start_gift(email=email, amount=amount, key=key, provider="fake", interval=interval, **fields)
        if kind:
            raw, signature = make_event(str(gift.id), kind)
            actions.receive_event(provider=FakeProvider(), raw=raw, signature=signature)
            work_off()
        gift.refresh_from_db()
        return gift

    return make


@pytest.mark.parametrize(
    ("given", "offered"), [(300, 0), (500, 100), (899, 100), (900, 300), (1499, 300), (1500, 500), (100_000, 1000)]
)
def test_the_offer_is_the_newsrooms_and_much_smaller_than_the_gift(newsroom, given, offered):
    assert offered_amount(given, [300, 500, 1000], "EUR") == offered


def test_without_suggestions_and_without_decimals(newsroom):
    assert offered_amount(1599, [], "EUR") == 300
    assert offered_amount(1000, [], "JPY") == 200 and offered_amount(400, [], "JPY") == 0


def test_one_press_leads_to_the_providers_page_and_two_to_the_same(client, give, work_off):
    gift = give()
    address = thanks_address(gift.id)
    assert "Give €5 every month" in client.get(address).content.decode()
    client.get(address + "?do=monthly")
    assert not Pledge.objects.exists()
    first, second = (client.post(address, {"do": "monthly"}) for _ in range(2))
    assert first.status_code == 302 and first.url == second.url and Pledge.objects.count() == 1
    client.post(first.url, {"answer": "captured"})
    work_off()
    pledge = Pledge.objects.get()
    assert (pledge.amount, pledge.active, pledge.interval, pledge.email) == (500, True, "month", "ada@example.org")
    assert "every month</button>" not in client.get(address).content.decode()
    assert client.post(address, {"do": "monthly"}).status_code == 200
    assert Gift.objects.count() == 2 and check() == []


def test_who_gives_regularly_is_not_asked(client, give):
    monthly = give(key="m", interval="month", email="Ada@Example.org")
    gift = give()
    for one in (monthly, gift):
        assert b"A little every month" not in client.get(thanks_address(one.id)).content
    actions.cancel_pledge(pledge_id=monthly.pledge_id, by=Cancellation.By.SUPPORTER)
    assert b"A little every month" in client.get(thanks_address(gift.id)).content


def test_the_offer_is_no_way_around_the_guard_of_the_giving_screen(client, give, django_user_model):
    """Under attack one gift that came opens no payment page at all by this door, and few links go to its one address."""
    gift = give()
    address, editor = thanks_address(gift.id), django_user_model.objects.create_superuser("e@example.org")
    actions.begin_attack(why="cards", lasts=timedelta(hours=1), smallest=5000, by=editor)
    assert b"Just now the smallest gift is" in client.post(address, {"do": "monthly"}).content
    actions.begin_attack(why="cards", lasts=timedelta(hours=1), smallest=100, by=editor)
    answers = []
    for number in range(60):
        answers.append(client.post(address, {"do": "monthly"}, REMOTE_ADDR=f"198.51.{number}.7"))
        Gift.objects.exclude(pk=gift.pk).update(state=GiftState.DECLINED)
    assert not any(answer.status_code == 302 for answer in answers)
    assert {answer.status_code for answer in answers} == {200, 429}
    assert Mail.objects.filter(key__startswith="begun").count() == MAILED_PER_ADDRESS.count


def test_what_has_not_come_or_went_back_brings_no_offer(client, give):
    for key, kind in (("a", ""), ("b", "declined")):
        assert b"A little every month" not in client.get(thanks_address(give(key=key, kind=kind).id)).content
    gift = give(key="c")
    booking.book_refund(gift=gift, key="r", amount=100, happened_at=gift.captured_at)
    assert b"A little every month" not in client.get(thanks_address(gift.id)).content
    assert client.post(thanks_address(gift.id), {"do": "monthly"}).status_code == 200
    assert not Pledge.objects.exists()


def test_what_covered_the_fee_is_no_part_of_what_is_asked_from(client, give):
    gift = give(amount=1541, covered=41)
    assert "Give €5 every month" in client.get(thanks_address(gift.id)).content.decode()
