"""What pages share is read again exactly when it would come out as something else."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from pennypress.delivery.ready import changed, fades, kept, not_kept, showing, shows
from pennypress.delivery.ready.changes import Changes, slot_of
from pennypress.delivery.ready.kept import forget
from pennypress.funding.ledger import METER
from pennypress.funding.models import Tier
from pennypress.funding.queries import current_meter


@pytest.fixture(autouse=True)
def own_clock(tmp_path, settings):
    settings.DATA = tmp_path
    showing._clocks.clear()
    forget()
    yield showing.shared_clock()
    showing._clocks.clear()
    forget()


class Words:
    """A value in a database of one row, and how often it was read."""

    def __init__(self):
        self.now, self.readings, self.soon = "first", 0, None

    def read(self):
        self.readings += 1
        shows("more words")
        if self.soon:
            fades(self.soon)
        return self.now

    def get(self, key=1):
        return kept(("words",), key, self.read)


def test_it_is_read_once_until_a_tag_of_it_changes(own_clock):
    words = Words()
    assert [words.get(), words.get()] == ["first", "first"] and words.readings == 1
    own_clock.count([slot_of("other words")])
    assert words.get() == "first" and words.readings == 1
    # Those given, those found while it was read, and what every page shows.
    for number, tag in enumerate(("words", "more words", "site"), start=2):
        words.now = tag
        own_clock.count([slot_of(tag)])
        assert [words.get(), words.get()] == [tag, tag] and words.readings == number


def test_another_process_says_so_too(own_clock, tmp_path):
    words, other = Words(), Changes(tmp_path / "ready")
    words.get()
    words.now = "second"
    other.count([slot_of("words")])
    assert words.get() == "second"


def test_a_change_while_it_is_read_is_not_missed(own_clock):
    words = Words()

    def read_and_be_overtaken():
        found = words.read()
        words.now = "second"
        own_clock.count([slot_of("words")])
        return found

    assert kept(("words",), 1, read_and_be_overtaken) == "first"
    assert words.get() == "second"


def test_it_is_read_again_when_it_fades_for_another_key_and_when_nothing_is_believed(own_clock):
    words = Words()
    with time_machine.travel("2026-11-29T12:00:00Z", tick=False) as clock:
        words.soon = timezone.now() + timedelta(minutes=1)
        words.get()
        clock.shift(59)
        words.get()
        assert words.readings == 1
        clock.shift(2)
        words.soon = None
        words.get()
        assert words.readings == 2
    words.get(key=2)
    assert words.readings == 3
    own_clock.begin_epoch()
    words.get(key=2)
    assert words.readings == 4
    # Cut off from the other machines.
    own_clock.let_go()
    words.get(key=2)
    words.get(key=2)
    assert words.readings == 6


def test_a_page_it_is_shown_on_has_its_tags_and_its_end(own_clock):
    words = Words()
    words.soon = timezone.now() + timedelta(hours=1)
    for _time in range(2):
        with showing.noting() as shown:
            words.get()
        assert shown.tags == {"words", "more words", "site"} and shown.fades_at == words.soon
    assert words.readings == 1


def test_what_is_good_for_one_answer_only_is_not_kept(own_clock):
    words = Words()

    def read_for_one():
        not_kept()
        return words.read()

    for number in (1, 2):
        with showing.noting() as shown:
            kept(("words",), 1, read_for_one)
        assert words.readings == number and not shown.may_be_kept


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_meter_is_kept_until_it_moves_and_a_transaction_sees_its_own(newsroom, django_assert_num_queries):
    def plan_tier(amount):
        Tier.objects.create(amount=amount, title="Paper")
        changed(METER)

    assert current_meter().top == 1
    with django_assert_num_queries(0):
        current_meter()
    with transaction.atomic():
        plan_tier(500)
        assert current_meter().top == 500
        transaction.set_rollback(True)
    assert current_meter().top == 1
    with transaction.atomic():
        plan_tier(700)
    assert current_meter().top == 700
    with django_assert_num_queries(0):
        current_meter()
