"""The books and the provider's balance, compared both ways."""

from datetime import timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from pennypress.funding import actions, booking, ledger
from pennypress.funding.health import payment_problems
from pennypress.funding.models import Gift, GiftState, Line, ProviderEvent, Reconciliation
from pennypress.funding.providers.registry import provider_of
from pennypress.funding.queries import current_meter


@pytest.fixture
def compare(stripe, settings):
    settings.PENNYPRESS_DEMO_PAYMENTS = False
    return lambda **fields: actions.reconcile(provider=provider_of("stripe"), **fields)


def test_what_was_booked_by_events_agrees(stripe, work_off, compare):
    stripe.give(amount="20")
    stripe.give(often="monthly", key="m")
    stripe.pass_time(days=1)
    stripe.pull("pay_out")
    stripe.pass_time(days=3)
    stripe.bring_all(work_off)
    report = compare()
    assert report.is_good and report.movements == 3 and report.mended == []


def test_what_no_event_told_is_booked_and_said(stripe, work_off, compare):
    gift = stripe.give(amount="20")
    stripe.bring_all(work_off)
    gift.refresh_from_db()
    stripe.give(amount="7", key="lost")
    stripe.pull("refund", charge=gift.payment, amount=300)
    stripe.new_events()  # lost
    stripe.pass_time(days=1)
    report = compare()
    assert len(report.mended) == 2 and report.missing == []
    assert "payment, €7.00" in " ".join(report.mended) and "refund, €3.00" in " ".join(report.mended)
    assert current_meter().raised == 2000 - 300 + 700 or timezone.localtime().month == 2
    assert compare().mended == []


def accounts(*names):
    sums = dict(Line.objects.values_list("account").annotate(total=Sum("amount")))
    return tuple(sums.get(name, 0) for name in names)


def test_ends_that_no_event_told_and_no_balance_shows_are_found(stripe, work_off, compare):
    gift = stripe.give(amount="20")
    stripe.pass_time(days=1)
    stripe.pull("pay_out")
    stripe.bring_all(work_off)
    gift.refresh_from_db()
    dispute = stripe.pull("dispute", charge=gift.payment)
    stripe.bring_all(work_off)
    assert compare().mended == [] and accounts("in-transit", "bank")[0] > 0
    # The bank takes its time: longer than the balance is looked back at.
    stripe.pass_time(days=3)
    stripe.new_events()  # the payout came, and nobody told
    report = compare()
    assert "Its end was missing" in report.mended[0] and "payout" in report.mended[0] and len(report.mended) == 1
    assert accounts("in-transit")[0] == 0 and accounts("bank")[0] > 0 and compare().mended == []
    stripe.pass_time(days=60)
    stripe.pull("close_dispute", dispute=dispute["id"], won=False)
    stripe.new_events()  # it was lost, and nobody told
    gift.refresh_from_db()
    assert gift.disputed == 2000
    report = compare()
    gift.refresh_from_db()
    assert report.missing == [] and "dispute, €20.00" in report.mended[0]
    assert (gift.disputed, gift.returned, accounts("disputed")) == (0, 2000, (0,))
    assert compare().mended == [] and ledger.check() == []


def test_a_payout_that_arrived_and_was_sent_back_leaves_nothing_at_the_bank(stripe, work_off, compare):
    stripe.give(amount="20")
    stripe.pass_time(days=1)
    payout = stripe.pull("pay_out")
    stripe.pass_time(days=3)
    stripe.bring_all(work_off)
    assert accounts("bank")[0] > 0
    stripe.pull("fail_payout", payout=payout["id"])
    stripe.bring_all(work_off)
    assert accounts("bank", "in-transit") == (0, 0) and compare().is_good


def test_what_only_the_books_know_is_said(stripe, work_off, compare):
    gift = Gift.objects.create(key="x", amount=900, currency="EUR", provider="stripe", payment="ch_invented")
    booking.book_capture(
        gift=gift, amount=900, happened_at=timezone.now() - timedelta(days=10), settled=booking.Settled(900, "EUR", 0)
    )
    report = compare()
    assert len(report.missing) == 1 and "does not show it: gift, €9.00" in report.missing[0]


def test_a_different_fee_and_a_different_balance_are_said(stripe, work_off, compare):
    gift = stripe.give(amount="20")
    stripe.bring_all(work_off)
    assert compare().is_good
    Gift.objects.filter(pk=gift.pk).update(fee=1)
    assert "another amount or fee" in compare().missing[0]


def test_silence_is_an_alarm(stripe, work_off, compare, client, django_user_model):
    stripe.give(amount="20")
    stripe.bring_all(work_off)
    stripe.pass_time(days=1)
    stripe.give(amount="7", key="unheard")
    stripe.new_events()
    stripe.pass_time(days=1)
    report = compare()
    assert report.silent_since and not report.is_good
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    assert "no event has told of them" in client.get("/admin/funding/").content.decode()
    assert any("No event of stripe has come" in problem for problem in payment_problems())
    stripe.give(amount="8", key="heard")
    stripe.bring_all(work_off)
    assert compare().silent_since is None


def test_an_account_that_is_not_set_up_is_told_by_the_doctor(stripe, settings, compare):
    settings.PENNYPRESS_DEMO_PAYMENTS = True
    settings.BASE_URL = "https://news.example"
    settings.PENNYPRESS_STRIPE_WEBHOOK_SECRETS = []
    problems = " ".join(payment_problems())
    for part in (
        "Test payments are on",
        "WEBHOOK_SECRET is not set",
        "no webhook endpoint for https://news.example/payments",
    ):
        assert part in problems
    settings.PENNYPRESS_STRIPE_API_BASE = "http://127.0.0.1:9"
    assert "Stripe could not be reached." in payment_problems()


def test_an_account_that_is_set_up_has_no_problems(stripe, settings, compare):
    settings.BASE_URL = "http://testserver"
    assert payment_problems() == []


def test_the_nightly_task_compares_and_leaves_a_report(stripe, work_off):
    from pennypress.funding import tasks

    stripe.give()
    stripe.bring_all(work_off)
    tasks.reconcile.call()
    assert Reconciliation.objects.filter(provider="stripe").count() == 1


def test_more_than_a_page_of_movements(stripe, work_off, compare):
    gift = stripe.give(amount="200")
    stripe.bring_all(work_off)
    charge = Gift.objects.get().payment
    for _number in range(110):
        stripe.pull("refund", charge=charge, amount=10)
    report = compare()
    assert report.movements == 111 and len(report.mended) == 1  # one look books all of them
    gift.refresh_from_db()
    assert gift.returned == 1100 and gift.state == GiftState.CAPTURED and ProviderEvent.objects.exists()


def test_the_command_says_it_in_words(stripe, work_off, compare, capsys):
    from pennypress.ops.reconciling import compare as command

    stripe.give(amount="7")
    assert command(since=timezone.now() - timedelta(days=2)) == 0
    said = capsys.readouterr().out
    assert "stripe: 1 movements" in said and "booked now: payment, €7.00" in said and "The books agree" in said
