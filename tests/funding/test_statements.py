"""A year on paper: what it lists, that it is an accessible PDF, that nothing is fetched for it, and who may have it."""

import builtins
import re
import zlib
from datetime import UTC, datetime

import pytest
import time_machine
from django.utils import translation

from pennypress.funding import booking, statements
from pennypress.funding.addresses import supporter_address
from pennypress.funding.models import Cancellation, Gift, Lapse, Pledge
from pennypress.funding.rules import STATEMENTS_PER_NETWORK
from pennypress.funding.statements import statement_of, years_of
from pennypress.lib.pdf import NoPdf, pdf_of

MAY = datetime(2026, 5, 3, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_june(newsroom):
    with time_machine.travel(datetime(2026, 6, 10, 12, tzinfo=UTC), tick=False):
        yield


def give(key="a", amount=1000, at=MAY, email="Ada@example.org", currency="EUR", back=0):
    gift = Gift.objects.create(key=key, amount=amount, currency=currency, provider="any", email=email)
    booking.book_capture(gift=gift, amount=amount, happened_at=at)
    if back:
        booking.book_refund(gift=gift, key="r", amount=back, happened_at=at)
    gift.refresh_from_db()
    return gift


def text_in(pdf):
    """The pages' streams, unpacked; text itself is in glyphs, so only what is beside it can be read."""
    found = b""
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            found += zlib.decompress(stream)
        except zlib.error:
            found += stream
    return pdf + found


def test_the_sums_are_of_all_also_where_not_all_are_listed(client, monkeypatch):
    gifts = [give(str(number), 100 * number) for number in range(1, 6)]
    monkeypatch.setattr(statements, "LONGEST", 3)
    found = statement_of(["ada@example.org"], 2026)
    assert (len(found.documents), found.left_out, found.sums[0].given) == (3, 2, 1500)
    page = client.get(f"{supporter_address(gifts[0].id)}2026/").content.decode()
    assert "2 more are not listed here; the sums are of all." in page and "€15.00" in page


def test_it_lists_what_came_and_what_went_back_each_in_its_currency_and_year():
    give("a", 1000, back=300)
    give("b", 500, email="ada@EXAMPLE.org")
    give("c", 700, at=MAY.replace(year=2025))
    give("d", 900, email="eve@example.org")
    give("e", 5000, currency="JPY")
    found = statement_of(["ada@example.org"], 2026)
    assert [(one.currency, one.given, one.back, one.kept) for one in found.sums] == [
        ("EUR", 1500, 300, 1200), ("JPY", 5000, 0, 5000),
    ]  # fmt: skip
    assert [str(one) for one in found.documents] == ["2026-C00001", "2026-00001", "2026-00002", "2026-00004"]
    assert years_of(["ada@example.org"]) == [2026, 2025] and statement_of(["ada@example.org"], 2024) is None


def test_the_page_and_the_pdf_are_had_by_the_link_and_by_nobody_else(client):
    gift = give(back=300)
    address = f"{supporter_address(gift.id)}2026/"
    assert address.removeprefix(supporter_address(gift.id)) in client.get(supporter_address(gift.id)).content.decode()
    page = client.get(address).content.decode()
    assert "€10.00" in page and "−€3.00" in page and "€7.00" in page and "not over" in page
    answer = client.get(address + "?pdf=1")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert "no-store" in answer["Cache-Control"] or "private" in answer["Cache-Control"]
    assert client.get(f"{supporter_address(gift.id)}2020/").status_code == 404
    assert client.get(address.replace("/2026/", "x/2026/")).status_code == 404
    with time_machine.travel(datetime(2026, 6, 12, tzinfo=UTC)):
        assert client.get(address).status_code == 410


def test_the_pdf_says_its_language_and_title_and_is_tagged(client, newsroom):
    gift = give()
    pdf = text_in(client.get(f"{supporter_address(gift.id)}2026/?pdf=1").content)
    for mark in (b"/Lang", b"/MarkInfo", b"/StructTreeRoot", b"/TH", b"/Caption", b"pdfuaid:part"):
        assert mark in pdf, mark
    assert b"your gifts in 2026" in pdf


def test_it_speaks_the_sites_language():
    give(amount=123_456)
    from django.template.loader import render_to_string

    with translation.override("de"):
        found = statement_of(["ada@example.org"], 2026)
        text = render_to_string("funding/statement_print.html", {"statement": found, "title": "T"})
    assert 'lang="de"' in text and "1.234,56\xa0€" in text and "3. Mai 2026" in text
    with translation.override("ar"):
        assert 'dir="rtl"' in render_to_string("funding/statement_print.html", {"statement": found, "title": "T"})


def test_nothing_is_fetched_for_it(monkeypatch):
    asked = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda self, *a, **k: asked.append(a))
    for html in (
        '<img src="http://127.0.0.1:9/x">',
        '<img src="file:///etc/passwd">',
        '<link rel=stylesheet href="x">',
    ):
        page = f"<!doctype html><html lang=en><title>T</title>{html}<p>x"
        assert pdf_of(page, "").startswith(b"%PDF")
    assert asked == []


def test_without_the_libraries_the_page_says_so_and_can_be_printed(client, monkeypatch):
    gift, real = give(), builtins.__import__

    def without(name, *arguments, **more):
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(NoPdf, match="docs/operate.md"):
        pdf_of("<p>x", "")
    answer = client.get(f"{supporter_address(gift.id)}2026/?pdf=1")
    assert (
        answer.status_code == 503
        and "can be printed" in answer.content.decode()
        and "€10.00" in answer.content.decode()
    )


def test_pdfs_are_limited_by_network(client, monkeypatch):
    gift = give()
    monkeypatch.setattr("pennypress.funding.statement_views.pdf_of", lambda html, css: b"%PDF")
    for _ in range(STATEMENTS_PER_NETWORK.count):
        assert client.get(f"{supporter_address(gift.id)}2026/?pdf=1").status_code == 200
    assert client.get(f"{supporter_address(gift.id)}2026/?pdf=1").status_code == 429


@pytest.fixture
def desk(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    return client


def test_the_desk_makes_one_for_a_supporter(desk):
    give()
    page = desk.get("/admin/funding/supporters/", {"email": "ada@example.org", "year": "2026"}).content.decode()
    assert "€10.00" in page and "email=ada%40example.org" in page
    pdf = desk.get("/admin/funding/supporters/", {"email": "ada@example.org", "year": "2026", "pdf": "1"})
    assert pdf.content.startswith(b"%PDF")
    nothing = desk.get("/admin/funding/supporters/", {"email": "no@example.org", "year": "2026"})
    assert nothing.status_code == 422 and "Nothing came" in nothing.content.decode()


@pytest.mark.parametrize("many", [1, 3, 40])
def test_the_desk_shows_what_letters_brought_and_why_gifts_ended_at_the_same_cost(
    desk, many, django_assert_max_num_queries
):
    for number in range(many):
        fields = {"email": f"r{number}@example.org", "amount": 1000, "currency": "EUR", "provider": "any"}
        pledge = Pledge.objects.create(**fields)
        gift = give(f"g{number}", back=400)
        Lapse.objects.create(pledge=pledge, began_at=MAY.replace(month=4), ended_at=MAY, gift=gift)
        Cancellation.objects.create(pledge=pledge, by="supporter", cancelled_at=MAY, reason="Moved away")
    desk.get("/admin/funding/supporters/")
    with django_assert_max_num_queries(25):
        page = desk.get("/admin/funding/supporters/").content.decode()
    row = re.search(r"<th scope=\"row\">May 2026</th>(.*?)</tr>", page)[1]
    cells = re.findall("<td>(.*?)</td>", row)
    assert cells == ["0", f"{many}, €{6 * many}", str(many), "0", "0"]
    assert page.count("Moved away") == many
