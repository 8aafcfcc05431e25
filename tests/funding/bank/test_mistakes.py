"""A row that was booked as the wrong thing is taken back: by an entry, with a reason, and by a second person where the limit says so."""

from datetime import UTC, datetime

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pennypress.funding import actions, audit
from pennypress.funding.actions import second_looks, transfers
from pennypress.funding.actions.unbooking import unbook_row
from pennypress.funding.addresses import card_address, thanks_address
from pennypress.funding.models import (
    Document,
    Entry,
    EntryKind,
    Gift,
    GiftState,
    MatchingOffer,
    Mistake,
    MonthTotal,
    Pledge,
    RowState,
    SecondLook,
    StatementRow,
    WallEntry,
)
from pennypress.funding.queries import current_meter
from pennypress.funding.rules import Refused
from pennypress.funding.words import Card, OnTheWall
from pennypress.notifications.models import Mail
from tests.funding.bank.test_transfers import account, bring, people, promised  # noqa: F401


def book(row, by, **what):
    gift = transfers.book_row(row_id=row.id, by=by, **what)
    row.refresh_from_db()
    return gift


def test_a_wrong_gift_counts_nothing_and_the_right_one_is_booked_from_the_same_row(account, people):  # noqa: F811
    ann, _code = promised(2500)
    ben, _other = promised(2500, email="ben@example.org")
    (row,) = bring(people[0], (2500, "EUR", ""))
    book(row, people[0], gift_id=ann.id)
    assert current_meter().raised == 2500
    unbook_row(row_id=row.id, by=people[1], why="It was Ben's money.")
    row.refresh_from_db()
    ann.refresh_from_db()
    assert (current_meter().raised, row.state, row.gift, ann.state) == (0, RowState.OPEN, None, GiftState.MISTAKEN)
    entry = Entry.objects.get(kind=EntryKind.MISTAKE)
    assert (entry.corrects.gift_id, entry.note) == (ann.id, "It was Ben's money.")
    assert (Mistake.objects.get().by, Mistake.objects.get().entry) == (people[1], entry)
    letter = Mail.objects.get(key=f"credit:{entry.id}")
    assert (
        letter.to == ann.email and "for money that was not yours" in letter.text and str(entry.document) in letter.text
    )
    assert "Goes back" not in letter.text and "Remains" not in letter.text and "on your account" not in letter.text
    book(row, people[0], gift_id=ben.id)
    total = MonthTotal.objects.get()
    assert (current_meter().raised, total.gifts, total.returned) == (2500, 1, 0) and audit.audit() == []


def test_what_was_promised_stands_again_with_its_code_its_amount_and_its_link(account, people, client):  # noqa: F811
    ann, code = promised(2500)
    row, theirs = bring(people[0], (2000, "EUR", "x"), (2500, "EUR", code.reference))
    book(row, people[0], gift_id=ann.id)
    unbook_row(row_id=row.id, by=people[0], why="w")
    again = Gift.objects.get(state=GiftState.INTENDED)
    code.refresh_from_db()
    assert (again.amount, again.email, again.instead_of_id, code.gift_id) == (2500, ann.email, ann.id, again.id)
    from pennypress.funding.addresses import mailed_transfer_address

    assert client.post(mailed_transfer_address(ann.id)).status_code == 302
    assert current_meter().promised == 2500 and b"25" in client.get(mailed_transfer_address(ann.id)).content
    book(theirs, people[0], gift_id=again.id)
    assert current_meter().raised == 2500 and audit.audit() == []


def test_the_card_and_the_name_go_along_and_the_card_is_mailed_once(account, people, client):  # noqa: F811
    words = {
        "wall": OnTheWall("Ann"), "card": Card("honour", "Grace", email="grace@example.org"),
    }  # fmt: skip
    ann = actions.start_gift(email="ann@example.org", amount=2500, key="k", provider="bank", **words)
    actions.open_payment(gift_id=ann.id)
    row, theirs = bring(people[0], (2000, "EUR", "x"), (2500, "EUR", ""))
    book(row, people[0], gift_id=ann.id)
    link = card_address(ann.id)
    assert link in Mail.objects.get(key__startswith="card:").text and client.get(link).status_code == 200
    unbook_row(row_id=row.id, by=people[0], why="w")
    assert client.get(link).status_code == 404
    again = Gift.objects.get(state=GiftState.INTENDED)
    book(theirs, people[0], gift_id=again.id)
    assert Mail.objects.filter(key__startswith="card:").count() == 1
    # Both links of before lead to what the gift has become.
    assert b"Grace" in client.get(link).content
    client.post(thanks_address(ann.id), {"do": "take-back"})
    assert not WallEntry.objects.exists() and audit.audit() == []


def test_a_pledges_first_gift_that_was_none_commits_nothing(account, people):  # noqa: F811
    gift, _code = promised(1000, interval="month")
    (row,) = bring(people[0], (1000, "EUR", ""))
    for _time in range(2):
        book(row, people[0], pledge_id=gift.pledge_id)
        assert Pledge.objects.get().active
        unbook_row(row_id=row.id, by=people[0], why="w")
        assert not Pledge.objects.get().active and current_meter().committed == 0
    assert Gift.objects.filter(state=GiftState.INTENDED).count() == 1 and audit.audit() == []


@pytest.mark.parametrize("back", [-2500, -1000])
def test_a_return_that_was_none_is_taken_back_and_can_be_booked_again(account, people, back):  # noqa: F811
    gift, _code = promised(2500)
    out, row = bring(people[0], (back, "EUR", ""), (2500, "EUR", ""))
    book(row, people[0], gift_id=gift.id)
    for time in range(2):
        transfers.book_return(row_id=out.id, by=people[0], gift_id=gift.id)
        assert current_meter().raised == 2500 + back
        with pytest.raises(Refused, match="given back"):
            unbook_row(row_id=row.id, by=people[0], why="w")
        unbook_row(row_id=out.id, by=people[0], why="It was the rent.")
        assert current_meter().raised == 2500
        letter = Mail.objects.filter(key__startswith="again:").order_by("id")[time]
        note = Document.objects.filter(kind="credit").order_by("number")[time]
        assert "did not go back to you" in letter.text and f"Instead of the credit note: {note}" in letter.text
    assert MonthTotal.objects.get().returned == 0 and audit.audit() == []


def test_what_is_not_booked_or_has_no_reason_is_refused(account, people):  # noqa: F811
    gift, _code = promised(2500)
    (row,) = bring(people[0], (2500, "EUR", ""))
    with pytest.raises(Refused, match="not booked"):
        unbook_row(row_id=row.id, by=people[0], why="w")
    book(row, people[0], gift_id=gift.id)
    with pytest.raises(Refused, match="say why"):
        unbook_row(row_id=row.id, by=people[0], why="  ")
    unbook_row(row_id=row.id, by=people[0], why="w")
    with pytest.raises(Refused, match="not booked"):
        unbook_row(row_id=row.id, by=people[0], why="w")
    assert Mistake.objects.count() == 1


def test_what_doubled_it_is_free_again(account, people):  # noqa: F811
    now = datetime(2026, 3, 5, 12, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        from datetime import timedelta

        from pennypress.lib.ids import uuid7

        actions.offer_matching(
            number=uuid7(), name="Guild", cap=5000, begins_at=now - timedelta(days=1), ends_at=now + timedelta(days=1),
            account="bank",
        )  # fmt: skip
        gift, _code = promised(2500)
        (row,) = bring(people[0], (2500, "EUR", ""))
        book(row, people[0], gift_id=gift.id)
        assert current_meter().raised == 5000
        unbook_row(row_id=row.id, by=people[0], why="w")
        assert current_meter().raised == 0 and MatchingOffer.objects.get().used == 0 and audit.audit() == []


def test_a_mistake_in_a_closed_month_is_a_dated_adjustment(account, people):  # noqa: F811
    with time_machine.travel(datetime(2026, 3, 5, 12, tzinfo=UTC), tick=False):
        gift, _code = promised(2500)
        StatementRow.objects.all().delete()
        rows = bring(people[0], (2500, "EUR", ""))
        StatementRow.objects.update(booked_on="2026-03-04")
        row = StatementRow.objects.get(pk=rows[0].pk)
        book(row, people[0], gift_id=gift.id)
    with time_machine.travel(datetime(2026, 4, 5, 12, tzinfo=UTC), tick=False):
        unbook_row(row_id=row.id, by=people[0], why="w")
        total = MonthTotal.objects.get(raised=2500)
        assert (total.raised, total.adjusted, total.gifts) == (2500, -2500, 1)
        assert Entry.objects.get(kind=EntryKind.MISTAKE).late and audit.audit() == []


@pytest.fixture
def desk(account, people, client):  # noqa: F811
    client.force_login(people[0])
    return client


def test_the_desk_takes_back_with_a_reason_and_says_who_did(desk, people):  # noqa: F811
    gift, _code = promised(2500)
    (row,) = bring(people[0], (2500, "EUR", ""))
    book(row, people[0], gift_id=gift.id)
    assert "This was a mistake" in desk.get("/admin/funding/bank/?show=booked").content.decode()
    desk.post(f"/admin/funding/bank/rows/{row.id}/unbook/", {"why": ""})
    assert current_meter().raised == 2500
    desk.post(f"/admin/funding/bank/rows/{row.id}/unbook/", {"why": "Another Ann"})
    assert current_meter().raised == 0
    assert "Another Ann" in desk.get("/admin/funding/bank/").content.decode()


def test_above_the_limit_a_second_person_takes_back(desk, people):  # noqa: F811
    gift, _code = promised(2500)
    (row,) = bring(people[0], (2500, "EUR", ""))
    book(row, people[0], gift_id=gift.id)
    actions.change_second_person_limit(above=1000)
    for _press in range(2):
        desk.post(f"/admin/funding/bank/rows/{row.id}/unbook/", {"why": "Another Ann"})
    look = SecondLook.objects.get()
    assert current_meter().raised == 2500
    assert "take back what was booked" in desk.get("/admin/funding/bank/").content.decode()
    with pytest.raises(Refused):
        second_looks.confirm(look_id=look.id, by=people[0])
    second_looks.confirm(look_id=look.id, by=people[1])
    assert current_meter().raised == 0 and Mistake.objects.get().by == people[0]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(["book", "new", "back", "undo"]), st.integers(0, 3)), max_size=14))
def test_whatever_is_booked_and_taken_back_the_books_are_what_is_booked_now(account, people, steps):  # noqa: F811
    from django.db import transaction

    with transaction.atomic():
        for amount in (2500, 900):
            promised(amount)
        rows = bring(people[0], (2500, "EUR", "a"), (900, "EUR", "b"), (-900, "EUR", "c"), (-400, "EUR", "d"))
        for step, which in steps:
            row = rows[which]
            given_to = list(Gift.objects.order_by("created_at", "id"))
            try:
                with transaction.atomic():
                    if step == "book":
                        transfers.book_row(row_id=row.id, by=people[0], gift_id=given_to[which % len(given_to)].id)
                    elif step == "new":
                        transfers.book_row(row_id=row.id, by=people[0])
                    elif step == "back":
                        transfers.book_return(row_id=row.id, by=people[0], gift_id=given_to[-1].id)
                    else:
                        unbook_row(row_id=row.id, by=people[0], why="w")
            except Refused:
                pass
        booked = StatementRow.objects.filter(state=RowState.BOOKED)
        assert current_meter().raised == sum(row.amount for row in booked)
        assert audit.audit() == []
        transaction.set_rollback(True)
