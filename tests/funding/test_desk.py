"""The editor's side of the money: suggestions, gifts, events that wait, monthly gifts that end."""

import re

import pytest
from django.utils import timezone, translation

from pennypress.funding import actions
from pennypress.funding.addresses import pledge_address, signed
from pennypress.funding.models import Cancellation, FundingPlan, Gift, GiftState, Pledge, ProviderEvent, Tier
from pennypress.funding.providers.fake.provider import make_event
from pennypress.funding.queries import current_meter, plan
from pennypress.notifications.models import Mail


@pytest.fixture
def desk(client, newsroom, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    return client


def make_gift(number, **fields):
    return Gift.objects.create(
        key=f"k{number}", amount=500, currency="EUR", provider="fake", email="a@example.org", **fields
    )


def test_suggestions_are_saved_shown_back_and_offered(desk):
    answer = desk.post("/admin/funding/plan/", {"once": "20\n5,50\n\n5.50", "monthly": "3"})
    assert answer.status_code == 302
    assert (plan().suggested_once, plan().suggested_monthly) == ([550, 2000], [300])
    form = desk.get("/admin/funding/plan/").content.decode()
    assert "5.50\n20.00" in form
    page = desk.get("/support/").content.decode()
    assert re.findall(r'name="once" value="(\d+)"', page) == ["550", "2000"]
    assert re.findall(r'name="monthly" value="(\d+)"', page) == ["300"]


@pytest.mark.parametrize("text", ["0", "-5", "abc", "1e9", "1\n2\n3\n4\n5\n6\n7", "1.234.5"])
def test_bad_suggestions_get_a_sentence_and_change_nothing(desk, text):
    answer = desk.post("/admin/funding/plan/", {"once": text, "monthly": "3"})
    assert answer.status_code == 200 and "errorlist" in answer.content.decode()
    assert not FundingPlan.objects.exists()


@pytest.mark.parametrize("currency", ["JPY", "KWD", "HUF"])
def test_what_is_suggested_without_a_plan_can_be_given_in_every_currency(client, newsroom, currency):
    newsroom.currency = currency
    newsroom.save()
    for amount in (*plan().suggested_once, *plan().suggested_monthly):
        form = {"often": "once", "once": str(amount), "email": "a@example.org", "key": str(amount)}
        assert client.post("/support/", form).status_code == 302


def test_a_choice_under_the_other_frequency_is_not_meant(client, newsroom):
    form = {"often": "monthly", "once": "5000", "monthly": "300", "email": "a@example.org", "key": "k"}
    client.post("/support/", form)
    assert Gift.objects.get().amount == 300 and Gift.objects.get().pledge.amount == 300
    assert client.post("/support/", {**form, "monthly": ""}).status_code == 422


@pytest.mark.parametrize("number", [1, 3, 200])
def test_the_list_of_gifts_costs_the_same_however_many(desk, django_assert_num_queries, number):
    for n in range(number):
        make_gift(n, pledge=Pledge.objects.create(email="a@example.org", amount=500, currency="EUR", provider="fake"))
    desk.get("/admin/funding/gifts/")
    with django_assert_num_queries(8):
        page = desk.get("/admin/funding/gifts/").content.decode()
    assert page.count("a@example.org") == min(number, 50)


def test_every_gift_is_reached_once_page_by_page(desk):
    moment = timezone.now()
    for n in range(120):
        make_gift(n, created_at=moment)  # the same moment, so that only the id tells them apart
    seen, address = [], "/admin/funding/gifts/"
    while address:
        page = desk.get(address)
        seen += [gift.pk for gift in page.context["gifts"]]
        address = "/admin/funding/gifts/?" + page.context["older"] if page.context["older"] else ""
    assert len(seen) == len(set(seen)) == 120


def test_gifts_are_filtered_by_state_and_month(desk):
    make_gift(1, state=GiftState.DECLINED)
    make_gift(2)
    shown = desk.get("/admin/funding/gifts/", {"state": "declined"}).context["gifts"]
    assert [gift.key for gift in shown] == ["k1"]
    assert desk.get("/admin/funding/gifts/", {"month": "2001-01"}).context["gifts"] == []
    assert len(desk.get("/admin/funding/gifts/", {"month": f"{timezone.localtime():%Y-%m}"}).context["gifts"]) == 2
    assert desk.get("/admin/funding/gifts/", {"month": "nonsense"}).status_code == 200


def test_the_lists_are_closed_to_others(client, newsroom, django_user_model):
    client.force_login(django_user_model.objects.create_user("w@example.org", is_staff=True))
    make_gift(1)
    for address in ("/admin/funding/gifts/", "/admin/funding/plan/"):
        answer = client.get(address)
        assert answer.status_code in (302, 403) and b"a@example.org" not in answer.content


def test_a_receipt_for_a_gift_by_hand_is_mailed_when_asked_for(desk):
    form = {"amount": "12", "account": "cash", "date": "2026-05-01", "key": "k", "email": "a@example.org"}
    desk.post("/admin/funding/gift/", form)
    assert not Mail.objects.exists() and Gift.objects.get().email == "a@example.org"
    desk.post("/admin/funding/gift/", {**form, "key": "l", "receipt": "on"})
    assert Mail.objects.get().to == "a@example.org" and "12" in Mail.objects.get().text
    without = desk.post("/admin/funding/gift/", {**form, "key": "m", "receipt": "on", "email": ""})
    assert without.status_code == 200 and Gift.objects.count() == 2


def test_an_event_that_could_not_be_applied_is_tried_again(desk, work_off):
    from pennypress.funding.providers.fake.provider import FakeProvider

    late = make_gift(1)
    number = late.pk
    late.delete()
    raw, signature = make_event(str(number), "captured")
    actions.receive_event(provider=FakeProvider(), raw=raw, signature=signature)
    work_off()
    event = ProviderEvent.objects.get()
    assert event.applied_at is None and "Try again" in desk.get("/admin/funding/").content.decode()
    desk.post(f"/admin/funding/events/{event.pk}/retry/")
    assert current_meter().raised == 0
    make_gift(1, id=number)
    desk.post(f"/admin/funding/events/{event.pk}/retry/")
    desk.post(f"/admin/funding/events/{event.pk}/retry/")
    assert current_meter().raised == 500


def monthly(client, work_off):
    page = client.post("/support/", {"often": "monthly", "monthly": "500", "email": "a@example.org", "key": "k"}).url
    thanks = client.post(page, {"answer": "captured"}).url
    work_off()
    return thanks


def test_a_supporter_ends_a_monthly_gift_by_the_link_in_the_receipt(client, newsroom, work_off):
    thanks = monthly(client, work_off)
    pledge = Pledge.objects.get()
    address = re.search(r"https?://\S+(/support/pledges/\S+)", Mail.objects.get().text).group(1)
    assert address == pledge_address(pledge.pk) and address in client.get(thanks).content.decode()
    assert "€5" in client.get(address).content.decode()
    pledge.refresh_from_db()
    assert pledge.active  # looking changes nothing
    assert client.post(address, follow=True).status_code == 200
    client.post(address)
    pledge.refresh_from_db()
    assert not pledge.active and Cancellation.objects.get().by == "supporter"
    assert Mail.objects.filter(subject__contains="ended").count() == 1
    assert "It ended on" in client.get(address).content.decode()


def test_an_ended_pledge_is_not_charged_and_not_woken_by_a_late_payment(client, newsroom, work_off):
    from pennypress.funding.providers.fake import renewals

    monthly(client, work_off)
    pledge = Pledge.objects.get()
    actions.cancel_pledge(pledge_id=pledge.pk, by=Cancellation.By.EDITOR)
    late = make_gift(9, pledge=pledge)
    actions.capture(gift=late, captured_at=timezone.now())
    pledge.refresh_from_db()
    assert not pledge.active and renewals.renew_pledges() == 0


def test_a_link_for_one_thing_is_no_key_to_another(client, newsroom, work_off):
    monthly(client, work_off)
    pledge, gift = Pledge.objects.get(), Gift.objects.get()
    for wrong in (signed(pledge.pk, "funding.thanks"), signed(gift.pk, "funding.pledge"), str(pledge.pk), "x:y"):
        assert client.get(f"/support/pledges/{wrong}/").status_code == 404
        assert client.post(f"/support/pledges/{wrong}/").status_code == 404
    assert Pledge.objects.get().active


@pytest.mark.parametrize("tiers", [0, 1, 7])
def test_the_meter_costs_one_query_whatever_the_tiers(newsroom, django_assert_num_queries, tiers):
    for number in range(1, tiers + 1):
        Tier.objects.create(amount=number * 1000, title=f"T{number}")
    with django_assert_num_queries(1):
        meter = current_meter()
    assert [mark.amount for mark in meter.marks] == [number * 1000 for number in range(1, tiers + 1)]


def test_suggestions_in_german(desk):
    with translation.override("de"):
        assert actions.change_plan(once=[123456], monthly=[]).suggested_once == [123456]
    from pennypress.funding.forms import PlanForm

    with translation.override("de"):
        form = PlanForm({"once": "1.234,56", "monthly": ""}, currency="EUR", plan=plan())
        assert form.initial["once"] == "1234,56" and form.is_valid() and form.cleaned_data["once"] == [123456]


def test_tiers_and_gifts_by_hand_are_as_large_as_they_are(desk, newsroom):
    newsroom.currency = "JPY"
    newsroom.save()
    assert desk.post("/admin/funding/tiers/add/", {"amount": "500000", "title": "Rent"}).status_code == 302
    form = {"amount": "3000000", "account": "bank", "date": "2026-05-01", "key": "k"}
    assert desk.post("/admin/funding/gift/", form).status_code == 302
    assert (Tier.objects.get().amount, Gift.objects.get().amount) == (500_000, 3_000_000)
    for amount in ("0", "-5", "1e9", "9" * 30):
        assert desk.post("/admin/funding/tiers/add/", {"amount": amount, "title": "T"}).status_code == 200
    assert Tier.objects.count() == 1


@pytest.mark.parametrize(
    ("currency", "good", "bad"), [("JPY", "90000", "50"), ("HUF", "90000", "50"), ("EUR", "5", "26000")]
)
def test_the_bounds_of_a_gift_fit_its_currency(client, newsroom, currency, good, bad):
    newsroom.currency = currency
    newsroom.save()
    form = {"often": "once", "email": "a@example.org", "key": "k"}
    assert client.post("/support/", {**form, "own": good}).status_code == 302
    assert client.post("/support/", {**form, "own": bad}).status_code == 422


def test_back_from_a_declined_payment_the_same_form_is_a_new_try(client, newsroom, work_off):
    form = {"often": "monthly", "monthly": "500", "email": "a@example.org", "key": "k"}
    for answer in ("declined", "declined", "captured"):
        page = client.post("/support/", form).url
        assert page == client.post("/support/", form).url  # pressed twice, it is still one
        client.post(page, {"answer": answer})
        work_off()
    assert sorted(Gift.objects.values_list("state", flat=True)) == ["captured", "declined", "declined"]
    assert current_meter().raised == 500 and Pledge.objects.filter(active=True).count() == 1


def test_a_gift_by_hand_with_another_amount_is_another_gift(desk):
    form = {"account": "cash", "date": "2026-05-01", "key": "k"}
    for amount in ("5", "5", "6"):
        desk.post("/admin/funding/gift/", {**form, "amount": amount})
    assert sorted(Gift.objects.values_list("amount", flat=True)) == [500, 600]


def test_a_pledge_ended_after_it_was_found_due_is_not_charged(client, newsroom, work_off):
    pledge = Pledge.objects.create(email="a@example.org", amount=500, currency="EUR", provider="fake", active=True)
    found = Pledge.objects.get()
    actions.cancel_pledge(pledge_id=pledge.pk, by=Cancellation.By.SUPPORTER)
    assert actions.intend_renewal(pledge=found) is None and not Gift.objects.exists()


@pytest.mark.parametrize("month", ["9999-12", "0001-01"])
def test_months_nobody_has_lived_in_are_answered(desk, month):
    assert desk.get("/admin/funding/gifts/", {"month": month}).status_code == 200


def test_the_currency_stays_once_money_is_kept_in_it(newsroom):
    from pennypress.newsroom.forms import NewsroomForm

    def errors(currency):
        data = {
            "name": "N",
            "language": "en",
            "time_zone": "UTC",
            "currency": currency,
            "tagline": "",
            "contact_email": "",
        }
        return NewsroomForm(data, instance=newsroom).errors.get("currency")

    assert errors("JPY") is None
    Tier.objects.create(amount=1000, title="T")
    newsroom.refresh_from_db()
    assert "can no longer be changed" in str(errors("JPY")) and errors("EUR") is None


def test_the_public_figures_may_be_read_from_anywhere(client, newsroom):
    answer = client.get("/meter.json")
    assert answer["Access-Control-Allow-Origin"] == "*" and answer["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in answer


def test_a_month_that_is_over_has_nothing_outstanding(newsroom):
    from pennypress.funding.queries import meter_of

    Pledge.objects.create(email="a@example.org", amount=700, currency="EUR", provider="fake", active=True)
    Tier.objects.create(amount=1000, title="T")
    this = current_meter().month
    before = (this - timezone.timedelta(days=1)).replace(day=1)
    assert (meter_of(this).committed, meter_of(before).committed) == (700, 0)


def test_pages_of_one_supporter_are_kept_by_nobody(client, newsroom, work_off):
    thanks = monthly(client, work_off)
    payment = client.post("/support/", {"often": "once", "once": "500", "email": "b@example.org", "key": "x"}).url
    for address in (thanks, pledge_address(Pledge.objects.get().pk), payment):
        assert "no-store" in client.get(address)["Cache-Control"], address
