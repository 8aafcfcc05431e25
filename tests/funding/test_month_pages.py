"""What readers see of months and meter, and the desk where the newsroom fills it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.template.loader import render_to_string
from django.utils import timezone, translation

from pennypress.funding import booking, months
from pennypress.funding.actions import change_plan, record_expense
from pennypress.funding.audit import audit
from pennypress.funding.booking import Settled
from pennypress.funding.meter import make_meter
from pennypress.funding.models import Expense, FundingPlan, Gift, GiftState, MatchingOffer, Tier
from pennypress.funding.queries import current_meter
from pennypress.lib.ids import uuid7


@pytest.fixture
def desk(client, newsroom, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    return client


def give(amount, number, email="ann@private.example", fee=30):
    gift = Gift.objects.create(key=str(number), amount=amount, currency="EUR", provider="any", email=email)
    booking.book_capture(
        gift=gift, amount=amount, happened_at=timezone.now(), settled=Settled(amount, "EUR", fee),
        note="From Mrs. Miller",
    )  # fmt: skip
    return gift


@pytest.fixture
def past(newsroom):
    """A March that is closed, with a refund that came in April; it is April."""
    Tier.objects.create(amount=2000, title="Paper", pays_for="Ink.")
    Tier.objects.create(amount=9000, title="Reporter")
    with time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False) as clock:
        gifts = [
            give(1000, 1),
            give(1500, 2, "ANN@private.example"),
            give(500, 3, ""),
            give(250, 4, "bob@private.example"),
        ]
        booking.book_refund(gift=gifts[3], key="r", amount=250, happened_at=timezone.now())
        clock.move_to(datetime(2026, 4, 20, 12, tzinfo=UTC))
        months.close_months()
        booking.book_refund(gift=gifts[0], key="r", amount=1000, happened_at=timezone.now())
        for category, note, amount in (
            ("Rent", "The room", 1200),
            ("Printing", "Ink", 300),
            ("Printing", "Paper", 400),
        ):
            record_expense(month=date(2026, 3, 1), category=category, note=note, amount=amount, by=None, number=uuid7())
        yield gifts


def text_of(page):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.content.decode()))


def test_a_months_page_is_its_whole_account(client, past):
    text = text_of(client.get("/months/2026-03/"))
    for words in (
        "Raised, before fees €30 ", "less what givers paid on top for them €1.20", "Given back, and no longer in the figure above €2.50",
        "Gifts 4 ", "Supporters 2 ", "April 20, 2026: Refund -€10 ", "€20, Paper reached Ink.", "€90, Reporter not reached",
        "Rent €12 The room", "Printing €7 ", "Together €19 ", "This month is closed",
    ):  # fmt: skip
        assert words in text, words


def test_the_list_of_months_has_a_chart_and_what_changed_since(client, past):
    give(4000, 9)
    page = client.get("/months/")
    text = text_of(page)
    assert "March 2026 €30 -€10 since €2.50 4" in text and "April 2026 €40 €0 1" in text
    assert page.content.count(b'<rect class="month-bar') == 2
    assert (
        "A bar for each month from March 2026 to April 2026. The most was €40 in April 2026." in page.content.decode()
    )


@pytest.mark.parametrize("number", [1, 3, 60])
def test_a_months_page_costs_the_same_however_much_happened(client, newsroom, django_assert_max_num_queries, number):
    Tier.objects.create(amount=2000, title="Paper")
    for n in range(number):
        give(100, n)
        record_expense(
            month=timezone.localdate().replace(day=1), category=f"C{n}", note="", amount=5, by=None, number=uuid7()
        )
    month = timezone.localdate()
    client.get("/months/")
    with django_assert_max_num_queries(12):
        client.get(f"/months/{month:%Y-%m}/")
    with django_assert_max_num_queries(6):
        client.get("/months/")
    with django_assert_max_num_queries(10):
        client.get(f"/months/{month:%Y-%m}/books.csv")


def test_what_everybody_may_take_names_nobody(client, past):
    addresses = [f"/months/2026-03/books.{ending}" for ending in ("csv", "beancount", "journal")]
    for address in [*addresses, "/months/figures.csv", "/months/2026-03/", "/months/", "/meter.json", "/meter.svg"]:
        answer = client.get(address)
        assert answer.status_code == 200, address
        body = answer.content.decode()
        assert "private" not in body and "Miller" not in body and not any(str(gift.pk) in body for gift in past)
    assert client.get("/months/figures.csv").content.decode().splitlines()[1] == (
        "2026-03,EUR,30.00,1.20,2.50,4,-10.00,yes,19.00"
    )


@pytest.mark.parametrize("address", ["/months/2026-05/", "/months/2020-01/", "/months/2026-13/", "/months/9999-12/",
                                     "/months/1-1/", "/months/2026-03/books.exe", "/months/2020-01/books.csv"])  # fmt: skip
def test_what_there_is_not_is_not_found(client, past, address):
    assert client.get(address).status_code == 404


def test_a_month_with_nothing_in_it_yet_has_a_page(client, newsroom):
    assert client.get(f"/months/{timezone.localdate():%Y-%m}/").status_code == 200


def test_the_picture_for_other_sites(client, newsroom):
    Tier.objects.create(amount=2000, title="Paper")
    give(1000, 1)
    light, dark = client.get("/meter.svg"), client.get("/meter.svg?theme=dark")
    for answer in (light, dark):
        assert answer["Content-Type"] == "image/svg+xml" and answer["Access-Control-Allow-Origin"] == "*"
        import xml.etree.ElementTree as tree

        root = tree.fromstring(answer.content)
        assert "€10 raised" in root.find("{http://www.w3.org/2000/svg}title").text
        assert b"<style" not in answer.content and b"<script" not in answer.content
    assert light.content != dark.content


def test_the_picture_for_other_sites_runs_from_the_right_where_reading_does(client, newsroom):
    Tier.objects.create(amount=2000, title="Paper")
    Tier.objects.create(amount=8000, title="Reporter")
    give(1000, 1)
    with translation.override("ar"):
        picture = render_to_string("funding/meter.svg", {"meter": current_meter(), "newsroom": newsroom})
    assert 'direction="rtl"' in picture and "matrix(-1 0 0 1 480 0)" in picture
    labels = re.findall(r'<text x="([\d.]+%)" y="48"', picture)
    assert labels == ["100%", "75.0%", "0.0%"]
    assert "rtl" not in client.get("/meter.svg").content.decode()


def test_public_figures_are_ready_pages():
    from pennypress.delivery.ready.views import ready_at

    for address in (
        "/meter.svg",
        "/meter.json",
        "/months/",
        "/months/2026-03/",
        "/months/2026-03/books.csv",
        "/months/figures.csv",
    ):
        assert ready_at(address), address
    assert ready_at("/meter.svg").reduced("theme=dark&x=1") == "theme=dark"
    assert ready_at("/meter.svg").reduced("theme=pink") == ""


def meter(raised=0, tiers=((2000, "A", ""), (12000, "B", "")), currency="EUR", **fields):
    return make_meter(month=date(2026, 3, 1), currency=currency, raised=raised, committed=fields.pop("committed", 0),
                      promised=fields.pop("promised", 0), tiers=list(tiers), **fields)  # fmt: skip


@pytest.mark.parametrize(
    ("raised", "gap"),
    [(0, 0), (1799, 0), (1800, 200), (1999, 1), (2000, 0), (10_999, 0), (11_000, 1000), (11_990, 10), (12_000, 0)],
)
def test_the_last_stretch_to_a_tier_is_offered(raised, gap):
    assert meter(raised).gap == gap
    assert meter(raised).gap_gift >= 100


def test_the_last_stretch_is_no_more_than_one_reader_may_give():
    assert meter(950_000, [(1_000_000, "A", "")]).gap == 0
    assert meter(990_000, [(1_000_000, "A", "")]).gap == 10_000


def test_the_next_tier_is_shown_the_moment_one_is_reached():
    assert meter(1999).next_mark.title == "A" and meter(2000).next_mark.title == "B" and meter(12000).next_mark is None


def test_what_is_carried_counts_for_the_tiers_and_not_as_raised():
    over, short = meter(500, carried=1500), meter(2500, carried=-1000)
    assert (over.raised, over.marks[0].reached, over.lacking) == (500, True, 0)
    assert (short.raised, short.marks[0].reached, short.lacking, short.gap) == (2500, False, 1000, 0)
    assert meter(0, carried=-1000).fill == 0 == meter(0, carried=-1000).percent


def test_committed_and_promised_are_drawn_apart_from_what_was_raised():
    drawn = meter(3000, committed=3000, promised=3000)
    assert (drawn.fill, drawn.committed_fill, drawn.promised_fill) == (250, 500, 750)


def test_promised_gifts_show_on_the_meter_and_count_nothing(client, newsroom):
    Tier.objects.create(amount=2000, title="Paper")
    Gift.objects.create(key="p", amount=700, currency="EUR", provider="bank", state=GiftState.PROMISED)
    Gift.objects.create(key="w", amount=900, currency="EUR", provider="any", state=GiftState.WAITING)
    assert (current_meter().raised, current_meter().promised) == (0, 700)
    assert "€7 more is promised" in text_of(client.get("/months/"))


def test_without_tiers_there_is_no_bar_to_look_full(client, newsroom):
    give(1000, 1)
    assert b"meter-track" not in client.get("/months/").content
    assert b"meter-fill" not in client.get("/meter.svg").content
    Tier.objects.create(amount=2000, title="Paper")
    assert b"meter-track" in client.get("/months/").content


def test_the_offer_to_close_the_gap_leads_to_giving_that_amount(client, newsroom):
    Tier.objects.create(amount=10_000, title="Paper")
    give(9_210, 1)
    link = re.search(r'href="(/support/\?amount=\d+)"', client.get("/months/").content.decode()).group(1)
    assert link == "/support/?amount=790"
    assert 'name="own" maxlength="40" value="7.90"' in client.get(link).content.decode()
    for bad in ("abc", "1", "99999999999", "-5", "²"):
        assert 'name="own" maxlength="40" value=""' in client.get("/support/", {"amount": bad}).content.decode()


def test_labels_of_long_amounts_keep_their_distance():
    with translation.override("hu"):
        wide = meter(0, [(200_000_000, "A", ""), (400_000_000, "B", ""), (500_000_000, "C", "")], currency="HUF")
        assert [mark.title for mark in wide.marks if mark.labelled] == ["A", "C"]


def test_the_meter_stays_one_query_with_everything_on_it(newsroom, django_assert_num_queries):
    Tier.objects.create(amount=2000, title="Paper")
    MatchingOffer.objects.create(
        name="G",
        cap=100,
        currency="EUR",
        begins_at=timezone.now() - timedelta(days=1),
        ends_at=timezone.now() + timedelta(days=1),
    )
    FundingPlan.objects.create(carry="surplus", after_fees=True)
    last = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
    with time_machine.travel(datetime(last.year, last.month, 3, tzinfo=UTC), tick=False):
        give(9000, 1)
    months.close_months()
    with django_assert_num_queries(1):
        found = current_meter()
    assert (found.carried, found.doubling.name) == (2000, "G")


def test_expenses_at_the_desk(desk, client):
    month = f"{timezone.localdate():%Y-%m}"
    form = {"month": month, "category": "Rent", "note": "Room", "amount": "12,50", "key": str(uuid7())}
    for _twice in range(2):
        assert desk.post("/admin/funding/expenses/add/", form).status_code == 302
    expense = Expense.objects.get()
    assert (expense.amount, expense.entered_by.email) == (1250, "e@example.org")
    assert 'value="Rent"' in desk.get("/admin/funding/expenses/add/").content.decode()  # offered while one types
    edit = f"/admin/funding/expenses/{expense.pk}/"
    assert 'value="12.50"' in desk.get(edit).content.decode()
    desk.post(edit, {**form, "amount": "13"})
    assert "Room (changed on" in text_of(desk.get(f"/months/{month}/")) and Expense.objects.get().amount == 1300
    for bad in ({"amount": "0"}, {"month": "2126-01"}, {"month": "x"}, {"category": ""}, {"key": "x"}):
        assert desk.post("/admin/funding/expenses/add/", {**form, "key": str(uuid7()), **bad}).status_code == 200
    desk.post(edit, {"delete": "1"})
    assert not Expense.objects.exists()


def test_matching_at_the_desk_from_offer_to_the_end(desk):
    now = timezone.localtime()
    form = {
        "name": "Guild", "amount": "100", "begins_at": now.strftime("%Y-%m-%dT%H:%M"),
        "ends_at": (now + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"), "account": "", "key": str(uuid7()),
    }  # fmt: skip
    assert desk.post("/admin/funding/matching/add/", {**form, "ends_at": form["begins_at"]}).status_code == 200
    assert desk.post("/admin/funding/matching/add/", form).status_code == 302
    give(1000, 1)
    offer = MatchingOffer.objects.get()
    assert offer.used == 1000 and "Doubled by Guild until" in text_of(desk.get("/support/"))

    def act(deed, **fields):
        return text_of(desk.post(f"/admin/funding/matching/{offer.pk}/{deed}/", fields, follow=True))

    assert "Please give an amount from €10" in act("receive", amount="5", account="bank")
    assert "Done" in act("receive", amount="80", account="bank")
    assert "This offer still runs" in act("keep")
    assert "Done" in act("stop")
    assert "Keep the €70 left over as a gift" in text_of(desk.get("/admin/funding/matching/"))
    assert "Done" in act("give-back")
    assert desk.post(f"/admin/funding/matching/{offer.pk}/nonsense/").status_code == 404
    assert audit() == []


def test_how_the_meter_counts_is_chosen_at_the_desk(desk):
    give(1000, 1)
    assert desk.post("/admin/funding/counting/", {"after_fees": "after", "carry": "surplus"}).status_code == 302
    assert current_meter().raised == 970 and "after fees" in text_of(desk.get("/months/"))
    assert desk.post("/admin/funding/counting/", {"after_fees": "x", "carry": "y"}).status_code == 200


def test_two_first_saves_of_the_plan_make_one(newsroom):
    change_plan(once=[500], monthly=[])
    from pennypress.funding.actions import change_counting

    change_counting(after_fees=True, carry="none")
    assert FundingPlan.objects.get().suggested_once == [500]


def test_a_gift_and_a_past_month_lead_to_their_entries(desk, past):
    link = f"/admin/funding/gifts/{past[0].pk}/"
    assert link in desk.get("/admin/funding/gifts/").content.decode()
    assert "€10 given back" in text_of(desk.get(link)) and "after March 2026 had closed" in text_of(desk.get(link))
    assert "/admin/funding/months/2026-3/" in desk.get("/admin/funding/").content.decode()
    assert "Refund" in text_of(desk.get("/admin/funding/months/2026-3/"))
    assert desk.get("/admin/funding/months/2026-13/").status_code == 404


def test_the_editor_takes_all_books_away(desk, past):
    text = b"".join(desk.get("/admin/funding/books.csv").streaming_content).decode()
    assert "From Mrs. Miller" in text and f"gift:{past[0].pk}" in text
    assert desk.get("/admin/funding/books.exe").status_code == 404


@pytest.mark.parametrize(
    "address", ["expenses/", "expenses/add/", "matching/", "matching/add/", "counting/", "books.csv"]
)
def test_the_new_screens_are_for_those_who_manage_money(client, newsroom, django_user_model, address):
    client.force_login(django_user_model.objects.create_user("w@example.org", is_staff=True))
    assert client.get(f"/admin/funding/{address}").status_code in (302, 403)
