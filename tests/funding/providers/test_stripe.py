"""The way of money through Stripe, against the stand-in over HTTP with Stripe's own library."""

import pytest
from django.utils import timezone

from pennypress.funding import actions
from pennypress.funding.actions import managing
from pennypress.funding.ledger import check
from pennypress.funding.models import Cancellation, Gift, GiftState, Pledge, ProviderCall, ProviderEvent
from pennypress.funding.providers.base import Declined, Unreachable
from pennypress.funding.providers.stripe.currencies import NOT_TAKEN, from_stripe, to_stripe
from pennypress.funding.queries import current_meter
from pennypress.funding.rules import Refused
from pennypress.lib.money import EXPONENTS, exponent
from pennypress.notifications.models import Mail


def test_a_gift_by_card_is_booked_with_its_fee_once_and_a_receipt_is_mailed(stripe, work_off):
    gift = stripe.give(amount="20")
    assert current_meter().raised == 0
    events = stripe.new_events()
    for event in [*events, *reversed(events)]:
        assert stripe.bring(event).status_code == 200
    work_off()
    gift.refresh_from_db()
    assert (gift.state, gift.settled_amount, gift.fee) == (GiftState.CAPTURED, 2000, 55)
    assert current_meter().raised == 2000 and Mail.objects.filter(key__startswith="receipt").count() == 1
    assert check() == []


def test_nothing_moves_the_meter_but_captured_money(stripe, work_off):
    gift = stripe.give(card="0002")
    stripe.bring_all(work_off)
    assert Gift.objects.get().state == GiftState.INTENDED
    debit = stripe.give(card="3000", key="debit")
    stripe.bring_all(work_off)
    debit.refresh_from_db()
    assert debit.state == GiftState.WAITING and current_meter().raised == 0
    stripe.pass_time(days=6)
    stripe.bring_all(work_off)
    debit.refresh_from_db()
    gift.refresh_from_db()
    assert debit.state == GiftState.CAPTURED and current_meter().raised == 500
    # The page of the declined card has ended meanwhile.
    assert gift.state == GiftState.DECLINED
    # It came in February, though it was given in January.
    assert debit.captured_at.month == 2


def test_a_debit_that_fails_is_declined(stripe, work_off):
    gift = stripe.give(card="6789")
    stripe.bring_all(work_off)
    stripe.pass_time(days=6)
    stripe.bring_all(work_off)
    gift.refresh_from_db()
    assert gift.state == GiftState.DECLINED and current_meter().raised == 0


def test_a_monthly_gift_renews_fails_recovers_and_ends(stripe, work_off):
    stripe.give(often="monthly")
    stripe.bring_all(work_off)
    pledge = Pledge.objects.get()
    assert pledge.active and pledge.reference and pledge.next_at.date().isoformat() == "2026-02-28"
    for _month in range(2):
        stripe.pass_time(days=31)
        stripe.bring_all(work_off)
    assert Gift.objects.filter(state=GiftState.CAPTURED).count() == 3
    stripe.pull("card", subscription=pledge.reference, last4="0002")
    stripe.pass_time(days=31)
    stripe.bring_all(work_off)
    pledge.refresh_from_db()
    assert pledge.failing_since and pledge.active and Gift.objects.filter(state=GiftState.CAPTURED).count() == 3
    page = managing.open_card_page(pledge_id=pledge.id)
    stripe.pull("pay", session=page.rpartition("/")[2], card="4242")
    stripe.bring_all(work_off)
    stripe.bring_all(work_off)
    pledge.refresh_from_db()
    assert not pledge.failing_since and Gift.objects.filter(state=GiftState.CAPTURED).count() == 4
    actions.cancel_pledge(pledge_id=pledge.id, by=Cancellation.By.SUPPORTER)
    work_off()
    assert stripe.pull("all", kind="subscription")["data"][0]["status"] == "canceled"
    stripe.pass_time(days=62)
    stripe.bring_all(work_off)
    assert Gift.objects.count() == 4 and check() == []


def test_a_yearly_gift_is_committed_only_in_its_month(stripe, work_off):
    stripe.give(often="yearly", amount="60")
    stripe.bring_all(work_off)
    pledge = Pledge.objects.get()
    assert pledge.interval == "year" and (pledge.next_at - timezone.now()).days == 365
    stripe.pass_time(days=40)
    assert current_meter().committed == 0
    stripe.pass_time(days=330)
    stripe.bring_all(work_off)
    assert Gift.objects.filter(state=GiftState.CAPTURED).count() == 2


def test_a_pledge_given_up_by_stripe_ends_here(stripe, work_off):
    stripe.give(often="monthly", card="0341")
    stripe.bring_all(work_off)
    stripe.pass_time(days=60)
    stripe.bring_all(work_off)
    pledge = Pledge.objects.get()
    assert not pledge.active and pledge.cancellation.by == Cancellation.By.PROVIDER
    assert Mail.objects.filter(key__startswith="pledge-ended").count() == 1


def test_an_end_that_no_event_told_of_is_found(stripe, work_off):
    stripe.give(often="monthly", card="0341")
    stripe.bring_all(work_off)
    stripe.pass_time(days=60)
    stripe.new_events()  # lost
    assert Pledge.objects.get().active and actions.look_after_pledges() == 1
    assert not Pledge.objects.get().active and actions.look_after_pledges() == 0


def test_amount_day_pause_skip_and_resume(stripe, work_off):
    stripe.give(often="monthly")
    stripe.bring_all(work_off)
    pledge = Pledge.objects.get()

    def do(action, **wish):
        actions.carry_out(call_id=action(pledge_id=pledge.id, key=f"{action.__name__}{wish}", **wish).id)
        pledge.refresh_from_db()

    do(managing.change_amount, amount=800)
    assert pledge.amount == 800
    do(managing.change_day, next_at=timezone.now() + timezone.timedelta(days=10))
    assert (pledge.next_at - timezone.now()).days == 10
    stripe.pass_time(days=11)
    stripe.bring_all(work_off)
    assert sorted(Gift.objects.values_list("amount", flat=True)) == [500, 800]
    do(managing.skip_next)
    assert pledge.paused and current_meter().committed == 0
    stripe.pass_time(days=32)
    stripe.bring_all(work_off)
    assert Gift.objects.count() == 2
    stripe.pass_time(days=31)
    stripe.bring_all(work_off)
    assert Gift.objects.filter(state=GiftState.CAPTURED).count() == 3
    do(managing.pause)
    stripe.pass_time(days=62)
    stripe.bring_all(work_off)
    assert Gift.objects.filter(state=GiftState.CAPTURED).count() == 3
    do(managing.resume)
    stripe.pass_time(days=31)
    stripe.bring_all(work_off)
    assert Gift.objects.filter(state=GiftState.CAPTURED).count() == 4
    with pytest.raises(Refused):
        managing.change_amount(pledge_id=pledge.id, amount=0, key="zero")


def test_refunds_never_exceed_what_is_left(stripe, work_off):
    gift = stripe.give(amount="20")
    stripe.bring_all(work_off)
    call = actions.ask_refund(gift_id=gift.id, amount=1500, key="a", asked_by="E")
    assert actions.ask_refund(gift_id=gift.id, amount=1500, key="a", asked_by="E") == call
    with pytest.raises(Refused, match="€5.00 is left"):
        actions.ask_refund(gift_id=gift.id, amount=501, key="b", asked_by="E")
    actions.carry_out(call_id=call.id)
    assert current_meter().raised == 500
    stripe.bring_all(work_off)  # the same refund, told by Stripe
    assert current_meter().raised == 500
    # Somebody refunds the rest in Stripe's own dashboard.
    stripe.pull("refund", charge=Gift.objects.get().payment, amount=500)
    stripe.bring_all(work_off)
    assert current_meter().raised == 0
    with pytest.raises(Refused):
        actions.ask_refund(gift_id=gift.id, amount=1, key="c", asked_by="E")
    stripe.pull("fail_refund", refund=stripe.pull("all", kind="refund")["data"][0]["id"])
    stripe.bring_all(work_off)
    assert current_meter().raised == 500 and check() == []


@pytest.mark.parametrize(("won", "raised"), [(True, 2000), (False, 0)])
def test_a_dispute_lowers_the_meter_only_when_it_is_lost(stripe, work_off, won, raised):
    gift = stripe.give(amount="20")
    stripe.bring_all(work_off)
    gift.refresh_from_db()
    dispute = stripe.pull("dispute", charge=gift.payment)
    stripe.bring_all(work_off)
    assert current_meter().raised == 2000
    with pytest.raises(Refused):
        actions.ask_refund(gift_id=gift.id, amount=100, key="a", asked_by="E")
    stripe.pull("close_dispute", dispute=dispute["id"], won=won)
    stripe.bring_all(work_off)
    assert current_meter().raised == raised and check() == []


def test_a_call_of_unknown_outcome_is_looked_up_and_not_made_twice(stripe, work_off):
    gift = stripe.give(amount="20")
    stripe.bring_all(work_off)
    call = actions.ask_refund(gift_id=gift.id, amount=500, key="a", asked_by="E")
    stripe.pull("fault", kind="500_after", times=9)
    with pytest.raises(Unreachable):
        actions.carry_out(call_id=call.id)
    call.refresh_from_db()
    assert call.state == ProviderCall.State.ASKED and call.find_out
    stripe.pull("fault", kind="clear")
    actions.carry_out(call_id=call.id)
    call.refresh_from_db()
    assert call.state == ProviderCall.State.DONE and len(stripe.pull("all", kind="refund")["data"]) == 1
    assert current_meter().raised == 1500


def test_a_call_that_failed_before_its_effect_is_made_again_under_a_new_key(stripe, work_off):
    gift = stripe.give(amount="20")
    stripe.bring_all(work_off)
    call = actions.ask_refund(gift_id=gift.id, amount=500, key="a", asked_by="E")
    stripe.pull("fault", kind="500_before", times=1)
    with pytest.raises(Unreachable):
        actions.carry_out(call_id=call.id)
    stripe.pass_time(days=2)
    assert actions.try_open_calls() == 1
    call.refresh_from_db()
    assert call.state == ProviderCall.State.DONE and call.renewed == 1 and current_meter().raised in (1500, 0)
    assert len(stripe.pull("all", kind="refund")["data"]) == 1


def test_after_too_many_calls_the_same_form_leads_to_the_payment(stripe, client):
    stripe.pull("fault", kind="429", times=1)
    form = {"often": "once", "own": "5", "email": "a@example.org", "key": "k", "way": "stripe"}
    assert client.post("/support/", form).status_code == 422
    first, second = client.post("/support/", form), client.post("/support/", form)
    assert first.status_code == 302 and first.url == second.url
    assert len(stripe.pull("all", kind="checkout.session")["data"]) == 1


def test_a_closed_browser_and_a_lost_event_are_made_up_for(stripe, work_off):
    gift = stripe.give()
    stripe.new_events()  # lost, all of them
    assert actions.look_after_gifts() == 0
    stripe.pass_time(days=0.03)
    assert actions.look_after_gifts() == 1
    gift.refresh_from_db()
    assert gift.state == GiftState.CAPTURED


def test_stripe_away_gives_the_reader_a_sentence_and_the_operator_a_log_line(stripe, settings, client):
    settings.PENNYPRESS_STRIPE_API_BASE = "http://127.0.0.1:9"
    answer = client.post(
        "/support/", {"often": "once", "own": "5", "email": "a@example.org", "key": "k", "way": "stripe"}
    )
    assert answer.status_code == 422 and "cannot be reached just now" in answer.content.decode()


@pytest.mark.parametrize(
    ("currency", "amount", "sent"),
    [
        ("JPY", "500", 500),
        ("KWD", "1.250", 1250),
        ("HUF", "900", 90000),
        ("ISK", "700", 70000),
        ("UGX", "9000", 900000),
        ("MGA", "5000", 5000),
        ("TWD", "150.50", 15050),
        ("HUF", "900.50", 90050),
    ],
)
def test_currencies_are_exact(stripe, newsroom, work_off, currency, amount, sent):
    newsroom.currency = currency
    newsroom.save()
    gift = stripe.give(amount=amount)
    assert stripe.pull("all", kind="charge")["data"][0]["amount"] == sent
    stripe.bring_all(work_off)
    gift.refresh_from_db()
    # Paid in another currency than the account's: what was settled is told as well.
    assert gift.state == GiftState.CAPTURED and gift.settled_currency == "EUR" and check() == []
    stripe.pull("refund", charge=gift.payment, amount=sent)
    stripe.bring_all(work_off)
    assert current_meter().raised == 0 and check() == []


def test_what_a_currency_cannot_express_is_declined_with_a_sentence(stripe, newsroom, client):
    newsroom.currency = "KWD"
    newsroom.save()
    answer = client.post("/support/", {"often": "once", "own": "1.255", "email": "a@example.org", "key": "k"})
    assert answer.status_code == 422 and "fewer decimals" in answer.content.decode()


def test_a_currency_that_stripe_counts_in_whole_units_wants_whole_amounts(stripe, newsroom, client):
    newsroom.currency = "MGA"
    newsroom.save()
    answer = client.post("/support/", {"often": "once", "own": "500.20", "email": "a@example.org", "key": "k"})
    assert answer.status_code == 422 and "whole amount, without decimals" in answer.content.decode()
    assert stripe.pull("all", kind="checkout.session")["data"] == [] and check() == []


@pytest.mark.parametrize("currency", sorted(EXPONENTS | {"HUF": 2, "TWD": 2, "MGA": 2, "EUR": 2}))
def test_what_stripe_is_told_is_read_back_the_same(currency):
    """Every currency with a habit of its own, there and back, whole and with all the decimals it has."""
    for minor in (100, 1000, 12345, 10**9):
        try:
            assert from_stripe(to_stripe(minor, currency), currency) == minor
        except Declined as no:
            assert str(no).endswith(".")
    if currency not in NOT_TAKEN:
        assert from_stripe(to_stripe(700 * 10 ** exponent(currency), currency), currency) == 700 * 10 ** exponent(
            currency
        )


def test_a_fee_that_is_known_later_is_booked_later(stripe, work_off):
    stripe.pull("settle_late", seconds=86_400)
    gift = stripe.give(amount="20")
    stripe.bring_all(work_off)
    gift.refresh_from_db()
    assert gift.state == GiftState.CAPTURED and gift.fee is None
    stripe.pass_time(days=2)
    stripe.bring_all(work_off)
    gift.refresh_from_db()
    assert gift.fee == 55 and check() == []


def test_an_ended_pledge_whose_page_is_paid_afterwards_is_ended_at_stripe_as_well(stripe, work_off, client):
    form = {"often": "monthly", "own": "5", "email": "a@example.org", "key": "k", "way": "stripe"}
    session = client.post("/support/", form).url.rpartition("/")[2]
    pledge = Pledge.objects.get()
    actions.cancel_pledge(pledge_id=pledge.id, by=Cancellation.By.SUPPORTER)
    stripe.pull("pay", session=session)
    stripe.bring_all(work_off)
    assert stripe.pull("all", kind="subscription")["data"][0]["status"] == "canceled"
    assert not Pledge.objects.get().active and ProviderEvent.objects.filter(applied_at=None).count() == 0


def test_only_what_stripe_knows_can_be_changed(stripe):
    pledge = Pledge.objects.create(email="a@example.org", amount=500, currency="EUR", provider="stripe", active=True)
    with pytest.raises(Refused):
        managing.pause(pledge_id=pledge.id, key="k")
    call = ProviderCall.objects.create(key="x", provider="stripe", verb="end", pledge=pledge)
    with pytest.raises(Declined):  # an empty number is never sent
        actions.carry_out(call_id=call.id)
