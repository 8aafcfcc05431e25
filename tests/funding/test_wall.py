"""The supporters' wall: who wished it, once a moderator has read it, while anything of the gift is left."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from pennypress.delivery.ready.showing import noting
from pennypress.discussion.models import ModerationLog
from pennypress.funding import actions, booking, wall
from pennypress.funding.addresses import thanks_address
from pennypress.funding.models import MAX_MESSAGE, MAX_NAME, Gift, GiftState, WallEntry
from pennypress.funding.providers.fake.provider import FakeProvider, make_event
from pennypress.funding.queries import current_meter
from pennypress.funding.rules import Refused
from pennypress.funding.words import OnTheWall, checked_message, checked_name
from pennypress.notifications.models import Mail
from pennypress.readers.actions import ask_erasure, erase
from pennypress.readers.rights import Person, copy_of

State = WallEntry.State


@pytest.fixture
def give(newsroom, work_off):
    def make(name="Ada", message="", key="k", kind="captured", state=State.WAITING, email="ada@example.org", **fields):
        gift = actions.start_gift(
            email=email, amount=1000, key=key, provider="fake", wall=OnTheWall(name, message), **fields
        )
        if kind:
            raw, signature = make_event(str(gift.id), kind)
            actions.receive_event(provider=FakeProvider(), raw=raw, signature=signature)
            work_off()
        WallEntry.objects.filter(gift=gift).update(state=state, decided_at=timezone.now())
        gift.refresh_from_db()
        return gift

    return make


@pytest.fixture
def moderator(newsroom, django_user_model):
    return django_user_model.objects.create_superuser("m@example.org", name="Mo")


@pytest.fixture
def desk(moderator):
    client = Client()
    client.force_login(moderator)
    return client


def on_the_wall(client):
    return re.findall(r'wall-name"><bdi>([^<]*)</bdi>', client.get("/supporters/").content.decode())


def test_nobody_is_named_who_did_not_wish_it(client, newsroom):
    client.post("/support/", {"often": "once", "once": "500", "email": "a@example.org", "key": "k"})
    assert Gift.objects.count() == 1 and not WallEntry.objects.exists()
    page = client.get("/support/").content.decode()
    assert 'name="wall_name" ' in page and "<details open" not in page.replace('class="gift-words" ', "")


def test_a_name_waits_for_a_moderator_and_then_stands_there_and_at_the_meter(client, give, desk):
    gift = give(message="For the council reports.")
    assert on_the_wall(client) == [] and current_meter().newest_name == ""
    page = desk.get("/admin/discussion/words/wall/").content.decode()
    assert "Ada" in page and "For the council reports." in page
    entry = WallEntry.objects.get()
    answer = desk.post(f"/discussion/words/wall/{entry.pk}/", {"deed": "show", "back": "/admin/discussion/words/wall/"})
    assert answer.status_code == 302
    entry.refresh_from_db()
    assert (entry.state, entry.decided_by.name) == (State.SHOWN, "Mo")
    assert on_the_wall(client) == ["Ada"] and current_meter().newest_name == "Ada"
    front = client.get("/").content.decode()
    assert "newest is <bdi>Ada</bdi>" in front and "/supporters/" in front
    assert "10" not in re.sub(r"<[^>]+>", "", client.get("/supporters/").content.decode().split("wall-name")[1])[:60]
    assert b"stands on the supporters" in client.get(thanks_address(gift.id)).content


def test_what_is_refused_is_gone_at_once_logged_and_can_be_shown_again(client, give, desk):
    give(state=State.SHOWN)
    entry = WallEntry.objects.get()
    assert on_the_wall(client) == ["Ada"]
    answer = desk.post(f"/discussion/words/wall/{entry.pk}/", {"deed": "refuse"})
    assert on_the_wall(client) == [] and "newest is" not in client.get("/").content.decode()
    assert "Supporters" in ModerationLog.objects.get().note and ModerationLog.objects.get().deed == "words-refused"
    batch = re.search(r"undo=([0-9a-f-]+)", answer.url)[1]
    desk.post(f"/discussion/undo/{batch}/", {})
    assert on_the_wall(client) == ["Ada"]
    # Decided twice is decided once.
    desk.post(f"/discussion/words/wall/{entry.pk}/", {"deed": "show"})
    assert ModerationLog.objects.count() == 2
    assert "took words beside the discussion down" in client.get("/moderation-record/").content.decode()


def test_only_moderators_decide(client, give, django_user_model):
    give()
    entry = WallEntry.objects.get()
    client.force_login(django_user_model.objects.create_user("r@example.org"))
    assert client.post(f"/discussion/words/wall/{entry.pk}/", {"deed": "show"}).status_code == 403
    assert client.get("/admin/discussion/words/wall/").status_code in (302, 403)
    assert WallEntry.objects.get().state == State.WAITING


def test_there_is_no_desk_for_what_nobody_keeps(desk, newsroom):
    assert desk.get("/admin/discussion/words/none/").status_code == 404
    missing = desk.post("/discussion/words/none/0192f3c4-0000-7000-8000-000000000000/", {"deed": "show"})
    assert missing.status_code == 302 and not ModerationLog.objects.exists()


@pytest.mark.parametrize("kind", ["", "declined"])
def test_a_gift_that_never_came_is_neither_at_the_desk_nor_on_the_wall(client, give, kind):
    give(kind=kind)
    assert wall.to_read() == [] and wall.waiting_count() == 0
    WallEntry.objects.update(state=State.SHOWN)
    assert on_the_wall(client) == [] and wall.decided() == []


def test_a_name_goes_with_its_gift_and_comes_back_with_it(client, give):
    gift = give(state=State.SHOWN)
    now = timezone.now()
    booking.book_refund(gift=gift, key="part", amount=400, happened_at=now)
    assert on_the_wall(client) == ["Ada"]
    booking.book_dispute_opened(gift=gift, key="d", amount=600, happened_at=now)
    assert on_the_wall(client) == []
    booking.book_dispute_won(gift=gift, key="d", happened_at=now)
    assert on_the_wall(client) == ["Ada"]
    booking.book_refund(gift=gift, key="rest", amount=600, happened_at=now)
    assert on_the_wall(client) == [] and current_meter().newest_name == ""
    booking.book_refund_failed(gift=gift, key="rest", happened_at=now)
    assert on_the_wall(client) == ["Ada"]


def test_the_giver_takes_it_back_by_the_link_in_the_receipt(client, give):
    gift = give(state=State.SHOWN)
    link = re.search(r"/support/thanks/\S+/", Mail.objects.get(key__startswith="receipt").text)[0]
    assert link == thanks_address(gift.id)
    client.get(link + "?do=take-back")
    assert on_the_wall(client) == ["Ada"]
    assert client.post(link, {"do": "take-back"}).status_code == 302
    assert on_the_wall(client) == [] and not WallEntry.objects.exists()
    assert client.post(link, {"do": "take-back"}).status_code == 302


def test_erasing_a_person_takes_their_name_down(client, give):
    give(state=State.SHOWN)
    give(name="Eve", key="e", email="eve@example.org", state=State.SHOWN)
    person = Person((), emails=("ada@example.org",))
    assert copy_of(person)["gifts"]["wall"][0]["name"] == "Ada"
    erase(ask_erasure(person=person).pk)
    assert on_the_wall(client) == ["Eve"] and Gift.objects.count() == 2


def test_the_same_form_with_another_name_is_another_gift(client, newsroom):
    form = {"often": "once", "once": "500", "email": "a@example.org", "key": "k"}
    for name in ("Ada", "Ada", "Ada L."):
        assert client.post("/support/", {**form, "wall_name": name}).status_code == 302
    assert sorted(WallEntry.objects.values_list("name", flat=True)) == ["Ada", "Ada L."]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Ada\u202e evil \u200b", "Ada evil"),
        ("عمر", "عمر"),
        ("A\u0301" + "\u0301" * 40, "A\u0301" + "\u0301" * 3),
        ("Dr. Who", "Dr. Who"),
        ("👩‍👩‍👧 Family", "👩‍👩‍👧 Family"),
    ],
)
def test_names_are_kept_as_they_are_seen(given, kept):
    assert checked_name(given) == kept


@pytest.mark.parametrize("name", ["\u200b", " ", "x" * (MAX_NAME + 1), "see www.evil.example", "pay.com", "a@b.c"])
def test_names_that_are_none_are_refused_with_a_sentence(client, newsroom, name):
    with pytest.raises(Refused):
        checked_name(name)
    form = {"often": "once", "once": "500", "email": "a@example.org", "key": "k", "wall_name": name}
    if name.strip():
        answer = client.post("/support/", form)
        assert answer.status_code == 422 and "id_wall_name_error" in answer.content.decode()
        assert not Gift.objects.exists()


def test_a_message_is_one_short_paragraph_without_links(client, newsroom):
    assert checked_message("Go on.\n\n\u202eThank\tyou\u0000!") == "Go on. Thank you!"
    assert checked_message("\u200b \n") == ""
    for bad in ("x" * (MAX_MESSAGE + 1), "https://evil.example", "buy at shop.example.com now"):
        with pytest.raises(Refused):
            checked_message(bad)
    form = {"often": "once", "once": "500", "email": "a@example.org", "key": "k", "wall_message": "Hello"}
    answer = client.post("/support/", form)
    assert answer.status_code == 422 and "Please give the name" in answer.content.decode()


def test_the_name_is_shown_as_text(client, give):
    give(name="<script>x</script>", message='"><img src=x>', state=State.SHOWN)
    for address in ("/supporters/", "/"):
        page = client.get(address).content.decode()
        assert "<script>x" not in page and "<img src=x>" not in page


def fill(number):
    moment = timezone.now() - timedelta(days=1)
    fields = {"email": "x@example.org", "amount": 500, "currency": "EUR", "provider": "fake", "captured_at": moment}
    for one in range(number):
        gift = Gift.objects.create(**fields, key=f"x{one}", state=GiftState.CAPTURED)
        # All of one moment: the cursor must tell them apart.
        WallEntry.objects.create(gift=gift, name=f"N{one:03}", state=State.SHOWN, created_at=moment)


@pytest.mark.parametrize("number", [1, 3, 200])
def test_the_wall_costs_the_same_however_many_stand_there(client, newsroom, django_assert_num_queries, number):
    fill(number)
    client.get("/supporters/")
    with django_assert_num_queries(1):
        assert len(wall.wall_page().entries) == min(number, wall.PER_PAGE)
    with django_assert_num_queries(3):
        wall.to_read(), wall.decided(), wall.waiting_count()


def test_the_wall_is_paged_and_nobody_is_lost(client, newsroom):
    fill(130)
    seen, cursor = [], ""
    for _page in range(3):
        found = wall.wall_page(cursor)
        seen += [entry.name for entry in found.entries]
        cursor = found.next_cursor
    assert cursor == "" and len(set(seen)) == len(seen) == 130
    for bad in ("x", "x:y", "1"):
        assert client.get("/supporters/", {"older": bad}).status_code == 404


def test_the_wall_says_what_it_shows(newsroom):
    with noting() as shown:
        wall.wall_page()
    assert "meter" in shown.tags
    from pennypress.delivery.ready.views import ready_at

    assert ready_at("/supporters/").reduced("older=forged") == ""


def test_the_moderators_are_told_in_their_hourly_mail_and_on_their_first_screen(give, desk, moderator, work_off):
    from pennypress.discussion.news import offer_held
    from pennypress.notifications.actions import subscribe
    from pennypress.notifications.models import Frequency
    from pennypress.readers.identity import Identity

    moderator.emailaddress_set.create(email=moderator.email, verified=True, primary=True)
    identity = Identity(f"user:{moderator.pk}", moderator.pk, moderator.name, True)
    subscribe(topic=offer_held(moderator), identity=identity, email=moderator.email, frequency=Frequency.NOW)
    give()
    assert "wall: 1 waits" in re.sub(r"<[^>]+>", "", desk.get("/admin/").content.decode()).replace("&#x27;", "'")
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        work_off()
    assert "wall: 1" in Mail.objects.get(key__startswith="desk").subject


def test_the_meters_public_figures_name_nobody(client, give):
    give(state=State.SHOWN)
    assert "Ada" not in json.dumps(client.get("/meter.json").json())
