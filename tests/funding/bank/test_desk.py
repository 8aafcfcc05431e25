"""The bank's desk and the supporter's page, asked as a browser asks them."""

import json
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pennypress.funding.actions import change_second_person_limit, transfers
from pennypress.funding.models import BankAccount, Gift, MonthTotal, Promise, SecondLook, StatementDraft, StatementRow
from pennypress.funding.providers.bank_transfer.references import shown
from tests.funding.bank.test_statements import GERMAN, camt, entry

DESK = "/admin/funding/bank/"


@pytest.fixture
def account(newsroom):
    return transfers.change_bank_account(holder="The Ferry Post", iban="DE89370400440532013000", bic="", bank="")


@pytest.fixture
def editor(account, client, django_user_model):
    user = django_user_model.objects.create_superuser(email="ada@example.org", password="x" * 16, name="Ada")
    client.force_login(user)
    return user


def give(client, amount="25", often="once"):
    answer = client.post(
        "/support/", {"often": often, "own": amount, "email": "ann@example.org", "key": "k", "way": "bank"}
    )
    assert answer.status_code == 302
    return answer.url


def send(client, data, name="statement.csv"):
    data = data.encode() if isinstance(data, str) else data
    return client.post(f"{DESK}statements/", {"file": SimpleUploadedFile(name, data)}, follow=True)


def test_a_reader_is_asked_how_to_pay_only_where_there_is_a_choice(newsroom, client):
    assert "Bank transfer" not in client.get("/support/").text
    transfers.change_bank_account(holder="The Ferry Post", iban="DE89370400440532013000", bic="", bank="")
    assert "Bank transfer" in client.get("/support/").text


def test_the_supporters_page_says_everything_and_looking_changes_nothing(account, client):
    address = give(client)
    promise = Promise.objects.get()
    for _ in range(2):
        page = client.get(address)
        assert page.status_code == 200 and "private" in page["Cache-Control"]
    assert shown(promise.reference) in page.text and "DE89 3704 0044 0532 0130 00" in page.text
    assert "data:image/svg+xml" in page.text and Promise.objects.count() == 1
    assert client.get(address[:-4] + "xx/").status_code == 404


@pytest.mark.parametrize(
    ("iban", "sentence"),
    [("DE89 3704 0044 0532 0130 01", "check digits"), ("x" * 40, "at most 34"), ("", "required")],
)
def test_a_wrong_account_is_not_saved(editor, client, iban, sentence):
    BankAccount.objects.all().delete()
    page = client.post(f"{DESK}account/", {"holder": "Paper", "iban": iban})
    assert sentence in page.text and not BankAccount.objects.exists()
    client.post(f"{DESK}account/", {"holder": "Paper", "iban": "gb29 nwbk 6016 1331 9268 19", "bic": "NWBKGB2L"})
    assert BankAccount.objects.get().iban == "GB29NWBK60161331926819"


def test_a_camt_statement_is_brought_in_confirmed_and_booked(editor, client):
    give(client)
    promise = Promise.objects.get()
    details = f"<TxDtls><RmtInf><Ustrd>{shown(promise.reference)}</Ustrd></RmtInf></TxDtls>"
    page = send(client, camt(entry(details=details)), "s.xml")
    assert "1 new row." in page.text
    assert f"The code {shown(promise.reference)} and the amount fit." in page.text
    row = StatementRow.objects.get()
    page = client.post(f"{DESK}rows/{row.id}/book/", {"gift": str(promise.gift_id)}, follow=True)
    assert "The gift was booked." in page.text and MonthTotal.objects.get().raised == 2500
    page = client.post(f"{DESK}rows/{row.id}/book/", {"gift": str(promise.gift_id)}, follow=True)
    assert "meanwhile" in page.text and MonthTotal.objects.get().raised == 2500


def test_a_table_asks_once_which_column_is_which(editor, client):
    page = send(client, GERMAN)
    draft = StatementDraft.objects.get()
    assert page.redirect_chain[-1][0] == f"{DESK}columns/{draft.id}/" and "Jörg Leser" in page.text
    guessed = page.context["form"].initial
    page = client.post(f"{DESK}columns/{draft.id}/", guessed, follow=True)
    assert "2 new rows." in page.text and not StatementDraft.objects.exists()
    # The same bank again: no question, and nothing twice.
    page = send(client, GERMAN + "05.11.2026;05.11.2026;Eva;Gabe;5,00;EUR\n")
    assert "1 new row." in page.text and "2 were here already." in page.text


@pytest.mark.parametrize("data", [b"", b"<a>", b"hello", b"\x00" * 100, b"a;b;c\n" + b"x;y;z\n"])
def test_a_file_that_is_no_statement_changes_nothing(editor, client, data):
    page = send(client, data)
    assert page.status_code == 200 and not StatementRow.objects.exists()
    # A table whose cells are nonsense asks for its columns, and then names the line.
    for draft in StatementDraft.objects.all():
        page = client.post(f"{DESK}columns/{draft.id}/", page.context["form"].initial)
        assert not StatementRow.objects.exists()


def test_all_sure_rows_are_booked_with_one_press(editor, client):
    for number in range(3):
        give_as(client, f"r{number}@example.org", 10 + number)
    promises = list(Promise.objects.order_by("promised_at"))
    entries = "".join(
        entry(
            f"{10 + n}.00",
            number=f"B{n}",
            details=f"<TxDtls><RmtInf><Ustrd>{p.reference}</Ustrd></RmtInf></TxDtls>",
        )
        for n, p in enumerate(promises)
    )
    send(client, camt(entries + entry("99.00", number="X")), "s.xml")
    page = client.post(f"{DESK}sure/", follow=True)
    assert "3 rows were booked." in page.text and MonthTotal.objects.get().raised == 3300
    assert StatementRow.objects.filter(state="open").count() == 1


def give_as(client, email, amount):
    answer = client.post(
        "/support/", {"often": "once", "own": str(amount), "email": email, "key": email, "way": "bank"}
    )
    assert answer.status_code == 302


def test_above_the_limit_the_desk_waits_for_another(editor, client, django_user_model):
    change_second_person_limit(above=100)
    form = {"amount": "50", "account": "cash", "date": "2026-11-02", "note": "fair", "key": "f1"}
    page = client.post("/admin/funding/gift/", form, follow=True)
    assert "A second person has to confirm it." in page.text and not Gift.objects.exists()
    look = SecondLook.objects.get()
    assert "fair" in client.get(DESK).text
    page = client.post(f"/admin/funding/looks/{look.id}/confirm/", follow=True)
    assert "asked for it yourself" in page.text and not Gift.objects.exists()
    client.force_login(django_user_model.objects.create_superuser(email="b@example.org", password="y" * 16))
    client.post(f"/admin/funding/looks/{look.id}/confirm/")
    assert Gift.objects.get().amount == 5000


def test_only_who_manages_money_may_come_in(account, client, django_user_model):
    writer = django_user_model.objects.create_user(email="w@example.org", password="x" * 16, is_staff=True)
    client.force_login(writer)
    for path in ("", "account/", "statements/", "sure/"):
        assert client.post(DESK + path).status_code in (302, 403)
    assert not StatementRow.objects.exists()


@pytest.fixture
def bank():
    """A bank that makes statements of its own, by somebody else's program."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mockbank", "--host", "127.0.0.1", "--port", str(port), "--db", ":memory:"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = Request(f"http://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json"}, method=method)
        with urlopen(request, timeout=10) as response:
            return response.read()

    try:
        for _ in range(100):
            try:
                ask("GET", "/_mock/health")
                break
            except (URLError, ConnectionError):
                time.sleep(0.1)
        yield ask
    finally:
        process.terminate()
        process.wait(10)


def test_the_statement_of_a_bank_we_have_not_written_is_read(editor, client, bank):
    give(client)
    promise = Promise.objects.get()
    credit = {
        "account": "ACME", "amount": 2500, "note": f"A gift for the Ferry Post from all of us here {shown(promise.reference)}",
        "debtor": {"name": "Ann Reader", "iban": "NL14MOCK0000000002"}, "wrap": 35,
    }  # fmt: skip
    bank("POST", "/_mock/credits", credit)
    bank("POST", "/_mock/advance?days=5")
    for message in json.loads(bank("GET", "/_mock/messages?type=camt.053")):
        send(client, message["body"], "bank.xml")
    assert StatementRow.objects.filter(amount=2500, name="Ann Reader").count() == 1
    page = client.post(f"{DESK}sure/", follow=True)
    assert "1 row was booked." in page.text and MonthTotal.objects.get().raised == 2500
