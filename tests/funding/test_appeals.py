"""What is said about giving: who writes it, when it stands on pages, what it is known to have earned."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from pennypress.delivery.ready import last_change
from pennypress.funding import actions, appeals, booking
from pennypress.funding.appeals import APPEALS, appeals_for_desk, standing
from pennypress.funding.booking import Settled
from pennypress.funding.comparing import better, yield_of
from pennypress.funding.desk_appeals import compared
from pennypress.funding.models import Appeal, Gift, Origin, Showing, Wording
from pennypress.funding.queries import current_meter
from pennypress.funding.rules import MOST_OPEN, SHOWINGS_PER_NETWORK, Refused
from pennypress.funding.visits import Visit, read_visit
from tests.factories import make_article, make_section

A, B = (
    {"title": "Do you read us?", "text": "Then pay.", "button": "Give"},
    {"title": "We need you", "text": "Now.", "button": ""},
)
FORM = {"place": "end", "segment": "all", "a_title": "Do you read us?", "a_text": "Then pay."}


@pytest.fixture
def desk(client, newsroom, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    return client


def shown_wordings():
    return appeals.shown_wordings(current_meter())


def write(place="end", segment="all", wordings=None, **days):
    days = {"begins_on": None, "ends_on": None, **days}
    return actions.write_appeal(
        appeal=Appeal(), wordings={"a": A, "b": B} if wordings is None else wordings, place=place, segment=segment, **days
    )  # fmt: skip


def give(wording, amount=1000, fee=50, key=None, **fields):
    gift = actions.start_gift(
        email="a@example.org",
        amount=amount,
        key=key or uuid4().hex,
        provider="fake",
        visit=Visit(wording=wording.pk),
        **fields,
    )
    actions.capture(gift=gift, captured_at=timezone.now(), settled=Settled(amount, "EUR", fee))
    return Gift.objects.get(pk=gift.pk)


def brought(appeal):
    return [found for _wording, found in compared(list(appeals_for_desk().filter(pk=appeal.pk)))[0].wordings]


def test_an_appeal_stands_in_every_article_and_goes_with_its_day(client, newsroom, django_capture_on_commit_callbacks):
    article = make_article(make_section(newsroom))
    assert 'class="appeal' not in client.get(article.get_url()).content.decode()
    was = last_change(APPEALS)
    with django_capture_on_commit_callbacks(execute=True):
        write(ends_on=timezone.localdate())
    assert last_change(APPEALS) > was
    page = client.get(article.get_url()).content.decode()
    standing, unseen = page.split("<template")[0], page.split("<template")[1]
    assert (
        "Do you read us?" in standing and "We need you" not in standing and f"/support/?from={article.pk}" in standing
    )
    assert "Do you read us?" in unseen and "We need you" in unseen
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert "Do you read us?" not in client.get(article.get_url()).content.decode()


def test_a_page_with_an_appeal_that_ends_is_made_anew_at_midnight(newsroom):
    from pennypress.delivery.ready.showing import noting

    with time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False):
        write()
        with noting() as shown:
            shown_wordings()
        assert shown.fades_at == datetime(2026, 3, 31, 22, tzinfo=UTC) and APPEALS in shown.tags
        write("text", begins_on=date(2026, 4, 1))
        with noting() as shown:
            assert len(shown_wordings()) == 2
        assert shown.fades_at == datetime(2026, 3, 10, 23, tzinfo=UTC)  # Berlin's midnight


def test_the_newest_for_each_place_and_segment_is_shown(newsroom):
    write(wordings={"a": A})
    newest = write(wordings={"a": B})
    write("text", "regular", wordings={"a": A})
    write("banner", begins_on=timezone.localdate() + timedelta(days=1))
    found = shown_wordings()
    assert {(w.appeal.place, w.title) for w in found} == {("end", "We need you"), ("text", "Do you read us?")}
    assert standing(found).appeal_id == newest.pk and standing([]) is None


@pytest.mark.parametrize("number", [1, 3, 20])
def test_what_is_said_costs_one_query(newsroom, django_assert_num_queries, number):
    for _ in range(number):
        write("banner", "new")
    with django_assert_num_queries(1):
        assert len(shown_wordings()) == 2


def test_the_browser_gets_all_that_is_said_and_nobody_elses(client, newsroom):
    article = make_article(make_section(newsroom))
    write()
    write("end", "supporter", wordings={"a": {"title": "Thank you", "text": "All of you.", "button": "X"}})
    answer = client.get(article.get_url())
    unseen = answer.content.decode().split("<template")[1].split("</template>")[0]
    assert unseen.count("data-wording=") == 3 and unseen.count("<a ") == 2  # a thank-you has no button
    assert 'data-pause="3"' in unseen and "Set-Cookie" not in answer


def test_a_wording_that_was_seen_stands_still(newsroom):
    appeal = write()
    actions.write_appeal(appeal=appeal, wordings={"a": B}, place="text", segment="new", begins_on=None, ends_on=None)
    assert Wording.objects.get().title == "We need you"
    assert actions.count_showing(wording_id=Wording.objects.get().pk)
    with pytest.raises(Refused):
        actions.write_appeal(
            appeal=appeal, wordings={"a": A}, place="text", segment="new", begins_on=None, ends_on=None
        )
    actions.write_appeal(
        appeal=appeal, wordings={}, place="end", segment="new", begins_on=None, ends_on=date(2030, 1, 1)
    )
    appeal.refresh_from_db()
    assert (appeal.place, appeal.ends_on, Wording.objects.get().title) == ("text", date(2030, 1, 1), "We need you")


def test_what_every_article_carries_is_bounded(newsroom):
    for _ in range(MOST_OPEN):
        last = write(ends_on=timezone.localdate())
    with pytest.raises(Refused):
        write()
    actions.end_appeal(appeal=last, on=timezone.localdate() - timedelta(days=1))
    write()


def test_days_in_the_wrong_order_are_refused(newsroom):
    with pytest.raises(Refused):
        write(begins_on=date(2026, 3, 2), ends_on=date(2026, 3, 1))


def test_showings_are_counted_once_and_folded_in(client, newsroom):
    appeal = write()
    first, second = appeal.wordings.all()
    for wording in (first, first, second):
        assert client.post(f"/appeals/{wording.pk}/shown/").status_code == 204
    assert [found.shown for found in brought(appeal)] == [2, 1]
    assert (actions.fold_showings(), actions.fold_showings(), Showing.objects.count()) == (3, 0, 0)
    client.post(f"/appeals/{first.pk}/shown/")
    assert [found.shown for found in brought(appeal)] == [3, 1]


def test_forged_showings_count_for_nothing_or_little(client, newsroom):
    appeal = write(wordings={"a": A})
    address = f"/appeals/{appeal.wordings.get().pk}/shown/"
    for _ in range(SHOWINGS_PER_NETWORK.count + 5):
        assert client.post(address).status_code == 204
    assert Showing.objects.count() == SHOWINGS_PER_NETWORK.count
    assert client.post(f"/appeals/{uuid4()}/shown/", REMOTE_ADDR="9.9.9.9").status_code == 204
    assert client.post(address, headers={"Sec-Fetch-Site": "cross-site"}, REMOTE_ADDR="9.9.9.9").status_code == 403
    assert client.get(address).status_code == 405
    actions.end_appeal(appeal=appeal, on=timezone.localdate() - timedelta(days=1))
    client.post(address, REMOTE_ADDR="9.9.9.9")
    assert Showing.objects.count() == SHOWINGS_PER_NETWORK.count


def test_the_form_brings_the_wording_and_forged_ones_are_ignored(client, newsroom):
    wording = write(wordings={"a": A}).wordings.get()
    assert f'name="appeal" value="{wording.pk}"' in client.get(f"/support/?appeal={wording.pk}").content.decode()
    form = {"often": "once", "own": "5", "email": "a@example.org"}
    for key, told in (("k", str(wording.pk)), ("l", str(uuid4())), ("m", "x"), ("n", "\0"), ("o", "")):
        assert client.post("/support/", {**form, "key": key, "appeal": told}).status_code == 302
    assert Origin.objects.get().wording == wording and Gift.objects.count() == 5
    assert read_visit("", "x" * 9999).wording is None


def test_net_is_after_fees_and_what_was_given_back_with_all_renewals(newsroom):
    appeal = write()
    first, second = appeal.wordings.all()
    gift = give(first, 1000, 50)
    booking.book_refund(gift=gift, key="r", amount=400, happened_at=timezone.now())
    monthly = give(first, 500, 30, interval="month")
    again = Gift.objects.create(
        key="again", email="a@example.org", amount=500, currency="EUR", provider="fake", pledge=monthly.pledge
    )
    actions.capture(gift=again, captured_at=timezone.now(), settled=Settled(500, "EUR", 30))
    actions.start_gift(email="b@example.org", amount=9000, key="never", provider="fake", visit=Visit(wording=first.pk))
    a, b = brought(appeal)
    assert (a.gifts, a.total, a.squares) == (2, 550 + 940, 550**2 + 940**2)
    assert (b.gifts, b.total, b.per_thousand) == (0, 0, 0)


def test_matching_money_is_not_what_a_wording_earned(newsroom):
    from pennypress.funding.models import MatchingOffer

    now = timezone.now()
    MatchingOffer.objects.create(
        name="G", cap=50_000, currency="EUR", begins_at=now - timedelta(days=1), ends_at=now + timedelta(days=1),
        account="bank", received_at=now,
    )  # fmt: skip
    appeal = write(wordings={"a": A})
    give(appeal.wordings.get(), 1000, 50)
    assert brought(appeal)[0].total == 950


def test_a_difference_is_told_only_when_it_can_be():
    def of(shown, gifts, amount):
        return yield_of(shown, [amount + n % 7 for n in range(gifts)])

    assert better(of(1000, 19, 1000), of(1000, 400, 1000)) == 0  # too few of one
    assert better(of(1000, 40, 1000), of(1000, 50, 1000)) == 0
    assert better(of(10_000, 400, 1000), of(10_000, 600, 1000)) == 2
    assert better(of(10_000, 600, 1000), of(10_000, 400, 1000)) == 1
    # One large gift is no proof.
    assert better(yield_of(1000, [*[500] * 30, 2_000_000]), yield_of(1000, [500] * 30)) == 0
    assert better(yield_of(0, []), yield_of(0, [])) == 0


def test_the_range_holds_the_true_value_as_often_as_it_says():
    """Played with known chances: of 400 trials of one wording about 380 hold it, and of two alike few name a winner."""
    import random

    chance, held, named = random.Random(5), 0, 0
    true = 1000 * 0.03 * 1500
    for _ in range(400):

        def trial():
            gifts = sum(chance.random() < 0.03 for _ in range(1500))
            return yield_of(1500, [chance.choice((500, 1000, 3000)) for _ in range(gifts)])

        one, two = trial(), trial()
        held += one.low <= true <= one.high
        named += better(one, two) != 0
    assert 360 <= held <= 396 and named <= 12


@pytest.mark.parametrize("number", [1, 3, 20])
def test_the_desk_costs_the_same_however_many_appeals(desk, django_assert_num_queries, number):
    for _ in range(number):
        give(write().wordings.all()[0])
    desk.get("/admin/funding/appeals/")
    with django_assert_num_queries(13):
        page = desk.get("/admin/funding/appeals/").content.decode()
    assert page.count('class="desk-appeal"') == number and "No difference can be told yet." in page


def test_an_editor_writes_changes_and_ends_an_appeal(desk):
    assert desk.post("/admin/funding/appeals/add/", {**FORM, "b_title": "x"}).status_code == 200
    assert desk.post("/admin/funding/appeals/add/", FORM).status_code == 302
    appeal = Appeal.objects.get()
    address = f"/admin/funding/appeals/{appeal.pk}/"
    assert "Then pay." in desk.get(address).content.decode()
    desk.post(address, {**FORM, "b_title": "We need you", "b_text": "Now."})
    assert [w.title for w in appeal.wordings.all()] == ["Do you read us?", "We need you"]
    actions.count_showing(wording_id=appeal.wordings.all()[0].pk)
    desk.post(address, {**FORM, "a_title": "Another", "ends_on": "2030-01-01"})
    appeal.refresh_from_db()
    assert appeal.wordings.all()[0].title == "Do you read us?" and str(appeal.ends_on) == "2030-01-01"
    assert "It is shown now" in desk.get("/admin/funding/appeals/").content.decode()
    desk.post(f"{address}stop/")
    assert shown_wordings() == [] and "It is over." in desk.get("/admin/funding/appeals/").content.decode()
    desk.post("/admin/funding/appeals/pause/", {"days": "7"})
    write()
    assert current_meter().pause == 7
    assert desk.post("/admin/funding/appeals/pause/", {"days": "0"}).status_code == 200


def test_the_desk_is_for_those_who_manage_money(client, newsroom, django_user_model):
    client.force_login(django_user_model.objects.create_user("w@example.org", is_staff=True))
    for address in ("", "add/", "pause/", f"{write().pk}/"):
        assert client.get(f"/admin/funding/appeals/{address}").status_code in (302, 403)


def test_who_is_signed_in_and_has_given_is_known_to_their_own_browser_alone(client, newsroom, django_user_model):
    assert client.get("/support/standing/").json() == {"days": 0}
    user = django_user_model.objects.create_user("s@example.org", supporter_until=timezone.now() - timedelta(days=30))
    client.force_login(user)
    answer = client.get("/support/standing/")
    assert 330 <= answer.json()["days"] <= 335 and "no-store" in answer["Cache-Control"]
    user.supporter_until = timezone.now() - timedelta(days=400)
    user.save()
    assert client.get("/support/standing/").json() == {"days": 0}


def test_after_a_gift_the_page_of_thanks_marks_the_browser(client, newsroom, work_off):
    page = client.post("/support/", {"often": "once", "own": "5", "email": "a@example.org", "key": "k"}).url
    thanks = client.post(page, {"answer": "captured"}).url
    work_off()
    assert 'data-supporter="365"' in client.get(thanks).content.decode()
    page = client.post("/support/", {"often": "once", "own": "5", "email": "a@example.org", "key": "l"}).url
    declined = client.post(page, {"answer": "declined"}).url
    work_off()
    assert "data-supporter" not in client.get(declined).content.decode()
