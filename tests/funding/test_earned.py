"""Which article a gift came of: told by the giving form, kept with the gift, added up less what was given back."""

import csv
import io
import random
from datetime import UTC, datetime

import pytest
import time_machine
from django.db.models import Sum
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pennypress.funding import actions, booking
from pennypress.funding.actions.origins import note_origin
from pennypress.funding.earnings import earnings
from pennypress.funding.models import Gift, Line, Origin, Role, Touch
from pennypress.funding.visits import LONGEST, MOST_ARTICLES, Visit, read_visit
from pennypress.readers.rights import Person, parts
from tests.factories import make_article, make_byline, make_section


@pytest.fixture
def articles(newsroom):
    section = make_section(newsroom)
    return [make_article(section, title=f"Story {number}") for number in range(5)]


@pytest.fixture
def desk(client, newsroom, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    return client


def give(visit, amount=1000, key="k", captured=True, **fields):
    gift = actions.start_gift(
        email=f"{key}@example.org", amount=amount, key=key, provider="fake", visit=visit, **fields
    )
    if captured:
        actions.capture(gift=gift, captured_at=timezone.now())
    gift.refresh_from_db()
    return gift


def this_month():
    return timezone.localdate().replace(day=1)


def sums(found=None):
    return {
        row.name: (row.gifts, row.first, row.assisted, row.last) for row in (found or earnings(this_month())).articles
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Visit()),
        ("12", Visit((12,))),
        ("12,12,15,12", Visit((12, 15, 12))),
        ("newsletter-monday,12", Visit((12,), "newsletter-monday")),
        ("newsletter-a,3,newsletter-b", Visit((3,), "newsletter-b")),
        ("0,-1,1.5,abc,٣,1e3, 7,newsletter-,newsletter-A,newsletter-<b>,9999999999,8", Visit((8,))),
        ("newsletter-" + "x" * 60, Visit()),
        (",".join(["1", "2"] * 50), Visit((1, *([1, 2] * 50)[-(MOST_ARTICLES - 1) :]))),
    ],
)
def test_a_visit_is_read_from_what_the_form_tells(text, expected):
    assert read_visit(text) == expected


def test_a_number_cut_off_by_the_bound_is_no_number():
    text = "7," * 200 + "12345"
    assert LONGEST < len(text) and set(read_visit(text).articles) == {7}
    assert read_visit("1" * LONGEST + "2").articles == ()


@given(st.text(max_size=300))
def test_whatever_the_form_tells_can_be_read(text):
    visit = read_visit(text)
    assert len(visit.articles) <= MOST_ARTICLES


def test_each_article_of_the_visit_has_its_part(articles):
    a, b, c, d, _e = (article.pk for article in articles)
    gift = give(Visit((a, b, a, c, b, d), "newsletter-monday"))
    kept = [(t.page_id, t.role, t.place, t.of) for t in gift.origin.touches.order_by("role", "place")]
    assert kept == [(b, "assisted", 0, 2), (c, "assisted", 1, 2), (a, "first", 0, 1), (d, "last", 0, 1)]
    assert gift.origin.newsletter == "newsletter-monday"
    assert sums() == {
        "Story 3": (1, 0, 0, 1000), "Story 0": (1, 1000, 0, 0), "Story 1": (1, 0, 500, 0), "Story 2": (1, 0, 500, 0)
    }  # fmt: skip


def test_numbers_that_are_no_public_articles_are_left_out(articles, newsroom):
    articles[1].unpublish()
    root = newsroom.site.root_page
    gift = give(Visit((root.pk, articles[1].pk, articles[0].get_parent().pk, 999_999, articles[0].pk)))
    assert set(gift.origin.touches.values_list("page_id", flat=True)) == {articles[0].pk}
    assert give(Visit((root.pk, 999_999)), key="l").origin is None
    assert Origin.objects.count() == 1


def test_the_same_form_twice_keeps_one_origin_and_the_first_word_stands(articles):
    a, b = articles[0].pk, articles[1].pk
    first = give(Visit((a,)), captured=False)
    again = give(Visit((b,)), captured=False)
    assert first == again and Origin.objects.count() == 1
    assert note_origin(gift=again, visit=Visit((b,))) is None
    assert set(Touch.objects.values_list("page_id", flat=True)) == {a}


def test_only_captured_money_is_earned(articles):
    give(Visit((articles[0].pk,)), captured=False)
    assert earnings(this_month()).articles == []


def test_what_is_given_back_was_not_earned_and_the_shares_still_add_up(articles):
    a, b, c, d, e = (article.pk for article in articles)
    gift = give(Visit((a, b, c, d, e)))
    booking.book_refund(gift=gift, key="r", amount=200, happened_at=timezone.now())
    found = sums()
    # 800 by three: what does not divide goes to those read first, in single cents.
    assert [found[f"Story {n}"][2] for n in (1, 2, 3)] == [267, 267, 266]
    assert found["Story 0"][1] == found["Story 4"][3] == 800
    booking.book_refund(gift=gift, key="s", amount=800, happened_at=timezone.now())
    assert {row[1:] for row in sums().values()} == {(0, 0, 0)}


@pytest.mark.parametrize("seed", range(3))
def test_every_way_of_counting_adds_up_to_the_books(articles, seed):
    chance, expected = random.Random(seed), [0, 0, 0]
    for number in range(20):
        visit = Visit(tuple(chance.choice(articles).pk for _ in range(chance.randint(1, 9))))
        gift = give(visit, amount=chance.randint(100, 99_999), key=str(number))
        if chance.random() < 0.5:
            back = chance.randint(1, gift.amount)
            booking.book_refund(gift=gift, key="r", amount=back, happened_at=timezone.now())
        booked = Line.objects.filter(entry__gift=gift, account="income").aggregate(total=-Sum("amount"))["total"]
        expected = [expected[0] + booked, expected[1] + (booked if visit.between else 0), expected[2] + booked]
    rows = sums().values()
    assert [sum(row[n] for row in rows) for n in (1, 2, 3)] == expected


def test_a_renewal_counts_for_what_its_pledge_began_with(articles):
    with time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False):
        begun = give(Visit((articles[0].pk,)), interval="month")
    with time_machine.travel(datetime(2026, 4, 10, 12, tzinfo=UTC), tick=False):
        renewed = actions.intend_renewal(pledge=begun.pledge)
        actions.capture(gift=renewed, captured_at=timezone.now())
        assert sums() == {"Story 0": (1, 1000, 0, 1000)}
        assert [row.shown for row in earnings(this_month()).months[:3]] == [1000, 1000, 0]
    assert Origin.objects.count() == 1


def test_a_month_is_the_newsrooms(articles):
    """In Berlin it is April already."""
    with time_machine.travel(datetime(2026, 3, 31, 22, 30, tzinfo=UTC), tick=False):
        give(Visit((articles[0].pk,)))
        assert sums() != {} and earnings(datetime(2026, 3, 1).date()).articles == []


def test_authors_sections_and_newsletters(articles):
    make_byline(articles[0], "Ida Holm")
    make_byline(articles[0], "Tomas Reever")
    make_byline(articles[1], "Lene Abrams")
    give(Visit((articles[0].pk, articles[1].pk), "newsletter-monday"))
    give(Visit((), "newsletter-monday"), key="l", amount=500)
    found = earnings(this_month())
    assert {row.name: (row.first, row.last) for row in found.authors} == {
        "Ida Holm": (1000, 0), "Tomas Reever": (1000, 0), "Lene Abrams": (0, 1000)
    }  # fmt: skip
    assert [(row.name, row.first, row.last) for row in found.sections] == [("Town", 1000, 1000)]
    assert [(row.name, row.gifts, row.last) for row in found.newsletters] == [("monday", 2, 1500)]
    assert (found.given, found.known) == (1500, 1000)


def test_an_article_that_is_deleted_leaves_its_sums(articles):
    give(Visit((articles[0].pk,)))
    articles[0].delete()
    assert sums() == {"Articles that are gone": (1, 1000, 0, 1000)}


def test_erasure_cuts_the_gift_from_what_was_read(articles):
    give(Visit((articles[0].pk,)), key="ann")
    give(Visit((articles[1].pk,)), key="bea")
    part = next(part for part in parts() if part.name == "gifts")
    person = Person((), None, ("ann@example.org",))
    assert "Story 0" in str(part.export(person)["read_before"])
    part.erase(person)
    assert sums() == {"Story 1": (1, 1000, 0, 1000)}
    assert Gift.objects.count() == 2 and Origin.objects.count() == 1


def test_the_link_of_an_article_names_it_and_the_form_takes_it(client, articles, work_off):
    page = client.get(articles[0].get_url()).content.decode()
    assert page.count(f'href="/support/?from={articles[0].pk}"') == 2
    form = client.get(f"/support/?from={articles[0].pk}").content.decode()
    assert f'name="visit" value="{articles[0].pk}"' in form
    answer = client.post(
        "/support/",
        {
            "often": "once",
            "own": "5",
            "email": "a@example.org",
            "key": "k",
            "visit": f"{articles[1].pk},{articles[0].pk}",
        },
    )
    assert answer.status_code == 302
    roles = dict(Touch.objects.values_list("role", "page_id"))
    assert roles == {Role.FIRST: articles[1].pk, Role.LAST: articles[0].pk}


@pytest.mark.parametrize("told", ["", "x" * 5000, "\0", "1" * 400, "<script>", "newsletter-<b>"])
def test_nothing_a_form_tells_of_its_visit_stands_in_a_gifts_way(client, newsroom, told):
    form = {"often": "once", "own": "5", "email": "a@example.org", "key": "k", "visit": told}
    assert client.post("/support/", form).status_code == 302
    assert Gift.objects.get().origin is None


def test_where_a_link_stood_makes_no_other_copy_of_an_article(articles):
    from pennypress.delivery.ready.views import ready_at

    ready = ready_at(articles[0].get_url())
    assert ready.reduced("from=newsletter-monday") == ready.reduced("") == ""


@pytest.mark.parametrize("number", [1, 3, 40])
def test_the_desk_costs_the_same_however_many_articles(desk, newsroom, django_assert_num_queries, number):
    section = make_section(newsroom)
    for n in range(number):
        article = make_article(section, title=f"Story {n}")
        make_byline(article, f"Author {n}")
        give(Visit((article.pk,)), key=str(n))
    desk.get("/admin/funding/earned/")
    with django_assert_num_queries(14):
        page = desk.get("/admin/funding/earned/").content.decode()
    assert page.count("Story ") == number and page.count("<tr><td>Author") == number


def test_the_desk_shows_a_month_and_gives_it_as_a_file(desk, articles):
    make_byline(articles[1], "=Ida")
    give(Visit((articles[0].pk, articles[1].pk), "newsletter-monday"), amount=1234)
    page = desk.get("/admin/funding/earned/").content.decode()
    assert "Story 1" in page and "A bar for each month" in page and "€12.34" in page
    file = desk.get(f"/admin/funding/earned.csv?month={this_month():%Y-%m}")
    rows = list(csv.DictReader(io.StringIO(file.content.decode())))
    assert [(row["by"], row["name"], row["first"], row["last"]) for row in rows] == [
        ("article", "Story 1", "0.00", "12.34"), ("article", "Story 0", "12.34", "0.00"),
        ("author", "'=Ida", "0.00", "12.34"), ("section", "Town", "12.34", "12.34"),
        ("newsletter", "monday", "0.00", "12.34"),
    ]  # fmt: skip
    assert desk.get("/admin/funding/earned/?month=2001-01").content.decode().count("Story") == 0
    for wrong in ("9999-12", "0001-01", "x"):
        assert desk.get("/admin/funding/earned/", {"month": wrong}).status_code == 200


def test_the_desk_is_for_those_who_manage_money(client, newsroom, django_user_model):
    client.force_login(django_user_model.objects.create_user("w@example.org", is_staff=True))
    for address in ("/admin/funding/earned/", "/admin/funding/earned.csv"):
        assert client.get(address).status_code in (302, 403)
