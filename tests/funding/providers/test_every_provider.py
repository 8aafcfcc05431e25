"""What a provider must do to be right: each of them is put through the same, by whatever way its own other side has.

To test a provider of your own, add a `Hands` for it: how a test makes its other side do things.
"""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from pennypress.funding import actions
from pennypress.funding.actions import transfers
from pennypress.funding.bank_queries import open_rows
from pennypress.funding.ledger import check
from pennypress.funding.models import (
    Gift,
    GiftState,
    Pledge,
    Promise,
    ProviderCall,
    ProviderEvent,
    RowState,
    StatementRow,
)
from pennypress.funding.providers.bank_transfer.statements.rows import Row, keyed
from pennypress.funding.providers.base import BadEvent, Declined
from pennypress.funding.providers.fake.provider import make_event
from pennypress.funding.providers.registry import provider_named, provider_of, providers
from pennypress.funding.queries import current_meter
from pennypress.funding.rules import Refused

IBAN = "DE89370400440532013000"


class FakeHands:
    """The other side of the test payment: its own page."""

    name = "fake"
    unpaid = GiftState.DECLINED

    def __init__(self, client):
        self.client = client

    def pay(self, gift, address):
        self.client.post(address, {"answer": "captured"})

    def decline(self, gift, address):
        self.client.post(address, {"answer": "declined"})

    def events(self):
        return [make_event(one, "captured") for one in ProviderEvent.objects.values_list("object", flat=True)]

    def refund(self, gift, amount, key):
        refund_by_the_desk(gift, amount, key)


class BankHands:
    """The other side of a transfer: the statement an editor brings in, and what they say of its rows. Nothing is ever declined."""

    name = "bank"
    unpaid = GiftState.INTENDED

    def __init__(self, editor):
        self.editor = editor

    def bring(self, amount, purpose):
        row = Row(date.today(), amount, "EUR", "Ann", purpose, returned=amount < 0)
        for _again in range(2):
            transfers.bring_in_statement(file_name="s.xml", rows=keyed([row]), by=self.editor)
        return StatementRow.objects.get(state=RowState.OPEN)

    def pay(self, gift, address):
        owner = {"pledge": gift.pledge} if gift.pledge else {"gift": gift}
        row = self.bring(gift.amount, Promise.objects.get(**owner).reference)
        (item,) = open_rows("").items
        assert item.proposals[0].sure
        found = {"pledge_id": gift.pledge_id} if gift.pledge else {"gift_id": gift.pk}
        transfers.book_row(row_id=row.pk, by=self.editor, **found)

    def decline(self, gift, address):
        pass

    def events(self):
        return []

    def refund(self, gift, amount, key):
        row = self.bring(-amount, key)
        transfers.book_return(row_id=row.pk, by=self.editor, gift_id=gift.pk)
        with pytest.raises(Refused):
            transfers.book_return(row_id=row.pk, by=self.editor, gift_id=gift.pk)


def refund_by_the_desk(gift, amount, key):
    call = actions.ask_refund(gift_id=gift.pk, amount=amount, key=key, asked_by="E")
    for _again in range(2):
        actions.carry_out(call_id=call.pk)


class StripeHands:
    """The other side of Stripe: the stand-in. A card that is declined leaves its page open until it ends."""

    name = "stripe"
    unpaid = GiftState.DECLINED

    def __init__(self, account):
        self.account = account

    def pay(self, gift, address):
        self.account.pull("pay", session=address.rpartition("/")[2])
        self.account.bring_all()

    def decline(self, gift, address):
        self.account.pull("pay", session=address.rpartition("/")[2], card="0002")
        self.account.pass_time(days=1.1)
        self.account.bring_all()

    def events(self):
        return [(one["body"].encode(), one["header"]) for one in self.account.pull("events")["events"]]

    def refund(self, gift, amount, key):
        refund_by_the_desk(gift, amount, key)


@pytest.fixture
def all_in_use(stripe, client, django_user_model):
    transfers.change_bank_account(holder="The Ferry Post", iban=IBAN, bic="COBADEFFXXX", bank="")
    editor = django_user_model.objects.create_superuser("editor@example.org")
    return {hands.name: hands for hands in (FakeHands(client), StripeHands(stripe), BankHands(editor))}


@pytest.fixture(params=["fake", "stripe", "bank"])
def hands(request, all_in_use):
    return all_in_use[request.param]


@pytest.fixture
def provider(hands):
    return provider_of(hands.name)


@pytest.fixture
def begin(hands):
    def make(key="k", interval="", amount=2000, covered=0):
        gift = actions.start_gift(
            email="a@example.org", amount=amount, covered=covered, key=key, provider=hands.name, interval=interval
        )
        return gift, actions.open_payment(gift_id=gift.pk)

    return make


def test_every_provider_in_use_is_put_through_this(all_in_use):
    assert {provider.name for provider in providers()} == set(all_in_use)


def test_it_has_a_name_and_says_where_its_pages_are(provider):
    assert provider_named(provider.name).name == provider.name and provider.label and provider.signature_header
    assert provider.page_origin == "" or provider.page_origin.startswith("http")


def test_beginning_twice_is_one_page(begin):
    assert begin() == begin()
    assert ProviderCall.objects.count() == 1


@pytest.mark.parametrize("interval", ["", "month", "year"])
def test_what_is_paid_is_booked_once_however_often_it_is_told(hands, provider, begin, work_off, interval):
    gift, address = begin(interval=interval)
    hands.pay(gift, address)
    work_off()
    for raw, signature in hands.events() * 2:
        actions.receive_event(provider=provider, raw=raw, signature=signature)
    work_off()
    gift.refresh_from_db()
    assert gift.state == GiftState.CAPTURED and gift.payment and Gift.objects.count() == 1
    assert current_meter().raised == 2000 and check() == []


def test_what_is_not_paid_moves_nothing(hands, begin, work_off):
    gift, address = begin()
    hands.decline(gift, address)
    work_off()
    gift.refresh_from_db()
    assert gift.state == hands.unpaid and current_meter().raised == 0 == current_meter().promised


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b'{"object": "x"}'])
@pytest.mark.parametrize("signature", ["", "0.x", "t=1,v1=x"])
def test_what_it_did_not_sign_is_refused(provider, raw, signature):
    with pytest.raises(BadEvent):
        provider.read_event(raw, signature)


def test_a_refund_is_made_once_and_never_beyond_what_is_left(hands, begin, work_off):
    gift, address = begin()
    hands.pay(gift, address)
    work_off()
    gift.refresh_from_db()
    hands.refund(gift, 500, "a")
    assert current_meter().raised == 1500 and check() == []
    with pytest.raises(Refused):
        actions.ask_refund(gift_id=gift.pk, amount=1501, key="b", asked_by="E")


@pytest.mark.parametrize("interval", ["", "month"])
def test_a_fee_on_top_is_charged_with_the_gift_and_goes_back_with_it(hands, begin, work_off, interval):
    gift, address = begin(interval=interval, amount=2061, covered=61)
    hands.pay(gift, address)
    work_off()
    assert Gift.objects.values_list("amount", "covered").get() == (2061, 61) and current_meter().raised == 2000
    gift.refresh_from_db()
    hands.refund(gift, 2061, "a")
    assert current_meter().raised == 0 and check() == []


def test_what_it_says_moved_is_in_the_books(hands, provider, begin, work_off):
    gift, address = begin()
    hands.pay(gift, address)
    work_off()
    now = timezone.now()
    for movement in provider.movements(now - timedelta(days=2), now + timedelta(days=1)):
        actions.settle(provider=provider.name, facts=provider.facts_of(movement))
    assert current_meter().raised == 2000 and check() == []


def test_a_regular_gift_in_doubt_is_asked_after_once_in_a_while(hands, begin, work_off):
    gift, address = begin(interval="month")
    hands.pay(gift, address)
    work_off()
    yesterday = timezone.now() - timedelta(days=1)
    Pledge.objects.update(next_at=yesterday, read_at=yesterday)
    asked = Pledge.objects.exclude(reference="").count()
    assert actions.look_after_pledges() == asked and actions.look_after_pledges() == 0
    assert Pledge.objects.get().active and check() == []


def test_a_wish_it_cannot_carry_out_is_declined_with_a_sentence(hands, provider):
    call = ProviderCall.objects.create(key="x", provider=hands.name, verb=ProviderCall.Verb.PAUSE)
    with pytest.raises(Declined) as no:
        provider.carry_out(call)
    assert str(no.value).endswith(".")
