"""From a promise to the books: codes, proposals, what an editor confirms, what comes back, and the second person."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pennypress.funding import actions, ledger
from pennypress.funding.actions import second_looks, transfers
from pennypress.funding.addresses import transfer_address
from pennypress.funding.bank_queries import open_rows
from pennypress.funding.models import (
    Entry,
    Gift,
    GiftState,
    MonthTotal,
    Pledge,
    Promise,
    RowState,
    SecondLook,
    StatementDraft,
    StatementRow,
)
from pennypress.funding.providers.bank_transfer.references import shown
from pennypress.funding.providers.bank_transfer.statements.rows import Row, keyed
from pennypress.funding.queries import current_meter
from pennypress.funding.rules import Refused
from pennypress.notifications.models import Mail

IBAN = "DE89370400440532013000"


@pytest.fixture
def account(newsroom):
    return transfers.change_bank_account(holder="The Ferry Post", iban=IBAN, bic="COBADEFFXXX", bank="")


@pytest.fixture
def people(newsroom, django_user_model):
    return [
        django_user_model.objects.create_superuser(email=f"{name}@example.org", password="x" * 16, name=name)
        for name in ("ada", "ben")
    ]


def promised(amount=2500, interval="", email="ann@example.org"):
    gift = actions.start_gift(
        email=email, amount=amount, key=f"k{amount}{interval}{email}", provider="bank", interval=interval
    )
    actions.open_payment(gift_id=gift.id)
    gift.refresh_from_db()
    return gift, Promise.objects.get(**({"pledge": gift.pledge} if interval else {"gift": gift}))


def bring(by, *rows):
    made = [
        Row(booked_on=date.today(), amount=a, currency=c, name="Ann", purpose=p, returned=a < 0) for a, c, p in rows
    ]
    transfers.bring_in_statement(file_name="s.xml", rows=keyed(made), by=by)
    return list(StatementRow.objects.filter(state=RowState.OPEN).order_by("amount"))


def test_a_promise_has_one_code_and_one_mail_and_counts_nothing(account):
    gift, promise = promised()
    actions.open_payment(gift_id=gift.id)
    assert gift.state == GiftState.INTENDED and Promise.objects.count() == 1
    mail = Mail.objects.get(key=f"transfer:{promise.id}")
    assert shown(promise.reference) in mail.text and IBAN in mail.text and "25.00" in mail.text
    assert not Entry.objects.exists()


def test_only_the_link_in_the_mail_makes_it_a_promise_that_the_meter_shows(account, client):
    gift, promise = promised()
    assert current_meter().promised == 0
    address = re.search(r"http\S+/support/transfers/mailed/\S+", Mail.objects.get(key=f"transfer:{promise.id}").text)[0]
    path = address.partition("//")[2].partition("/")[2]
    # The page after the form has another address, from which nothing can be promised.
    assert client.post(transfer_address(gift.id)).status_code == 200
    assert client.get(f"/{path}").status_code == 200
    gift.refresh_from_db()
    assert gift.state == GiftState.INTENDED
    for _ in range(2):
        client.post(f"/{path}")
        assert current_meter().promised == 2500
    assert client.post(f"/{path.replace('mailed/', '')}").status_code == 404


def test_code_and_amount_propose_the_gift_and_confirming_books_it_once(account, people):
    gift, promise = promised()
    (row,) = bring(people[0], (2500, "EUR", f"thanks {shown(promise.reference).lower()}"))
    (item,) = open_rows("").items
    assert item.proposals[0].gift == gift and item.proposals[0].sure
    transfers.book_row(row_id=row.id, by=people[0], gift_id=gift.id)
    gift.refresh_from_db()
    assert (gift.state, gift.account, gift.amount) == (GiftState.CAPTURED, "bank", 2500)
    assert MonthTotal.objects.get().raised == 2500 and Mail.objects.filter(key=f"receipt:{gift.id}").exists()
    with pytest.raises(Refused, match="meanwhile"):
        transfers.book_row(row_id=row.id, by=people[1], gift_id=gift.id)
    assert ledger.check() == []


def test_what_came_counts_where_another_amount_was_promised(account, people):
    gift, promise = promised(2500)
    (row,) = bring(people[0], (3000, "EUR", promise.reference))
    proposal = open_rows("").items[0].proposals[0]
    assert proposal.gift == gift and not proposal.sure and "€25.00" in proposal.why
    transfers.book_row(row_id=row.id, by=people[0], gift_id=gift.id)
    assert MonthTotal.objects.get().raised == 3000


def test_without_a_code_the_amount_proposes_and_never_surely(account, people):
    gift, _promise = promised()
    bring(people[0], (2500, "EUR", "for the paper"), (700, "EUR", "rent back"))
    proposals = {item.row.amount: item.proposals for item in open_rows("").items}
    assert [p.gift for p in proposals[2500]] == [gift] and not proposals[2500][0].sure and proposals[700] == []


def test_a_standing_order_brings_a_gift_each_time_under_one_code(account, people):
    gift, promise = promised(1000, "month")
    assert promise.pledge == gift.pledge
    for number in (1, 2):
        (row,) = bring(people[0], (1000, "EUR", f"{promise.reference} no {number}"))
        assert open_rows("").items[0].proposals[0].pledge == gift.pledge
        transfers.book_row(row_id=row.id, by=people[0], pledge_id=gift.pledge_id)
    gifts = Gift.objects.filter(pledge=gift.pledge)
    assert [g.state for g in gifts] == ["captured", "captured"] and Pledge.objects.get().active
    assert MonthTotal.objects.get().raised == 2000


def test_money_nobody_promised_becomes_a_gift_or_is_set_aside(account, people):
    small, large = bring(people[0], (500, "EUR", "cheers"), (9000, "EUR", "grant of the council"))
    transfers.book_row(row_id=small.id, by=people[0], email="new@example.org")
    transfers.set_row_aside(row_id=large.id, by=people[0], note="not a gift")
    assert MonthTotal.objects.get().raised == 500 and Mail.objects.filter(to="new@example.org").exists()
    transfers.take_row_up_again(row_id=large.id)
    large.refresh_from_db()
    assert large.state == RowState.OPEN and large.decided_by is None
    transfers.take_row_up_again(row_id=small.id)
    small.refresh_from_db()
    assert small.state == RowState.BOOKED


@pytest.mark.parametrize(("back", "raised"), [(2500, 0), (1000, 1500)])
def test_a_payment_that_comes_back_lowers_the_month(account, people, back, raised):
    gift, promise = promised()
    (row,) = bring(people[0], (2500, "EUR", promise.reference))
    transfers.book_row(row_id=row.id, by=people[0], gift_id=gift.id)
    (row,) = bring(people[0], (-back, "EUR", f"RETURN {promise.reference}"))
    transfers.book_return(row_id=row.id, by=people[0], gift_id=gift.id)
    assert MonthTotal.objects.get().raised == raised and ledger.check() == []
    assert StatementRow.objects.filter(state=RowState.OPEN).count() == 0


def test_more_than_was_given_cannot_come_back(account, people):
    gift, promise = promised()
    (row,) = bring(people[0], (2500, "EUR", promise.reference))
    transfers.book_row(row_id=row.id, by=people[0], gift_id=gift.id)
    (row,) = bring(people[0], (-2600, "EUR", promise.reference))
    with pytest.raises(Refused):
        transfers.book_return(row_id=row.id, by=people[0], gift_id=gift.id)
    row.refresh_from_db()
    assert row.state == RowState.OPEN and MonthTotal.objects.get().raised == 2500


def test_rows_of_another_currency_or_that_went_out_are_no_gifts(account, people):
    out, dollars = bring(people[0], (-500, "EUR", "power"), (600, "USD", "gift"))
    for row in (out, dollars):
        with pytest.raises(Refused):
            transfers.book_row(row_id=row.id, by=people[0])
    assert not Gift.objects.exists()


def test_the_same_statement_twice_brings_nothing_new(account, people):
    rows = keyed([Row(booked_on=date.today(), amount=500, currency="EUR", name="A", purpose="p")] * 2)
    first = transfers.bring_in_statement(file_name="a", rows=rows, by=people[0])
    again = transfers.bring_in_statement(file_name="a", rows=rows, by=people[0])
    assert (first.new_rows, again.new_rows, again.known_rows) == (2, 0, 2)


def test_above_the_limit_a_second_person_books_it(account, people):
    ada, ben = people
    actions.change_second_person_limit(above=10_000)
    gift, promise = promised(20_000)
    (row,) = bring(ada, (20_000, "EUR", promise.reference))
    wish = {"row_id": str(row.id), "gift_id": str(gift.id)}
    ask = {"deed": second_looks.TRANSFER, "wish": wish, "amount": 20_000, "currency": "EUR", "key": "r", "by": ada}
    look = second_looks.do_or_ask(**ask)
    assert look is not None and second_looks.do_or_ask(**ask) == look
    assert not Entry.objects.exists()
    with pytest.raises(Refused, match="second person"):
        second_looks.confirm(look_id=look.id, by=ada)
    second_looks.confirm(look_id=look.id, by=ben)
    assert MonthTotal.objects.get().raised == 20_000
    with pytest.raises(Refused, match="meanwhile"):
        second_looks.confirm(look_id=look.id, by=ben)


def test_what_a_second_person_refuses_is_never_booked(account, people):
    ada, ben = people
    actions.change_second_person_limit(above=0)
    wish = {
        "amount": 500, "account": "cash", "note": "", "email": "", "receipt": False, "key": "by-hand:1",
        "happened_at": timezone.now().isoformat(),
    }  # fmt: skip
    look = second_looks.do_or_ask(deed="gift-by-hand", wish=wish, amount=500, currency="EUR", key="1", by=ada)
    second_looks.refuse(look_id=look.id, by=ben)
    with pytest.raises(Refused):
        second_looks.confirm(look_id=look.id, by=ben)
    assert not Gift.objects.exists()


def test_the_database_itself_wants_another_person(newsroom, people):
    with pytest.raises(IntegrityError), transaction.atomic():
        SecondLook.objects.create(
            key="x", deed="transfer", wish={}, amount=1, currency="EUR", asked_by=people[0], decided_by=people[0]
        )


@pytest.mark.parametrize("number", [1, 3, 60])
def test_the_desk_asks_the_same_few_queries_however_many_rows(account, people, django_assert_num_queries, number):
    for place in range(number):
        _gift, promise = promised(1000 + place, email=f"r{place}@example.org")
        bring(people[0], (1000 + place, "EUR", promise.reference))
    with django_assert_num_queries(4):
        page = open_rows("")
    assert len(page.items) == min(number, 50) and all(item.proposals for item in page.items)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(100, 9999), st.sampled_from(["book", "back", "aside", "new"])), max_size=6))
def test_whatever_an_editor_decides_the_books_are_what_came_less_what_went_back(account, people, steps):
    with transaction.atomic():
        expected = 0
        for place, (amount, step) in enumerate(steps):
            gift, promise = promised(amount, email=f"r{place}@example.org")
            row = bring(people[0], (amount, "EUR", f"{promise.reference} {place}"))[0]
            if step == "aside":
                transfers.set_row_aside(row_id=row.id, by=people[0])
                continue
            booked = transfers.book_row(row_id=row.id, by=people[0], gift_id=None if step == "new" else gift.id)
            expected += amount
            if step == "back":
                (back,) = bring(people[0], (-amount // 2, "EUR", f"{promise.reference} back {place}"))
                transfers.book_return(row_id=back.id, by=people[0], gift_id=booked.id)
                expected -= -(-amount // 2)
        total = MonthTotal.objects.first()
        assert (total.raised if total else 0) == expected and ledger.check() == []
        transaction.set_rollback(True)


def test_a_promise_of_long_ago_is_still_found(account, people):
    gift, promise = promised()
    Gift.objects.filter(pk=gift.pk).update(created_at=timezone.now() - timedelta(days=300))
    bring(people[0], (2500, "EUR", promise.reference))
    assert open_rows("").items[0].proposals[0].sure


def test_a_table_nobody_named_the_columns_of_is_forgotten_after_a_day(newsroom):
    old = StatementDraft.objects.create(file_name="a", data=b"a", brought_at=timezone.now() - timedelta(days=2))
    new = StatementDraft.objects.create(file_name="b", data=b"b")
    assert transfers.forget_statement_drafts() == 1
    assert list(StatementDraft.objects.all()) == [new] and old.pk != new.pk
