"""Two workers, two tabs, two editors at the same moment: threads with connections of their own, on either database."""

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from pennypress.funding import actions, audit, booking, matching
from pennypress.funding.actions import transfers
from pennypress.funding.models import Entry, Gift, GiftState, ProviderCall, ProviderEvent
from pennypress.funding.providers.fake.provider import FakeProvider, make_event
from pennypress.funding.queries import current_meter
from pennypress.funding.rules import Refused
from pennypress.lib.ids import uuid7
from pennypress.newsroom.actions import entered
from pennypress.notifications.models import Mail
from tests.funding.bank.test_transfers import IBAN, bring
from tests.locks import until_somebody_waits

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("books_to_throw_away"),
]
MANY = 4
BOOKS = ("funding_entry", "funding_line", "funding_publishedmonth")


@pytest.fixture
def books_to_throw_away(transactional_db):
    """What is booked cannot be deleted, not even by a test that has committed it: its guards are taken off for that moment."""
    yield
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            names = ", ".join(f"'{table}'" for table in BOOKS)
            cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({names})")
            guards = cursor.fetchall()
            for name, _made in guards:
                cursor.execute(f"DROP TRIGGER {name}")
            for table in ("funding_document", "funding_line", "funding_entry", "funding_publishedmonth"):
                cursor.execute(f"DELETE FROM {table}")
            for _name, made in guards:
                cursor.execute(made)
        else:
            for table in BOOKS:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True)
            for table in BOOKS:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def at_once(newsroom, work, times=MANY):
    """What each of them answered, or the Refused it raised; any other error is the test's."""
    answers, start = [], threading.Barrier(times)

    def run():
        try:
            with entered(newsroom):
                start.wait(30)
                answers.append(work())
        except Exception as error:  # handed to the test's own thread
            answers.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    wrong = [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, Refused)]
    assert wrong == [] and len(answers) == times
    return answers


@pytest.fixture
def together(monkeypatch):
    """Nobody books before all have read what there is to book: they meet in the database."""

    def meet(times):
        gate, facts = threading.Barrier(times), FakeProvider.facts

        def late(self, event):
            found = list(facts(self, event))
            gate.wait(30)
            return found

        monkeypatch.setattr(FakeProvider, "facts", late)

    return meet


def begun(key="k"):
    return actions.start_gift(email="a@example.org", amount=1000, key=key, provider="fake")


def received(gift, kind="captured"):
    raw, signature = make_event(str(gift.id), kind)
    return actions.receive_event(provider=FakeProvider(), raw=raw, signature=signature)


def test_one_event_applied_by_many_workers_is_booked_once(newsroom, together):
    event = received(begun())
    together(MANY)
    assert at_once(newsroom, lambda: actions.apply_event(event_id=event.id)) == [True] * MANY
    assert Entry.objects.count() == 1 and Mail.objects.filter(key__startswith="receipt").count() == 1
    assert current_meter().raised == 1000 and audit.audit() == []
    event.refresh_from_db()
    assert event.applied_at and not event.error and event.attempts == 0


def test_two_events_of_one_gift_applied_at_once_end_as_one_truth(newsroom, together):
    gift = begun()
    events = [received(gift), received(gift, "declined")]
    together(2)
    which = iter(events)
    lock = threading.Lock()

    def work():
        with lock:
            event = next(which)
        return actions.apply_event(event_id=event.id)

    assert at_once(newsroom, work, times=2) == [True, True]
    gift.refresh_from_db()
    # A decline is never believed over money that came; applied first it is overtaken.
    assert gift.state == GiftState.CAPTURED and current_meter().raised == 1000 and audit.audit() == []


def test_the_same_event_received_at_once_is_one_row(newsroom):
    gift = begun()
    rows = at_once(newsroom, lambda: received(gift).pk)
    assert len(set(rows)) == 1 == ProviderEvent.objects.count()


def test_a_form_pressed_in_two_tabs_is_one_gift_and_one_page(newsroom):
    def press():
        gift = begun()
        return gift.pk, actions.open_payment(gift_id=gift.pk)

    assert len(set(at_once(newsroom, press))) == 1
    assert Gift.objects.count() == 1 == ProviderCall.objects.count()


def offered():
    now = timezone.now()
    return actions.offer_matching(
        number=uuid7(), name="Guild", cap=100_000, begins_at=now, ends_at=now + timedelta(days=2), account=""
    )


def test_money_for_matching_that_comes_while_gifts_are_doubled_waits_for_none_that_waits_for_it(newsroom):
    offer = offered()
    gifts = [Gift.objects.create(key=f"g{n}", amount=500, currency="EUR", provider="any") for n in range(12)]
    booking.book_capture(gift=gifts.pop(), amount=500, happened_at=timezone.now())
    turn = iter(range(MANY))

    def work():
        if next(turn) == 0:
            return actions.receive_matching(offer=offer, amount=50_000, account="bank")
        for _time in range(3):
            gift = gifts.pop()
            booking.book_capture(gift=gift, amount=500, happened_at=timezone.now())
        return None

    assert at_once(newsroom, work) == [None] * MANY
    offer.refresh_from_db()
    assert offer.used == 10 * 500 and audit.audit() == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's writers take turns")
def test_money_for_matching_that_comes_in_the_middle_of_a_capture_takes_the_month_before_the_offer(
    newsroom, monkeypatch
):
    """The test above, in the one moment in which the other order would end with each waiting for the other."""
    offer = offered()
    first, gift = (Gift.objects.create(key=f"g{n}", amount=500, currency="EUR", provider="any") for n in range(2))
    booking.book_capture(gift=first, amount=500, happened_at=timezone.now())
    holds, go_on, really = threading.Event(), threading.Event(), matching.match

    def match(**facts):
        # The capture has the month, and has not asked for the offer yet.
        holds.set()
        assert go_on.wait(20)
        return really(**facts)

    def receive():
        assert holds.wait(20)
        return actions.receive_matching(offer=offer, amount=50_000, account="bank")

    def watch():
        assert holds.wait(20)
        try:
            until_somebody_waits("the money does not wait for the capture")
        finally:
            go_on.set()

    monkeypatch.setattr(matching, "match", match)
    deeds = iter(
        (receive, watch, lambda: booking.book_capture(gift=gift, amount=500, happened_at=timezone.now()) and None)
    )
    assert at_once(newsroom, lambda: next(deeds)(), times=3) == [None] * 3
    offer.refresh_from_db()
    assert (offer.used, offer.cap) == (1000, 50_000) and audit.audit() == []


def test_refunds_asked_for_at_once_never_exceed_the_gift(newsroom):
    gift = begun()
    actions.apply_event(event_id=received(gift).id)
    keys = iter("abcd")

    def refund():
        call = actions.ask_refund(gift_id=gift.pk, amount=600, key=next(keys), asked_by="E")
        return actions.carry_out(call_id=call.pk).state

    answers = at_once(newsroom, refund)
    assert sum(isinstance(answer, Refused) for answer in answers) == MANY - 1
    assert current_meter().raised == 400 and audit.audit() == []


def test_a_bank_row_confirmed_by_two_editors_at_once_is_one_gift(newsroom, django_user_model):
    transfers.change_bank_account(holder="The Ferry Post", iban=IBAN, bic="", bank="")
    editor = django_user_model.objects.create_superuser("e@example.org")
    (row,) = bring(editor, (2500, "EUR", "x"))
    answers = at_once(newsroom, lambda: transfers.book_row(row_id=row.id, by=editor).pk)
    assert sum(isinstance(answer, Refused) for answer in answers) == MANY - 1
    assert Gift.objects.count() == 1 and current_meter().raised == 2500 and audit.audit() == []
