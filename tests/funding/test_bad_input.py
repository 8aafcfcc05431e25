"""What people and programs send that cannot be: each gets a clear sentence, and the books still balance."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pennypress.funding import actions, addresses, audit
from pennypress.funding.actions import settle
from pennypress.funding.booking import Settled
from pennypress.funding.models import Entry, Expense, Gift, GiftState, MatchingOffer, ProviderEvent, Tier
from pennypress.funding.providers.base import BadEvent, Captured, Refunded, Whose
from pennypress.funding.providers.fake.provider import FakeProvider, make_event
from pennypress.funding.queries import current_meter
from pennypress.funding.rules import Refused
from pennypress.lib.ids import uuid7
from pennypress.lib.money import BadAmount, format_money, parse_amount

FORM = {"often": "once", "email": "a@example.org", "key": "k"}
NO_NUMBER = "Please give the amount as a number"
AMOUNTS = [
    ("0", "The smallest gift is"),
    ("0.00", "The smallest gift is"),
    ("-5", "The smallest gift is"),
    ("\u22125", "The smallest gift is"),
    ("999999999", "The largest gift on this page is"),
    ("9" * 40, NO_NUMBER),
    ("12.345", "more decimals than the currency"),
    ("0.001", "more decimals than the currency"),
    ("1e9", NO_NUMBER),
    ("NaN", NO_NUMBER),
    ("Infinity", NO_NUMBER),
    ("0x10", NO_NUMBER),
    ("5 euros", NO_NUMBER),
    ("5;DROP TABLE", NO_NUMBER),
    ("1,2,3", NO_NUMBER),
    ("", "Please choose an amount"),
    ("   ", "Please choose an amount"),
]


@pytest.fixture(autouse=True)
def books_balance(newsroom):
    yield
    assert audit.audit() == []


@pytest.mark.parametrize(("own", "sentence"), AMOUNTS)
def test_an_amount_that_cannot_be_given_is_answered_with_a_sentence(client, own, sentence):
    answer = client.post("/support/", {**FORM, "own": own})
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not Gift.objects.exists()


@pytest.mark.parametrize("choice", ["0", "-500", "999999999999", "1e9", "5.00", "²"])
def test_a_suggested_amount_that_was_tampered_with_starts_nothing(client, choice):
    assert client.post("/support/", {**FORM, "once": choice}).status_code == 422
    assert not Gift.objects.exists()


@pytest.mark.parametrize(
    "bad", [{"email": ""}, {"email": "nobody"}, {"often": "hourly"}, {"way": "gold"}, {"key": ""}, {"key": "k" * 65}]
)
def test_a_form_that_was_tampered_with_starts_nothing(client, bad):
    assert client.post("/support/", {**FORM, "own": "5", **bad}).status_code == 422
    assert not Gift.objects.exists()


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"often": "hourly"}, "Please choose how often."),
        ({"way": "gold"}, "This way to pay is not offered any more. Please choose again."),
        ({"honour": "spite"}, "Please choose honour or memory."),
    ],
)
def test_a_choice_that_is_offered_no_more_is_answered_with_a_sentence(client, bad, sentence):
    answer = client.post("/support/", {**FORM, "own": "5", **bad}).content.decode()
    assert f'role="alert">{sentence}</p>' in answer and 'value="a@example.org"' in answer


@pytest.mark.parametrize("currency", ["XXQ", "eur", "EU", "", "EURO", "€", "\x00\x00\x00"])
def test_an_unknown_currency_is_no_currency(currency):
    with pytest.raises(BadAmount, match="is not a currency we know"):
        parse_amount("5", currency)
    with pytest.raises(BadAmount):
        format_money(500, currency)


@pytest.mark.parametrize(
    "address", ["support/thanks", "support/pledges", "support/mine", "support/transfers", "payments/fake"]
)
@pytest.mark.parametrize("signed", ["x", "00000000-0000-0000-0000-000000000000:x", "%00", "é:é"])
def test_a_link_that_is_not_ours_leads_nowhere(client, address, signed):
    assert client.get(f"/{address}/{signed}/").status_code == 404
    assert client.post(f"/{address}/{signed}/", {"answer": "captured"}).status_code == 404


def test_a_link_for_one_thing_does_not_open_another(client):
    gift = begun(client)
    for purpose in (addresses.THANKS, addresses.PLEDGE, addresses.TRANSFER):
        assert client.get(f"/payments/fake/{addresses.signed(gift.pk, purpose)}/").status_code == 404


def test_an_expired_link_says_so_and_offers_another(client):
    import time_machine

    gift = begun(client)
    link = addresses.supporter_address(gift.pk)
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        answer = client.get(link)
    assert answer.status_code == 410 and 'name="email"' in answer.content.decode()


def begun(client, **fields):
    client.post("/support/", {**FORM, "own": "10", **fields})
    return Gift.objects.latest("created_at")


def paid(client, work_off, **fields):
    page = client.post("/support/", {**FORM, "own": "10", **fields}).url
    client.post(page, {"answer": "captured"})
    work_off()
    return page, Gift.objects.latest("created_at")


def test_pressing_twice_is_one_gift_and_paying_twice_one_payment(client, work_off):
    pages = {client.post("/support/", {**FORM, "own": "10"}).url for _press in range(2)}
    (page,) = pages
    for _press in range(3):
        assert client.post(page, {"answer": "captured"}).status_code == 302
        work_off()
    assert current_meter().raised == 1000 and Gift.objects.count() == 1 and Entry.objects.count() == 1


def test_back_to_the_form_after_paying_charges_nothing_more(client, work_off):
    page, gift = paid(client, work_off)
    again = client.post("/support/", {**FORM, "own": "10"})
    assert again.url == page
    client.post(again.url, {"answer": "captured"})
    client.post(again.url, {"answer": "declined"})
    work_off()
    gift.refresh_from_db()
    assert gift.state == GiftState.CAPTURED and current_meter().raised == 1000
    assert "has arrived" in client.get(addresses.thanks_address(gift.pk)).content.decode()


def test_two_tabs_of_which_one_is_paid_are_one_gift_on_the_meter(client, work_off):
    pages = [client.post("/support/", {**FORM, "own": "10", "key": key}).url for key in ("one", "two")]
    client.post(pages[0], {"answer": "captured"})
    work_off()
    assert current_meter().raised == 1000
    client.post(pages[1], {"answer": "declined"})
    work_off()
    assert current_meter().raised == 1000
    assert sorted(Gift.objects.values_list("state", flat=True)) == ["captured", "declined"]


def test_a_browser_closed_between_payment_and_return_loses_nothing(client, work_off):
    gift = begun(client)
    raw, signature = make_event(str(gift.pk), "captured")
    actions.receive_event(provider=FakeProvider(), raw=raw, signature=signature)
    work_off()
    assert current_meter().raised == 1000
    # They come back a week later by the link, and all is said.
    assert "has arrived" in client.get(addresses.thanks_address(gift.pk)).content.decode()


@pytest.mark.parametrize("number", ["", None, 0, [], {}])
def test_an_event_with_an_empty_id_touches_nothing(client, work_off, number):
    gift = begun(client)
    raw, signature = make_event(number, "captured")
    with pytest.raises(BadEvent):
        actions.receive_event(provider=FakeProvider(), raw=raw, signature=signature)
    gift.refresh_from_db()
    assert gift.state == GiftState.INTENDED and not ProviderEvent.objects.exists()


def test_an_empty_number_is_never_looked_up(client):
    """Gifts without a payment all have the same, empty, number: a fact that names it is about none of them."""
    begun(client)
    begun(client, key="other")
    now = timezone.now()
    for fact in (Captured(Whose(), "", 1000, "EUR", now), Refunded("", "r", 100, now, None)):
        with pytest.raises(Refused):
            settle(provider="fake", facts=[fact])
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("amount", "currency"), [(999, "EUR"), (1001, "EUR"), (1000, "USD"), (0, "EUR"), (-1000, "EUR"), (10**18, "EUR")]
)
def test_a_payment_of_another_sum_or_currency_is_refused_with_both_named(client, amount, currency):
    gift = begun(client)
    fact = Captured(Whose(gift=gift.pk), "p", amount, currency, timezone.now(), Settled(amount, currency))
    with pytest.raises(Refused, match="was captured of a gift of €10"):
        settle(provider="fake", facts=[fact])
    assert not Entry.objects.exists() and current_meter().raised == 0


def test_an_event_for_an_unknown_object_waits_with_a_sentence_and_a_date(client, work_off):
    raw, signature = make_event(str(uuid7()), "captured")
    actions.receive_event(provider=FakeProvider(), raw=raw, signature=signature)
    work_off()
    event = ProviderEvent.objects.get()
    assert event.error == "No gift of ours has this number." and event.retry_at and not event.applied_at


@pytest.fixture
def desk(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    return client


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("10.01", "is left of this gift"), ("0", "above zero"), ("-1", "above zero"), ("1.234", "more decimals"),
        ("all", NO_NUMBER), ("9" * 30, NO_NUMBER), ("", "required"),
    ],
)  # fmt: skip
def test_a_refund_that_cannot_be_is_answered_with_a_sentence(desk, work_off, amount, sentence):
    _page, gift = paid(desk, work_off)
    answer = desk.post(f"/admin/funding/gifts/{gift.pk}/refund/", {"amount": amount, "key": "r"})
    assert answer.status_code == 200 and sentence in answer.content.decode()
    assert current_meter().raised == 1000


@pytest.mark.parametrize("amount", [1001, 10**12, 0, -1])
def test_a_refund_larger_than_the_gift_is_refused_whoever_tells_of_it(client, work_off, amount):
    _page, gift = paid(client, work_off)
    with pytest.raises(Refused, match="is left of this gift"):
        settle(provider="fake", facts=[Refunded(gift.payment, "r", amount, timezone.now(), None)])
    assert current_meter().raised == 1000


@pytest.mark.parametrize("amount", ["0", "-5", "1.234", "ten", "9" * 30, ""])
@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("gift/", {"account": "cash", "date": "2026-01-05", "key": "k"}),
        ("tiers/add/", {"title": "T"}),
        ("expenses/add/", {"month": "2026-01", "category": "Rent", "key": "00000000000070008000000000000001"}),
        (
            "matching/add/",
            {"name": "G", "begins_at": "2026-01-01T00:00", "ends_at": "2100-01-01T00:00",
             "key": "00000000000070008000000000000002"},
        ),
    ],
)  # fmt: skip
def test_the_desk_takes_no_amount_that_cannot_be(desk, address, fields, amount):
    answer = desk.post(f"/admin/funding/{address}", {**fields, "amount": amount})
    assert answer.status_code == 200
    assert not (
        Gift.objects.exists() or Tier.objects.exists() or Expense.objects.exists() or MatchingOffer.objects.exists()
    )
