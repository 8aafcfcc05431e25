"""A supporter's page without an account: the link by mail, each button, and the letters when a gift fails."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.utils import timezone

from pennypress.funding import actions
from pennypress.funding.addresses import opened_supporter_address, pledge_address, supporter_address
from pennypress.funding.ledger import check
from pennypress.funding.models import Cancellation, Document, Gift, GiftState, Pledge, ProviderCall
from pennypress.funding.providers.bank_transfer.provider import BankTransferProvider
from pennypress.funding.providers.base import (
    Declined,
    Disputed,
    DisputeEnded,
    PledgeStands,
    Refunded,
    RefundFailed,
    Unreachable,
)
from pennypress.funding.providers.fake.provider import FakeProvider, make_event
from pennypress.funding.providers.fake.renewals import renew_pledges
from pennypress.funding.providers.stripe.provider import StripeProvider
from pennypress.funding.rules import LINKS_PER_ADDRESS
from pennypress.funding.supporters import Change, giving_of, standings_of
from pennypress.notifications.models import Mail

Verb = ProviderCall.Verb


@pytest.fixture
def give(newsroom, work_off):
    def make(key="k", interval="month", email="Ada@example.org", amount=1000):
        gift = actions.start_gift(email=email, amount=amount, key=key, provider="fake", interval=interval)
        raw, signature = make_event(str(gift.id), "captured")
        actions.receive_event(provider=FakeProvider(), raw=raw, signature=signature)
        work_off()
        gift.refresh_from_db()
        return gift

    return make


def standing(gift):
    return standings_of(Pledge.objects.filter(pk=gift.pledge_id))[0]


def key_on(page):
    return re.search(r'name="key" value="([0-9a-f]+)"', page.content.decode())[1]


@pytest.fixture
def press(client):
    """Press a button of the page behind this address, with the key that the page carries."""

    def do(address, gift, what, **fields):
        if "key" not in fields:
            fields["key"] = key_on(client.get(address))
        return client.post(address, {"pledge": gift.pledge_id, "do": what, **fields})

    return do


def test_the_link_is_mailed_to_those_who_gave_and_the_answer_is_the_same_for_all(client, give):
    give()
    answers = {
        re.sub(rb"<!--.*?-->", b"", client.post("/support/mine/", {"email": email}).content)
        for email in ("ada@EXAMPLE.org", "nobody@example.org")
    }
    assert len(answers) == 1
    mail = Mail.objects.get(key__startswith="supporter-link")
    assert mail.to == "Ada@example.org"
    address = re.search(r"/support/mine/\S+/", mail.text)[0]
    assert "€10" in client.get(address).content.decode()


def test_links_are_limited_by_address_whether_it_has_given_or_not(client, newsroom):
    for _ in range(LINKS_PER_ADDRESS.count):
        assert client.post("/support/mine/", {"email": "nobody@example.org"}).status_code == 200
    assert client.post("/support/mine/", {"email": "nobody@example.org"}).status_code == 429
    assert client.post("/support/mine/", {"email": "no address"}).status_code == 422


def test_the_link_is_good_for_a_day_and_cannot_be_made_up(client, give):
    gift = give()
    address = supporter_address(gift.id)
    assert opened_supporter_address(address.split("/")[3]) == gift.id
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        old = client.post(address, {"pledge": gift.pledge_id, "do": "end"})
        assert old.status_code == 410 and "grown old" in old.content.decode()
    assert client.get(address[:-2] + "x/").status_code == 404
    assert client.get(pledge_address(gift.pledge_id).replace("pledges", "mine")).status_code == 404
    assert Pledge.objects.get().active


def test_looking_changes_nothing(client, give):
    gift = give()
    before = (Pledge.objects.values().get(), ProviderCall.objects.count(), Mail.objects.count())
    for address in (supporter_address(gift.id), pledge_address(gift.pledge_id)):
        assert client.get(address + "?do=end&done=pause").status_code == 200
        assert client.head(address).status_code == 200
    assert before == (Pledge.objects.values().get(), ProviderCall.objects.count(), Mail.objects.count())


def test_a_foreign_regular_gift_cannot_be_changed(client, give):
    mine, foreign = give("a"), give("b", email="eve@example.org")
    for number in (foreign.pledge_id, "x", ""):
        answer = client.post(supporter_address(mine.id), {"pledge": number, "do": "end"})
        assert answer.status_code == 404
    assert not Cancellation.objects.exists()


@pytest.mark.parametrize("permanent", [True, False], ids=["receipt", "mine"])
def test_each_button_does_its_thing_once(client, give, press, work_off, permanent):
    gift = give()
    address = pledge_address(gift.pledge_id) if permanent else supporter_address(gift.id)
    pledge = gift.pledge

    def twice(what, **fields):
        key, before = key_on(client.get(address)), ProviderCall.objects.count()
        for _ in range(2):
            answer = press(address, gift, what, key=key, **fields)
            assert answer.status_code == 302, answer.content.decode()
        assert client.get(answer.url).status_code == 200
        work_off()
        assert ProviderCall.objects.count() == before + 1
        pledge.refresh_from_db()

    twice("amount", amount="12.50")
    assert pledge.amount == 1250
    twice("pause")
    assert pledge.paused and pledge.resumes_at is None
    assert standing(gift).can == {"amount", "card", "resume", "end"}
    twice("resume")
    assert not pledge.paused
    twice("skip")
    assert pledge.paused and pledge.resumes_at > pledge.next_at
    twice("resume")
    for _ in range(2):
        assert press(address, gift, "end", reason="I have moved away.", key="ab").status_code == 302
    work_off()
    end = Cancellation.objects.get()
    assert (end.by, end.reason) == ("supporter", "I have moved away.")
    assert Mail.objects.filter(key__startswith="pledge-ended").count() == 1
    assert standing(gift).can == frozenset() and check() == []


@pytest.mark.parametrize("amount", ["", "0", "-3", "1e9", "abc", "99999999", "1.2345"])
def test_a_bad_amount_gets_a_sentence_and_changes_nothing(give, press, amount):
    gift = give()
    answer = press(supporter_address(gift.id), gift, "amount", amount=amount)
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert Pledge.objects.get().amount == 1000 and not ProviderCall.objects.filter(verb=Verb.AMOUNT).exists()


def test_what_cannot_be_done_now_is_refused_with_a_sentence(give, press):
    gift = give()
    address = supporter_address(gift.id)
    assert press(address, gift, "resume").status_code == 422
    with patch.object(FakeProvider, "carry_out", side_effect=Declined("The test payment cannot do this.")):
        card = press(address, gift, "card")
    assert card.status_code == 422 and "cannot do this" in card.content.decode()
    assert press(address, gift, "day").status_code == 422
    assert press(address, gift, "day", day="2020-01-01").status_code == 422
    assert press(address, gift, "interval", interval="month", amount="5").status_code == 422
    assert press(address, gift, "dance").status_code == 422


def test_while_the_provider_is_silent_the_wish_is_kept_and_no_other_overtakes_it(client, give, press):
    gift = give()
    address = supporter_address(gift.id)
    with patch.object(FakeProvider, "carry_out", side_effect=Unreachable("no answer")):
        answer = press(address, gift, "amount", amount="20")
        assert answer.url.endswith("?done=waits")
        assert "does not answer" in client.get(answer.url).content.decode()
        assert press(address, gift, "card").status_code == 503
    assert standing(gift).waiting and standing(gift).can == {"card", "end"}
    assert press(address, gift, "amount", amount="30").status_code == 422
    actions.carry_out(call_id=ProviderCall.objects.get(verb=Verb.AMOUNT).pk)
    assert Pledge.objects.get().amount == 2000 and not standing(gift).waiting


def test_only_what_a_provider_can_do_has_a_button(client, give):
    gift = give()
    every = {"amount", "day", "interval", "last", "pause", "skip", "card", "end"}
    assert standing(gift).can == every
    with patch.object(FakeProvider, "can_change", frozenset({Verb.END})):
        assert standing(gift).can == {"last", "end"}
        assert "Change the amount" not in client.get(supporter_address(gift.id)).content.decode()
    with patch.object(FakeProvider, "can_change", StripeProvider.can_change):
        assert standing(gift).can == every
    Pledge.objects.update(reference="")
    assert standing(gift).can == {"end"}


@pytest.mark.parametrize("provider", [FakeProvider(), BankTransferProvider()], ids=lambda one: one.name)
def test_a_provider_declines_what_it_does_not_say_it_can(give, provider):
    pledge = give().pledge
    for verb in {Verb.AMOUNT, Verb.DAY, Verb.PAUSE, Verb.RESUME, Verb.ASK_FOR_CARD} - provider.can_change:
        with pytest.raises(Declined):
            provider.carry_out(ProviderCall(provider=provider.name, verb=verb, pledge=pledge, wish={"amount": 500}))


def test_a_skipped_month_is_not_taken_and_the_next_one_is(newsroom, give, work_off):
    def renewed():
        made = renew_pledges()
        work_off()
        return made

    with time_machine.travel(datetime(2026, 1, 20, tzinfo=UTC), tick=False) as clock:
        gift = give()
        actions.change_pledge(pledge_id=gift.pledge_id, change=Change.SKIP, key="a")
        actions.change_pledge(pledge_id=gift.pledge_id, change=Change.AMOUNT, key="b", amount=700)
        for day in (
            datetime(2026, 2, 1, 1, tzinfo=UTC),
            datetime(2026, 2, 3, tzinfo=UTC),
            datetime(2026, 2, 27, tzinfo=UTC),
        ):
            clock.move_to(day)
            assert renewed() == 0
        assert not Pledge.objects.get().paused
        clock.move_to(datetime(2026, 3, 1, 12, tzinfo=UTC))
        assert renewed() == 1 and renewed() == 0
    amounts = Gift.objects.filter(state=GiftState.CAPTURED).order_by("captured_at").values_list("amount", flat=True)
    assert list(amounts) == [1000, 700] and check() == []


def test_receipts_show_what_was_given_back_and_nothing_that_was_never_paid(client, give, work_off):
    gift = give(interval="")
    actions.start_gift(email="ada@example.org", amount=7700, key="never", provider="fake")
    call = actions.ask_refund(gift_id=gift.pk, amount=400, key="r", asked_by="E")
    actions.carry_out(call_id=call.pk)
    page = client.get(supporter_address(gift.id)).content.decode()
    assert "€4 went back on" in page and "€77" not in page
    year = timezone.localdate().year
    assert f"Receipt {year}-00001" in page and f"credit note {year}-C00001" in page
    assert f"Receipt: {year}-00001" in Mail.objects.get(key=f"receipt:{gift.id}").text


def test_money_that_goes_back_brings_its_credit_note_by_mail_once(give):
    gift, year = give(), timezone.localdate().year
    refund = Refunded(gift.payment, "re_1", 400, timezone.now(), None)
    for _time in range(2):
        actions.settle(provider="fake", facts=[refund])
    actions.settle(provider="fake", facts=[replace(refund, refund="re_2", amount=600)])
    first, second = Mail.objects.filter(key__startswith="credit").order_by("id")
    assert first.to == gift.email and "A part of your gift" in first.text
    for line in ("Goes back: €4", "Remains: €6", f"Credit note: {year}-C00001", f"For the receipt: {year}-00001"):
        assert line in first.text
    # The pledge goes on, and may be ended from here.
    assert pledge_address(gift.pledge_id) in first.text
    assert "Your gift to" in second.text and "Remains" not in second.text and f"{year}-C00002" in second.text


def test_a_dispute_that_is_lost_brings_its_credit_note_too(give):
    gift, now = give(), timezone.now()
    actions.settle(
        provider="fake",
        facts=[Disputed(gift.payment, "d", 1000, now, None), DisputeEnded(gift.payment, "d", False, now)],
    )
    mail = Mail.objects.get(key__startswith="credit")
    assert "Goes back: €10" in mail.text and f"{timezone.localdate().year}-C00001" in mail.text


def test_a_refund_that_failed_brings_its_receipt_by_mail_once_and_the_badge_back(give, django_user_model):
    ada = django_user_model.objects.create_user("ada@example.org")
    ada.emailaddress_set.create(email=ada.email, verified=True, primary=True)
    gift, now, year = give(interval=""), timezone.now(), timezone.localdate().year
    ada.refresh_from_db()
    until = ada.supporter_until
    refund, failed = Refunded(gift.payment, "re_1", 1000, now, None), RefundFailed(gift.payment, "re_1", now)
    actions.settle(provider="fake", facts=[refund])
    ada.refresh_from_db()
    assert until and ada.supporter_until is None
    for _time in range(2):
        actions.settle(provider="fake", facts=[refund, failed])
    ada.refresh_from_db()
    assert ada.supporter_until == until
    mail = Mail.objects.get(key__startswith="again")
    assert mail.to == gift.email and "did not reach you" in mail.text
    for line in ("Amount: €10", f"Receipt: {year}-00002", f"Instead of the credit note: {year}-C00001"):
        assert line in mail.text


def test_who_left_no_address_is_told_nothing(give):
    gift, now = give(interval=""), timezone.now()
    Gift.objects.filter(pk=gift.pk).update(email="")
    facts = [Refunded(gift.payment, "re_1", 400, now, None), RefundFailed(gift.payment, "re_1", now)]
    actions.settle(provider="fake", facts=facts)
    assert Document.objects.count() == 3 and not Mail.objects.filter(key__regex="^(credit|again)").exists()


@pytest.mark.parametrize("many", [1, 3, 50])
def test_the_page_costs_the_same_however_many_gifts(client, give, django_assert_max_num_queries, many):
    gift = give()
    moment = timezone.now() - timedelta(days=1)
    for number in range(many - 1):
        extra = {"email": gift.email, "amount": 500, "currency": "EUR", "provider": "fake"}
        pledge = Pledge.objects.create(**extra, active=True, reference=f"fake_{number}")
        Gift.objects.create(**extra, key=f"x{number}", pledge=pledge, state=GiftState.CAPTURED, captured_at=moment)
    client.get("/support/mine/")
    with django_assert_max_num_queries(12):
        page = client.get(supporter_address(gift.id)).content.decode()
    assert page.count('name="reason"') == many


def test_receipts_are_paged_and_none_is_lost(client, give):
    gift = give(interval="")
    fields = {
        "email": "ada@example.org",
        "amount": 500,
        "currency": "EUR",
        "provider": "fake",
        "state": GiftState.CAPTURED,
    }
    for number in range(60):
        Gift.objects.create(**fields, key=f"x{number}")
    first = giving_of([gift.email])
    second = giving_of([gift.email], first.next_page)
    assert (len(first.receipts), len(second.receipts), second.next_page) == (50, 11, None)
    assert len({one.id for one in first.receipts + second.receipts}) == 61
    assert client.get(f"{supporter_address(gift.id)}?before=x").status_code == 200


def failing(pledge, *, failing=True, **fields):
    known = {
        "pledge": pledge.id, "reference": pledge.reference, "customer": "", "amount": 1000, "currency": "EUR",
        "interval": "month", "active": True, "ended": False, "failing": failing, "paused": False, "resumes_at": None,
        "next_at": None, "read_at": timezone.now(),
    }  # fmt: skip
    actions.settle(provider="fake", facts=[PledgeStands(**{**known, **fields})])


def test_a_gift_that_fails_brings_one_letter_then_and_one_before_it_ends(give):
    letters = Mail.objects.filter(key__startswith="pledge-failing").order_by("created_at")
    gift = give()
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        for _ in range(2):
            failing(gift.pledge)
            actions.tell_last_chances()
        assert pledge_address(gift.pledge_id) in letters.get().text
        clock.move_to(start + timedelta(days=10))
        for _ in range(2):
            failing(gift.pledge)
            actions.tell_last_chances()
        assert letters.count() == 2 and "ends by itself" in letters.last().text
        failing(gift.pledge, failing=False)
        clock.move_to(start + timedelta(days=40))
        failing(gift.pledge)
        assert letters.count() == 3


def test_no_letter_for_a_gift_that_never_began_or_has_recovered(give):
    gift = give()
    Pledge.objects.update(active=False)
    failing(gift.pledge, active=False)
    Pledge.objects.update(active=True, failing_since=None)
    with time_machine.travel(timezone.now() + timedelta(days=10)):
        actions.tell_last_chances()
    assert not Mail.objects.filter(key__startswith="pledge-failing").exists()
