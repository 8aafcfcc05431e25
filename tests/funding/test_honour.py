"""A gift in somebody's honour or memory: a card for them, once the gift has come, and as long as it stays."""

import re

import pytest
from django.test import Client

from pennypress.funding import actions, booking
from pennypress.funding.addresses import card_address, thanks_address
from pennypress.funding.models import Gift, Honour
from pennypress.funding.providers.fake.provider import FakeProvider, make_event
from pennypress.funding.rules import CARDS_PER_ADDRESS
from pennypress.notifications.models import Mail
from pennypress.readers.actions import ask_erasure, erase
from pennypress.readers.rights import Person

FORM = {
    "often": "once", "once": "1000", "email": "ada@example.org", "key": "k", "honour": "honour", "honour_name": "Grace",
    "honour_by": "Ada and Ben", "honour_message": "For your eightieth birthday.", "honour_email": "grace@example.org",
}  # fmt: skip


@pytest.fixture
def give(client, newsroom, work_off):
    def make(kind="captured", **fields):
        assert client.post("/support/", {**FORM, **fields}).status_code == 302
        gift = Gift.objects.order_by("-created_at").first()
        if kind:
            raw, signature = make_event(str(gift.id), kind)
            actions.receive_event(provider=FakeProvider(), raw=raw, signature=signature)
            work_off()
        gift.refresh_from_db()
        return gift

    return make


def cards():
    return Mail.objects.filter(key__startswith="card:")


def test_a_card_is_mailed_once_and_leads_to_a_page_that_does_not_say_how_much(give):
    gift = give()
    raw, signature = make_event(str(gift.id), "captured")
    actions.receive_event(provider=FakeProvider(), raw=raw, signature=signature)
    card = cards().get()
    assert (card.to, card.subject) == ("grace@example.org", "A gift in honour of Grace")
    assert "Ada and Ben has given to The Ferry Post in honour of Grace." in card.text
    assert card_address(gift.id) in card.text and "birthday" not in card.text and "ada@" not in card.text
    answer = Client().get(card_address(gift.id))
    page = answer.content.decode()
    assert "For your eightieth birthday." in page and "In honour of" in page and "noindex" in page
    assert "€10" not in page and "ada@" not in page and "no-store" in answer["Cache-Control"]
    assert card_address(gift.id) in Client().get(thanks_address(gift.id)).content.decode()


def test_in_memory_of_somebody(give):
    gift = give(honour="memory", honour_by="", honour_email="")
    assert not cards().exists()
    page = Client().get(card_address(gift.id)).content.decode()
    assert "In memory of" in page and Honour.objects.get().kind == "memory"


@pytest.mark.parametrize("kind", ["", "declined"])
def test_before_the_gift_has_come_there_is_no_card(give, kind):
    gift = give(kind)
    assert not cards().exists() and Client().get(card_address(gift.id)).status_code == 404


def test_a_gift_that_went_back_takes_its_card_along(give):
    gift = give()
    booking.book_refund(gift=gift, key="r", amount=1000, happened_at=gift.captured_at)
    assert Client().get(card_address(gift.id)).status_code == 404


def test_the_link_cannot_be_made_up(give):
    gift = give()
    for address in (card_address(gift.id)[:-2] + "x/", thanks_address(gift.id).replace("thanks", "cards")):
        assert Client().get(address).status_code == 404


def test_a_card_without_a_name_or_with_a_link_is_refused(client, newsroom):
    for wrong in (
        {"honour_name": ""},
        {"honour_name": "www.evil.example"},
        {"honour_message": "https://evil.example"},
        {"honour_by": "\u200b"},
        {"honour_email": "nobody"},
        {"honour": "fun"},
    ):
        answer = client.post("/support/", {**FORM, **wrong})
        assert answer.status_code == 422, wrong
        assert re.search(r'<details class="gift-words" open><summary>In somebody', answer.content.decode())
    assert not Gift.objects.exists()


def test_nobody_is_showered_with_cards(give):
    for number in range(CARDS_PER_ADDRESS.count + 2):
        give(key=f"k{number}")
    assert cards().count() == CARDS_PER_ADDRESS.count and Gift.objects.filter(state="captured").count() == 7


def test_a_regular_gift_brings_one_card(give):
    gift = give(often="monthly", monthly="500", once="")
    assert gift.pledge and cards().count() == 1 and Honour.objects.count() == 1


@pytest.mark.parametrize("whose", ["ada@example.org", "grace@example.org"])
def test_erasing_either_of_the_two_erases_the_card(give, whose):
    gift = give()
    erase(ask_erasure(person=Person((), emails=(whose,))).pk)
    assert not Honour.objects.exists() and Client().get(card_address(gift.id)).status_code == 404
