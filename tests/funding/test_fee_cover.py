"""The fee on top: reckoned exactly, shown before it is charged, booked apart from the campaign's income."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from pennypress.funding import actions, booking, ledger
from pennypress.funding.booking import Settled
from pennypress.funding.cover import WHOLE, Fee
from pennypress.funding.models import FeeCover, FundingPlan, Gift, Line, MonthTotal, Pledge
from pennypress.funding.providers.base import Captured, PledgeStands, Whose
from pennypress.funding.providers.fake.provider import FakeProvider, make_event
from pennypress.funding.providers.fake.renewals import renew_pledges
from pennypress.funding.queries import current_meter, fees_on_top, plan
from pennypress.notifications.models import Mail

FORM = {"often": "once", "once": "1000", "email": "a@example.org", "key": "k", "cover": "on"}


@pytest.fixture
def fee(newsroom):
    actions.change_fee_cover(provider="fake", basis_points=150, fixed=25)
    return fees_on_top()["fake"]


def balance(account):
    return sum(Line.objects.filter(account=account).values_list("amount", flat=True))


def captured(gift, work_off):
    raw, signature = make_event(str(gift.id), "captured")
    actions.receive_event(provider=FakeProvider(), raw=raw, signature=signature)
    work_off()
    gift.refresh_from_db()
    return gift


@given(
    st.integers(1, 10**10),
    st.integers(0, WHOLE // 2 - 1),
    st.integers(0, 10**6),
    st.sampled_from(("EUR", "JPY", "KWD")),
)
def test_the_gift_arrives_whole_and_no_unit_too_much_is_charged(amount, basis_points, fixed, currency):
    def left(charge):
        taken = -(-charge * basis_points // WHOLE) + fixed  # rounded up, the worst for us
        return charge - taken

    fee = Fee(basis_points, fixed, currency)
    charge, step = fee.charge_for(amount), 10 if currency == "KWD" else 1
    assert left(charge) >= amount > left(charge - step) and charge % step == 0
    assert charge * (WHOLE - basis_points) >= Decimal(amount + fixed) * WHOLE


def test_known_sums(newsroom):
    # 10.41 less 1.5 % (0.156, so 0.16) and 0.25 are the ten euros.
    assert Fee(150, 25, "EUR").charge_for(1000) == 1041
    assert Fee(360, 0, "JPY").charge_for(1000) == 1038
    assert Fee(290, 100, "KWD").charge_for(5000) == 5260
    assert Fee(0, 0, "EUR").charge_for(700) == 700


def test_nothing_is_added_unless_it_was_asked_for(client, fee):
    client.post("/support/", {**FORM, "cover": ""})
    assert Gift.objects.values_list("amount", "covered").get() == (1000, 0)
    page = client.get("/support/").content.decode()
    assert 'name="cover"' in page and not re.search(r'name="cover"[^>]*checked', page)


def test_where_no_fee_is_known_none_is_offered(client, newsroom):
    assert 'name="cover"' not in client.get("/support/").content.decode()
    assert client.post("/support/", FORM).status_code == 302
    assert Gift.objects.values_list("amount", "covered").get() == (1000, 0)


@pytest.mark.parametrize("often", ["once", "monthly", "yearly"])
def test_the_sum_is_shown_before_it_is_charged(client, fee, often):
    form = {**FORM, "often": often, "once": "", "own": "10"}
    shown = client.post("/support/", form)
    assert shown.status_code == 200 and not Gift.objects.exists()
    page = shown.content.decode()
    assert "€10 and €0.41 for the fee: <strong>€10.41</strong> together." in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    # Another amount than the one whose sum was seen is shown again.
    assert client.post("/support/", {**form, "own": "12", "seen": seen}).status_code == 200
    assert client.post("/support/", {**form, "seen": seen}).status_code == 302
    gift = Gift.objects.get()
    assert (gift.amount, gift.covered) == (1041, 41)
    if often != "once":
        assert (gift.pledge.amount, gift.pledge.covered) == (1041, 41)


def test_the_script_asks_for_the_same_sum(client, fee):
    answer = client.get("/support/sum/", {"often": "once", "once": "1000", "cover": "on", "fragment": "1"})
    assert 'data-amount="1041"' in answer.content.decode() and "no-store" in answer["Cache-Control"]
    for bad in ({}, {"often": "x", "own": "abc", "cover": "on"}, {"once": "1000", "often": "once"}, {"way": "none"}):
        assert client.get("/support/sum/", bad).content.strip() == b""


def test_what_covers_the_fee_is_none_of_the_campaigns_income(client, fee, work_off):
    gift = actions.start_gift(email="a@example.org", amount=1041, covered=41, key="k", provider="fake")
    captured(gift, work_off)
    assert (balance("income"), balance("covered-fees"), balance("provider")) == (-1000, -41, 1041)
    booking.book_settlement(gift=gift, settled=Settled(1041, "EUR", 41), happened_at=gift.captured_at)
    # Before fees and after them it is what the newsroom has: ten euros.
    assert current_meter().raised == 1000
    actions.change_counting(after_fees=True, carry="none")
    assert current_meter().raised == 1000
    assert "Of this, to cover the fee: €0.41" in Mail.objects.get(key__startswith="receipt").text
    assert ledger.check() == []


def test_a_refund_takes_the_cover_back_in_proportion_to_the_last_cent(fee, work_off):
    gift = actions.start_gift(email="a@example.org", amount=1041, covered=41, key="k", provider="fake")
    captured(gift, work_off)
    for number, amount in enumerate((347, 347, 347)):
        call = actions.ask_refund(gift_id=gift.pk, amount=amount, key=str(number), asked_by="E")
        actions.carry_out(call_id=call.pk)
        assert ledger.check() == []
    total = MonthTotal.objects.get()
    assert (balance("income"), balance("covered-fees"), total.raised, total.fees, total.returned) == (0, 0, 0, 0, 1000)


def test_a_regular_gift_covers_its_fee_each_time_and_by_the_same_share(newsroom, fee, work_off):
    with time_machine.travel(datetime(2026, 1, 15, 12, tzinfo=UTC), tick=False):
        first = actions.start_gift(
            email="a@example.org", amount=1041, covered=41, key="k", provider="fake", interval="month"
        )
        captured(first, work_off)
    with time_machine.travel(datetime(2026, 2, 3, 12, tzinfo=UTC), tick=False):
        assert current_meter().committed == 1000
        renew_pledges()
        work_off()
        assert (current_meter().raised, current_meter().committed) == (1000, 0)
        change = actions.managing.change_amount(pledge_id=first.pledge_id, amount=2082, key="c")
        actions.carry_out(call_id=change.pk)
        pledge = Pledge.objects.get()
        assert (pledge.amount, pledge.covered) == (2082, 82)
    with time_machine.travel(datetime(2026, 3, 3, 12, tzinfo=UTC), tick=False):
        renew_pledges()
        work_off()
        assert current_meter().raised == 2000
    assert ledger.check() == []


def test_a_payment_of_a_pledge_has_its_share_in_whatever_order_facts_come(newsroom):
    def history(key, turned):
        first = actions.start_gift(
            email="a@example.org", amount=1041, covered=41, key=key, provider="stripe", interval="month"
        )
        when = datetime(2026, 3, 3, tzinfo=UTC)
        stands = PledgeStands(
            pledge=first.pledge_id, reference=f"sub_{key}", customer="", amount=2500, currency="EUR", interval="month",
            active=True, ended=False, failing=False, paused=False, resumes_at=None, next_at=None, read_at=when,
        )  # fmt: skip
        Gift.objects.filter(pk=first.pk).update(payment=f"first_{key}")
        actions.managing.ask(
            provider="stripe", verb="amount", pledge=first.pledge, key=f"a{key}", wish={"amount": 2500}
        )
        paid = Captured(Whose(pledge=first.pledge_id, occasion=f"in_{key}"), f"ch_{key}", 2500, "EUR", when)
        actions.settle(provider="stripe", facts=[stands, paid] if turned else [paid, stands])
        return Gift.objects.get(payment=f"ch_{key}").covered, Pledge.objects.get(reference=f"sub_{key}").covered

    assert history("a", turned=True) == history("b", turned=False) == (98, 98)


def test_the_desk_says_what_a_provider_takes(client, newsroom, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    address = reverse("funding_fee_cover", args=["fake"])
    assert client.post(address, {"share": "1.5", "fixed": "0.25"}).status_code == 302
    assert FeeCover.objects.values_list("provider", "currency", "basis_points", "fixed").get() == (
        "fake", "EUR", 150, 25,
    )  # fmt: skip
    assert "1.5 % and €0.25 of each payment" in client.get("/admin/funding/").content.decode()
    assert 'value="1.5' in client.get(address).content.decode()
    for share, fixed in (("60", ""), ("-1", ""), ("1.555", ""), ("1", "x"), ("1", "-1")):
        assert client.post(address, {"share": share, "fixed": fixed}).status_code == 200
    assert FeeCover.objects.get().basis_points == 150
    assert client.post(address, {"share": "", "fixed": ""}).status_code == 302
    assert not FeeCover.objects.exists() and "not offered" in client.get("/admin/funding/").content.decode()
    assert client.get(reverse("funding_fee_cover", args=["nobody"])).status_code == 404


def test_the_fee_is_that_of_the_chosen_way(client, fee, settings):
    from pennypress.funding.actions.transfers import change_bank_account

    change_bank_account(holder="The Ferry Post", iban="DE02120300000000202051", bic="", bank="")
    answer = client.post("/support/", {**FORM, "way": "bank"})
    assert answer.status_code == 302 and Gift.objects.values_list("amount", "covered").get() == (1000, 0)


def test_amounts_for_every_year_are_the_editors(client, newsroom, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    assert plan().yearly_amounts == [12 * amount for amount in plan().suggested_monthly]
    form = {"once": "5", "monthly": "3", "yearly": "30\n60"}
    assert client.post("/admin/funding/plan/", form).status_code == 302
    assert plan().yearly_amounts == [3000, 6000]
    page = client.get("/support/").content.decode()
    assert 'name="yearly" value="3000"' in page and "Give every year" in page
    assert "€30 · €60" in client.get("/admin/funding/").content.decode()
    assert client.post("/admin/funding/plan/", {**form, "yearly": ""}).status_code == 302
    assert plan().yearly_amounts == [] and 'name="yearly" value' not in client.get("/support/").content.decode()
    assert client.post("/admin/funding/plan/", {**form, "yearly": "abc"}).status_code == 200


def test_the_first_save_of_anything_in_the_plan_makes_the_one_plan(newsroom):
    actions.change_second_person_limit(above=500)
    actions.change_plan(once=[500], monthly=[])
    actions.change_second_person_limit(above=None)
    assert FundingPlan.objects.values_list("suggested_once", "second_person_above").get() == ([500], None)


def test_where_test_payments_are_the_only_way_the_screen_says_that_no_money_moves(newsroom, client, settings):
    settings.PENNYPRESS_STRIPE_SECRET_KEY = ""
    assert "no money moves" in client.get("/support/").content.decode()
    settings.PENNYPRESS_STRIPE_SECRET_KEY, settings.PENNYPRESS_DEMO_PAYMENTS = "sk_test_1", False
    assert "no money moves" not in client.get("/support/").content.decode()
