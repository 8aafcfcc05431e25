import json
import zoneinfo
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from pennypress.funding import actions, ledger
from pennypress.funding.forms import TierForm
from pennypress.funding.meter import WIDTH, make_meter
from pennypress.funding.models import (
    AccountName,
    Entry,
    EntryKind,
    Gift,
    GiftState,
    Line,
    MonthTotal,
    Pledge,
    ProviderEvent,
    Tier,
)
from pennypress.funding.providers.base import BadEvent
from pennypress.funding.providers.fake.provider import FakeProvider, make_event, sign
from pennypress.funding.providers.fake.renewals import renew_pledges
from pennypress.funding.queries import current_meter, meter_of
from pennypress.newsroom.actions import entered
from pennypress.notifications.models import Mail

TIERS = [(100, "One", ""), (200, "Two", "")]


def test_the_meter_is_right_at_zero_and_over_the_top():
    empty = make_meter(month=None, currency="EUR", raised=0, committed=0, promised=0, tiers=TIERS)
    assert (empty.fill, empty.percent, empty.next_mark.title) == (0, 0, "One")
    over = make_meter(month=None, currency="EUR", raised=500, committed=0, promised=0, tiers=TIERS)
    assert (over.fill, over.percent, over.next_mark) == (WIDTH, 250, None)
    bare = make_meter(month=None, currency="EUR", raised=-5, committed=0, promised=0, tiers=[])
    assert (bare.fill, bare.percent) == (0, 0)


def book(amount, key="k", when=None):
    return ledger.post(
        key=key, kind=EntryKind.GIFT, happened_at=when or timezone.now(), note="n",
        lines=[(AccountName.CASH, "EUR", amount), (AccountName.INCOME, "EUR", -amount)],
    )  # fmt: skip


def test_an_entry_that_does_not_balance_is_refused(newsroom):
    with pytest.raises(ledger.Unbalanced):
        ledger.post(
            key="k", kind=EntryKind.GIFT, happened_at=timezone.now(), note="n", lines=[(AccountName.CASH, "EUR", 5)]
        )
    assert not Entry.objects.exists()


def test_the_same_fact_is_booked_once(newsroom):
    assert book(500) is not None
    assert book(500) is None
    assert current_meter().raised == 500


@pytest.mark.parametrize(
    "statement",
    ["UPDATE funding_line SET amount = 1", "DELETE FROM funding_line", "UPDATE funding_entry SET note = 'x'"],
)
def test_the_database_itself_refuses_to_change_what_is_booked(newsroom, statement):
    book(500)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Line.objects.count() == 2


def test_the_audit_finds_a_total_that_was_tampered_with(newsroom):
    book(500)
    assert ledger.check() == []
    MonthTotal.objects.update(raised=7)
    assert len(ledger.check()) == 1


class Books(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(st.integers(-10_000, 10_000).filter(bool), st.integers(0, 400)), max_size=12))
    def test_any_history_balances_and_agrees_with_the_meter(self, history):
        start = datetime(2025, 1, 1, tzinfo=UTC)
        for number, (amount, days) in enumerate(history):
            book(amount, key=str(number), when=start + timedelta(days=days))
        assert ledger.check() == []
        totals = MonthTotal.objects.values_list("raised", "adjusted")
        assert sum(map(sum, totals)) == sum(amount for amount, _ in history)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Honolulu", "Europe/Berlin"])
def test_the_month_rolls_over_by_the_sites_own_clock(newsroom, zone):
    tz = zoneinfo.ZoneInfo(zone)
    with timezone.override(tz):
        book(500, key="old", when=datetime(2026, 3, 31, 23, 59, 59, tzinfo=tz))
        book(700, key="new", when=datetime(2026, 4, 1, 0, 0, 0, tzinfo=tz))
        with time_machine.travel(datetime(2026, 3, 31, 23, 59, 59, tzinfo=tz), tick=False):
            Tier.objects.create(amount=1000, title="T")
            assert current_meter().raised == 500
        with time_machine.travel(datetime(2026, 4, 1, 0, 0, 0, tzinfo=tz), tick=False):
            assert current_meter().raised == 700


def gift(newsroom, **fields):
    return actions.start_gift(**{"email": "a@example.org", "amount": 1000, "key": "g", "provider": "fake", **fields})


def send(gift, kind="captured"):
    raw, signature = make_event(str(gift.id), kind)
    return actions.receive_event(provider=FakeProvider(), raw=raw, signature=signature)


def test_a_captured_gift_moves_the_meter_and_writes_one_receipt(newsroom, work_off):
    given = gift(newsroom)
    assert current_meter().raised == 0
    send(given)
    send(given)
    work_off()
    assert current_meter().raised == 1000
    assert Gift.objects.get().state == GiftState.CAPTURED
    assert Mail.objects.filter(key__startswith="receipt").count() == 1
    assert ledger.check() == []


def test_a_declined_gift_moves_nothing_even_when_told_after_the_capture(newsroom, work_off):
    given = gift(newsroom)
    send(given)
    send(given, "declined")
    work_off()
    assert Gift.objects.get().state == GiftState.CAPTURED
    assert current_meter().raised == 1000


def test_a_forged_old_or_foreign_event_is_not_accepted(newsroom):
    given = gift(newsroom)
    raw, signature = make_event(str(given.id), "captured")
    old = sign(raw, 1)
    for bad in ("", "1.x", signature[:-1] + "0" if signature[-1] != "0" else signature[:-1] + "1", old):
        with pytest.raises(BadEvent):
            actions.receive_event(provider=FakeProvider(), raw=raw, signature=bad)
    assert not ProviderEvent.objects.exists()


def test_an_event_for_an_unknown_gift_stays_visible(newsroom, work_off):
    raw, signature = make_event("nobody", "captured")
    actions.receive_event(provider=FakeProvider(), raw=raw, signature=signature)
    work_off()
    assert ProviderEvent.objects.get().error


@pytest.mark.parametrize("own", ["0", "-5", "1e9", "abc", "1,234.567", "999999999"])
def test_a_bad_amount_gets_a_sentence_and_starts_nothing(client, newsroom, own):
    answer = client.post("/support/", {"often": "once", "own": own, "email": "a@example.org", "key": "k"})
    assert answer.status_code == 422
    assert b'id="own-error"' in answer.content
    assert not Gift.objects.exists()


def test_giving_by_plain_forms(client, newsroom, work_off):
    form = {"often": "once", "once": "500", "email": "a@example.org", "key": "k"}
    first = client.post("/support/", form)
    second = client.post("/support/", form)
    assert first.url == second.url
    assert Gift.objects.count() == 1
    thanks = client.post(first.url, {"answer": "captured"})
    work_off()
    page = client.get(thanks.url).content.decode()
    assert "Thank you" in page
    assert "Your gift of €5 has arrived" in page
    assert client.get("/meter.json").json()["raised"] == 500


def test_a_monthly_gift_is_renewed_once_a_month_through_the_inbox(newsroom, work_off):
    with time_machine.travel(datetime(2026, 1, 15, 12, tzinfo=UTC), tick=False):
        given = gift(newsroom, interval="month")
        send(given)
        work_off()
        assert renew_pledges() == 0
    with time_machine.travel(datetime(2026, 2, 3, 12, tzinfo=UTC), tick=False):
        assert renew_pledges() == 1
        assert renew_pledges() == 0
        work_off()
        assert current_meter().raised == 1000
        assert ProviderEvent.objects.count() == 2
        assert renew_pledges() == 0


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Honolulu", "Pacific/Kiritimati"])
def test_a_pledge_is_charged_once_in_each_month_of_the_sites_own_clock(newsroom, work_off, zone):
    newsroom.time_zone = zone
    newsroom.save()
    tz = zoneinfo.ZoneInfo(zone)
    with entered(newsroom):
        with time_machine.travel(datetime(2026, 3, 15, 12, tzinfo=tz), tick=False):
            send(gift(newsroom, interval="month"))
            work_off()
        with time_machine.travel(datetime(2026, 3, 31, 23, 30, tzinfo=tz), tick=False):
            assert renew_pledges() == 0
        with time_machine.travel(datetime(2026, 4, 1, 0, 30, tzinfo=tz), tick=False):
            assert renew_pledges() == 1
            work_off()
            assert renew_pledges() == 0
    months = MonthTotal.objects.order_by("month").values_list("month__month", "raised")
    assert list(months) == [(3, 1000), (4, 1000)]


def test_a_renewal_that_broke_off_before_its_event_is_made_up_for(newsroom, work_off):
    with time_machine.travel(datetime(2026, 3, 15, 12, tzinfo=UTC), tick=False):
        send(gift(newsroom, interval="month"))
        work_off()
    with time_machine.travel(datetime(2026, 4, 2, 12, tzinfo=UTC), tick=False):
        actions.intend_renewal(pledge=Pledge.objects.get())  # the process ends here
        assert renew_pledges() == 1
        work_off()
        assert current_meter().raised == 1000


def test_a_late_event_counts_in_the_month_of_its_capture(newsroom, work_off):
    with time_machine.travel(datetime(2026, 3, 31, 12, tzinfo=UTC), tick=False) as clock:
        raw, signature = make_event(str(gift(newsroom).id), "captured")
        actions.receive_event(provider=FakeProvider(), raw=raw, signature=signature)
        clock.move_to(datetime(2026, 4, 1, 12, tzinfo=UTC))
        work_off()
    assert [total.month.month for total in MonthTotal.objects.all()] == [3]


@pytest.mark.parametrize("table", ["funding_line", "funding_entry"])
def test_what_is_booked_cannot_be_replaced_either(newsroom, table):
    if connection.vendor != "sqlite":
        pytest.skip("REPLACE is SQLite's own")
    book(500)
    before = list(Line.objects.values_list("amount", flat=True)), Entry.objects.get().note
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    assert (list(Line.objects.values_list("amount", flat=True)), Entry.objects.get().note) == before


def test_an_entry_cannot_be_displaced_by_its_key(newsroom):
    if connection.vendor != "sqlite":
        pytest.skip("REPLACE is SQLite's own")
    book(500)
    columns = "happened_at, month, note, corrects_id, recorded_at"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT OR REPLACE INTO funding_entry (id, key, {columns}) SELECT 'x', key, {columns} FROM funding_entry"
        )
    assert Entry.objects.count() == 1


def test_a_correction_is_no_gift_and_the_audit_counts_gifts(newsroom):
    entry = book(500)
    lines = [(AccountName.CASH, "EUR", -500), (AccountName.INCOME, "EUR", 500)]
    ledger.post(key="c", kind=EntryKind.REFUND, happened_at=timezone.now(), note="n", lines=lines, corrects=entry)
    assert (MonthTotal.objects.get().gifts, MonthTotal.objects.get().raised) == (1, 0)
    assert ledger.check() == []
    MonthTotal.objects.update(gifts=9)
    assert len(ledger.check()) == 1


def test_the_same_form_with_another_amount_is_another_gift(client, newsroom):
    form = {"often": "once", "email": "a@example.org", "key": "k"}
    addresses = {client.post("/support/", {**form, "once": choice}).url for choice in ("500", "5000", "5000")}
    assert len(addresses) == 2
    assert sorted(Gift.objects.values_list("amount", flat=True)) == [500, 5000]


def test_odd_input_gets_an_answer_and_no_error(client, newsroom):
    form = {"often": "once", "once": "²", "email": "a@example.org", "key": "k"}
    assert client.post("/support/", form).status_code == 422
    event = {"Pennypress-Signature": f"{int(timezone.now().timestamp())}.é"}
    assert (
        client.post("/payments/events/fake/", b"{}", content_type="application/json", headers=event).status_code == 400
    )
    assert client.get("/months/" + "9" * 30 + "-1/").status_code == 404


def test_a_payment_nobody_answered_is_not_being_confirmed(client, newsroom):
    page = client.post("/support/", {"often": "once", "once": "500", "email": "a@example.org", "key": "k"}).url
    thanks = client.post(page, {}).url
    assert b"Nothing has been paid yet" in client.get(thanks).content
    client.post(page, {"answer": "delay"})
    assert b"being confirmed" in client.get(thanks).content
    # A second answer on the same page changes nothing.
    client.post(page, {"answer": "declined"})
    assert not ProviderEvent.objects.exists()


@pytest.fixture
def desk(client, newsroom, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    return client


@pytest.mark.parametrize("day", ["2126-05-01", "0206-05-01"])
def test_a_gift_by_hand_has_a_day_that_has_been(desk, day):
    answer = desk.post("/admin/funding/gift/", {"amount": "12.50", "account": "cash", "date": day, "key": "k"})
    assert answer.status_code == 200
    assert not Entry.objects.exists()


def test_saving_a_tier_as_it_stands_changes_nothing(desk):
    tier = Tier.objects.create(amount=123450, title="T")
    form = TierForm(instance=tier, currency="EUR")
    answer = desk.post(f"/admin/funding/tiers/{tier.pk}/", {"amount": form.initial["amount"], "title": "T"})
    assert answer.status_code == 302
    assert Tier.objects.get().amount == 123450


def test_past_months_keep_the_tiers_they_had(desk):
    tier = Tier.objects.create(amount=1000, title="Old")
    book(1000, when=datetime(2026, 1, 5, tzinfo=UTC))
    with time_machine.travel(datetime(2026, 3, 5, tzinfo=UTC), tick=False):
        actions.change_tier(tier=tier, amount=9000, title="New", pays_for="")
        actions.change_tier(tier=tier, amount=9500, title="Newer", pays_for="")
        assert [mark.title for mark in meter_of(date(2026, 1, 1)).marks] == ["Old"]
        assert [mark.title for mark in current_meter().marks] == ["Newer"]
        actions.remove_tier(tier=tier)
        assert [mark.title for mark in meter_of(date(2026, 1, 1)).marks] == ["Old"]


def test_what_is_promised_shows_without_tiers_too(newsroom):
    Pledge.objects.create(email="a@example.org", amount=700, currency="EUR", provider="fake", active=True)
    assert current_meter().committed == 700


def test_labels_of_the_scale_keep_their_distance():
    tiers = [(950, "a", ""), (1000, "b", ""), (100, "c", ""), (500, "d", "")]
    meter = make_meter(month=None, currency="EUR", raised=0, committed=0, promised=0, tiers=sorted(tiers))
    assert [mark.title for mark in meter.marks if mark.labelled] == ["c", "d", "b"]
    assert [mark.x for mark in meter.marks] == ["10.0%", "50.0%", "95.0%", "100.0%"]


def test_the_public_figures_hold_nothing_personal(client, newsroom, work_off):
    Tier.objects.create(amount=100000, title="T")
    send(gift(newsroom, email="someone.private@example.org"))
    work_off()
    for address in ("/meter.json", "/months/", "/"):
        assert b"someone.private" not in client.get(address).content
    assert json.loads(client.get("/meter.json").content)["tiers"][0]["amount"] == 100000


def test_the_desk_is_for_those_who_manage_money(client, newsroom, django_user_model):
    reader = django_user_model.objects.create_user("r@example.org", is_staff=True)
    client.force_login(reader)
    assert client.get("/admin/funding/").status_code in (302, 403)
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    assert client.get("/admin/funding/").status_code == 200
    assert (
        client.post(
            "/admin/funding/gift/", {"amount": "12.50", "account": "cash", "date": "2026-05-01", "key": "k"}
        ).status_code
        == 302
    )
    assert MonthTotal.objects.get().raised == 1250


def test_the_meter_costs_one_query(newsroom, django_assert_num_queries):
    Tier.objects.create(amount=1000, title="T")
    book(500)
    with django_assert_num_queries(1):
        current_meter()
