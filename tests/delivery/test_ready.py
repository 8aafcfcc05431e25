"""Ready pages: the clock of changes, what is kept and sent, and that nothing personal ever is."""

import asyncio
import os
import re
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import formatdate

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from pennypress.delivery.ready import changed, fades, not_kept, showing, shows
from pennypress.delivery.ready.changes import Changes, slot_of, started_at
from pennypress.delivery.ready.door import ReadyPages, may_be_kept
from pennypress.delivery.ready.pages import Page, codings_in
from pennypress.delivery.ready.sending import is_allowed
from pennypress.delivery.ready.showing import Shown, noting
from pennypress.delivery.ready.store import Disk, Memory, shrink_disk
from pennypress.delivery.ready.views import Ready
from tests.delivery.door import Door, run
from tests.factories import make_article, make_section

WORDS = b"<p>A ferry runs until midnight. " * 40


def page(body=WORDS, *, number=0, tags=("a",), status=200, fades_at=None, before=None):
    headers = [("content-type", "text/html"), ("cache-control", "no-cache")]
    slots = [slot_of(tag) for tag in tags]
    return Page.of(
        status=status, headers=headers, body=body, number=number, slots=slots, fades_at=fades_at, before=before
    )


# The clock


def test_a_page_is_current_until_one_of_its_tags_changes(tmp_path):
    ours, theirs = Changes(tmp_path), Changes(tmp_path)
    kept = page(number=ours.now, tags=("a", "b"))
    theirs.count([slot_of("c")])
    assert kept.is_current(ours.words, ours.now, 0)
    theirs.count([slot_of("b")])
    assert not kept.is_current(ours.words, ours.now, 0)
    assert page(number=ours.now, tags=("a", "b")).is_current(ours.words, ours.now, 0)


def test_what_a_killed_process_meant_to_change_is_counted_for_it(tmp_path):
    source = """
        import os, sys
        from pathlib import Path
        from pennypress.delivery.ready.changes import Changes, slot_of
        Changes(Path(sys.argv[1])).intend([slot_of("a")])
        os.kill(os.getpid(), 9)
    """
    ours = Changes(tmp_path)
    kept = page(number=ours.now)
    assert ours.sweep() == 0
    subprocess.run([sys.executable, "-c", textwrap.dedent(source), str(tmp_path)], check=False)
    assert kept.is_current(ours.words, ours.now, 0)
    assert ours.sweep() == 1
    assert not kept.is_current(ours.words, ours.now, 0)
    assert ours.sweep() == 0


def test_what_a_process_has_counted_itself_is_not_counted_again_when_it_ended_in_order(tmp_path):
    source = """
        import sys
        from pathlib import Path
        from pennypress.delivery.ready.changes import Changes, slot_of
        clock = Changes(Path(sys.argv[1]))
        clock.intend([slot_of("a")])
        clock.count([slot_of("a")])
        clock.leave()
    """
    ours = Changes(tmp_path)
    subprocess.run([sys.executable, "-c", textwrap.dedent(source), str(tmp_path)], check=True)
    kept = page(number=ours.now)
    assert ours.sweep() == 0 and kept.is_current(ours.words, ours.now, 0)


def test_a_living_process_is_not_taken_for_a_dead_one(tmp_path):
    ours, again = Changes(tmp_path), Changes(tmp_path)
    ours.intend([slot_of("a")])
    again.intend([slot_of("b")])
    assert again.sweep() == 0 and started_at(os.getpid()) > 0
    assert started_at(2**22 - 1) == 0


def test_after_a_power_cut_nothing_kept_is_believed(tmp_path, monkeypatch):
    before = Changes(tmp_path).epoch
    assert Changes(tmp_path).epoch == before
    monkeypatch.setattr("pennypress.delivery.ready.changes.boot_number", lambda: 7)
    assert Changes(tmp_path).epoch != before


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_change_counts_when_its_transaction_is_committed(tmp_path, monkeypatch):
    clock = Changes(tmp_path)
    monkeypatch.setattr("pennypress.delivery.ready.showing.shared_clock", lambda: clock)
    with transaction.atomic():
        changed("a")
        assert clock.now == 0
    assert clock.now == 1
    with pytest.raises(KeyError), transaction.atomic():
        changed("a")
        raise KeyError
    assert clock.now == 1


# The bytes


def test_the_coding_is_the_best_the_reader_takes():
    assert codings_in("gzip, deflate, br, zstd") == ("br", "zstd", "gzip")
    assert codings_in("gzip;q=1.0, br;q=0") == ("gzip",)
    assert codings_in("*") == ("br", "zstd", "gzip")
    assert codings_in("*;q=0") == codings_in("") == codings_in("deflate") == codings_in("br;q=x") == ()
    assert codings_in("x-gzip") == ("gzip",)
    kept = page()
    assert b"content-encoding: br\r\n" in kept.form_for("br").lines
    assert b"content-encoding" not in kept.form_for("identity;q=1").lines
    tags = {re.search(rb'etag: "(.+)"\r\n', kept.form_for(coding).lines)[1] for coding in ("br", "zstd", "gzip", "")}
    assert len(tags) == 4
    assert len(page(b"short").forms) == 1


def test_a_page_survives_the_disk_and_is_not_believed_when_torn(tmp_path):
    clock = Changes(tmp_path)
    disk, kept = Disk(tmp_path, clock), page(number=clock.now)
    disk.put("/", kept)
    found = disk.get("/")
    assert found is not None and found.bodies == kept.bodies and found.etags == kept.etags
    assert (found.number, found.slots, found.made_at, found.status) == (kept.number, kept.slots, kept.made_at, 200)
    data = kept.as_bytes(clock.epoch)
    assert Page.from_bytes(data[:-1], clock.epoch) is None
    assert Page.from_bytes(data, clock.epoch + 1) is None
    assert Page.from_bytes(b"", clock.epoch) is None
    assert Page.from_bytes(data[:60], clock.epoch) is None
    assert disk.get("/other") is None


def test_the_disk_is_bounded_and_what_is_new_stays(tmp_path):
    clock = Changes(tmp_path)
    disk = Disk(tmp_path, clock)
    for number in range(4):
        disk.put(f"/{number}", page(number=0))
        os.utime(disk._file(f"/{number}"), (number, number))
    size = disk._file("/0").stat().st_size
    assert shrink_disk(tmp_path, 2 * size + 50) == 2
    assert [disk.get(f"/{n}") is None for n in range(4)] == [True, True, False, False]
    disk.put("/new", page())
    assert shrink_disk(tmp_path, 0) == 2 and disk.get("/new") is not None


def test_pages_asked_for_once_push_out_none_that_readers_love():
    memory, loved = Memory(page().size * 8), page()
    memory.put("/loved", loved)
    assert memory.get("/loved") is loved
    for number in range(100):
        memory.put(f"/{number}", page())
    assert memory.get("/loved") is loved
    assert memory.size <= memory.bound and memory.size == sum(
        p.size for p in [*memory.newcomers.values(), *memory.settled.values()]
    )
    memory.forget("/loved")
    assert memory.get("/loved") is None


def test_a_page_that_comes_out_as_it_was_stays_as_old_as_it_was():
    with time_machine.travel(1000, tick=False) as clock:
        first = page().smaller()
        clock.shift(60)
        again = page(number=5, before=first)
        assert (again.made_at, again.small, again.number) == (first.made_at, True, 5)
        assert page(WORDS + b"!", before=first).made_at == first.made_at + 60
        assert page(status=404, before=first).digest != first.digest


# What may be kept


@pytest.mark.parametrize(
    ("status", "headers", "kept"),
    [
        (200, [], True), (404, [], True), (301, [("location", "/b/")], True), (302, [], False), (500, [], False),
        (200, [("set-cookie", "a=1")], False), (200, [("vary", "*")], False), (200, [("vary", "Cookie")], True),
        (200, [("cache-control", "Private")], False), (200, [("cache-control", "max-age=0, no-store")], False),
    ],
)  # fmt: skip
def test_what_says_it_is_one_readers_is_not_kept(status, headers, kept):
    assert may_be_kept(status, headers, Shown()) is kept


def test_words_of_a_query_that_mean_nothing_make_no_copies():
    rules = Ready(frozenset({"page", "order"}), frozenset({"p"}))
    assert rules.reduced("utm_source=x&fbclid=y") == ""
    assert rules.reduced("page=2&utm=x&order=best") == rules.reduced("order=best&page=1&page=2") == "order=best&page=2"
    assert rules.reduced("page=x&order=wildest") == ""
    assert rules.reduced("page=02") == rules.reduced("page=٣") == ""
    assert rules.reduced("p=12") is None
    assert rules.reduced("&".join("a=1" for _ in range(30))) is None
    assert rules.reduced("a=%ff") is None


def test_outside_of_a_rendering_nothing_is_noted():
    shows("a")
    fades(timezone.now())
    not_kept()
    with noting() as shown:
        shows("a", "b")
        fades(timezone.now() + timedelta(hours=2))
        fades(soon := timezone.now() + timedelta(hours=1))
        fades(timezone.now() + timedelta(hours=3))
    assert shown.tags == {"a", "b", "site"} and shown.fades_at == soon and shown.may_be_kept


# The door


class Slow:
    """A page that takes a moment to be rendered, and what it shows."""

    def __init__(self):
        self.words, self.renderings = "first", 0

    def __call__(self, address, query):
        import time

        self.renderings += 1
        shows("words")
        words = self.words
        time.sleep(0.05)
        return 200, [("content-type", "text/plain")], words.encode()


@pytest.fixture
def slow(tmp_path, monkeypatch):
    monkeypatch.setattr("pennypress.delivery.ready.door.ready_at", lambda address: Ready())
    render = Slow()

    def worker():
        clock = Changes(tmp_path)
        return ReadyPages(
            clock=clock, disk=Disk(tmp_path, clock), memory=Memory(10**6), render=render, threads=ThreadPoolExecutor(4)
        )

    render.worker = worker
    return render


def test_a_thousand_misses_at_once_are_one_rendering(slow):
    first, second = slow.worker(), slow.worker()

    async def ask():
        asked = [worker.page("/a", "") for worker in (first, second) for _ in range(500)]
        return await asyncio.gather(*asked)

    pages = run(ask())
    assert slow.renderings == 1 and {page.bodies["identity"] for page in pages} == {b"first"}


def test_who_asks_after_a_change_never_gets_what_was_before_it(slow):
    worker = slow.worker()

    async def ask():
        early = asyncio.ensure_future(worker.page("/a", ""))
        await asyncio.sleep(0.02)
        # The page is being rendered with the first words; a writer changes them and is answered.
        slow.words = "second"
        worker.clock.count([slot_of("words")])
        late = await worker.page("/a", "")
        return (await early).bodies["identity"], late.bodies["identity"]

    early, late = run(ask())
    assert late == b"second" and early in (b"first", b"second")
    assert slow.renderings == 2


def test_a_page_that_changes_all_the_time_keeps_nobody_waiting_for_ever(slow):
    worker = slow.worker()

    async def ask():
        async def change():
            while True:
                worker.clock.count([slot_of("words")])
                await asyncio.sleep(0.001)

        changing = asyncio.ensure_future(change())
        pages = await asyncio.wait_for(asyncio.gather(*(worker.page("/a", "") for _ in range(50))), 10)
        changing.cancel()
        return pages

    assert len(run(ask())) == 50
    assert slow.renderings <= 2


def test_a_page_fades_when_its_time_is_over(slow):
    worker = slow.worker()
    slow_call = worker.render

    def fading(address, query):
        fades(timezone.now() + timedelta(minutes=1))
        return slow_call(address, query)

    worker.render = fading
    run(worker.page("/a", ""))
    with time_machine.travel(timezone.now() + timedelta(seconds=50)):
        run(worker.page("/a", ""))
        assert slow.renderings == 1
    with time_machine.travel(timezone.now() + timedelta(seconds=70)):
        run(worker.page("/a", ""))
        assert slow.renderings == 2


@pytest.fixture
def folder(newsroom, tmp_path, settings):
    """Where this test's ready pages lie."""
    settings.DATA = tmp_path
    showing._clocks.clear()
    yield tmp_path / "ready"
    showing._clocks.clear()


@pytest.fixture
def door(folder):
    return Door(folder)


@pytest.fixture
def article(newsroom, folder):
    return make_article(make_section(newsroom), title="The ferry", slug="ferry")


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """What is done within is committed, as far as the test's own transaction lets it be."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_a_reader_with_the_page_is_told_so(door, article):
    first = door.get("/town/ferry/", accept_encoding="br, gzip")
    assert first.status == 200 and first.headers["content-encoding"] == "br"
    assert first.headers["vary"] == "accept-encoding" and first.headers["cache-control"] == "no-cache"
    etag = first.headers["etag"]
    for known in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        again = door.get("/town/ferry/", accept_encoding="br", if_none_match=known)
        assert (again.status, again.body) == (304, b"") and again.headers["etag"] == etag
    assert door.get("/town/ferry/", if_none_match='"x"').status == 200


def test_dates_are_given_when_they_can_tell_two_states_apart(door, article):
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        assert "last-modified" not in door.get("/town/ferry/").headers
        moment = clock.move_to
        today = formatdate(timezone.now().timestamp(), usegmt=True)
        assert door.get("/town/ferry/", if_modified_since=today).status == 200
        moment(timezone.now() + timedelta(seconds=1))
        assert door.get("/town/ferry/").headers["last-modified"] == today
        assert door.get("/town/ferry/", if_modified_since=today).status == 304
        earlier = formatdate(timezone.now().timestamp() - 60, usegmt=True)
        assert door.get("/town/ferry/", if_modified_since=earlier).status == 200
        assert door.get("/town/ferry/", if_modified_since="yesterday").status == 200
        # With both, the tag alone decides (RFC 9110, 13.2.2).
        assert door.get("/town/ferry/", if_modified_since=today, if_none_match='"x"').status == 200


def test_head_is_answered_from_the_same_page(door, article):
    """The connection leaves out its bytes, as those of any answer to HEAD (test_http.py)."""
    whole, head = door.get("/town/ferry/"), door.get("/town/ferry/", method="HEAD")
    assert head == whole and door.ready.renderings == 1


def test_one_copy_whatever_cookies_and_campaigns_come_along(door, article):
    door.get("/town/ferry/")
    assert door.ready.renderings == 1
    for query in ("utm_source=mail", "fbclid=1&gclid=2", "order=wildest", "after=forged"):
        assert door.get("/town/ferry/", query).status == 200
    for cookie in ("_ga=GA1.2.3", "consent=yes", "sessionid=forged", "pp_guest=forged"):
        assert door.get("/town/ferry/", cookie=cookie).status == 200
    assert door.get("/town/ferry/", range="bytes=0-9").status == 200
    assert door.get("/%74own/ferry/").status == 200
    assert door.ready.renderings == 1
    door.get("/town/ferry/", "order=best")
    assert door.ready.renderings == 2


def test_an_unknown_host_is_django_s_to_refuse(door, article, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    is_allowed.cache_clear()
    door.get("/town/ferry/")
    assert door.get("/town/ferry/", host="evil.example").status == 400


def test_an_address_that_is_not_there_costs_one_rendering(door, article):
    assert [door.get("/town/nothing/").status for _ in range(3)] == [404] * 3
    assert door.ready.renderings == 1
    assert door.get("/town/ferry").status == 301


def test_old_addresses_known_with_their_query_lead_on(door, article, committed):
    from wagtail.contrib.redirects.models import Redirect

    assert door.get("/old.php").status == 404
    with committed():
        Redirect.objects.create(old_path="/old.php?id=3", redirect_page=article)
        Redirect.objects.create(old_path="/moved", redirect_page=article)
    assert door.get("/old.php", "id=3").headers["location"] == "/town/ferry/"
    assert door.get("/old.php").status == 404
    assert [door.get("/moved").status for _ in range(2)] == [301, 301]


def test_a_page_made_private_is_gone_at_once_and_its_password_page_is_kept_by_nobody(folder, article, committed):
    from wagtail.models import PageViewRestriction

    first, second = Door(folder), Door(folder)
    assert first.get("/town/ferry/").status == second.get("/town/ferry/").status == 200
    with committed():
        secret = PageViewRestriction.objects.create(page=article, restriction_type="password", password="swordfish")
    for worker in (first, second):
        answer = worker.get("/town/ferry/")
        assert answer.status == 200 and "Password needed" in answer.text and "The bridge" not in answer.text
        assert "no-store" in answer.headers["cache-control"]
        assert worker.ready.memory.get("/town/ferry/") is None
    with committed():
        secret.delete()
    assert first.get("/town/ferry/").headers["cache-control"] == "no-cache"
    with committed():
        article.unpublish()
    assert first.get("/town/ferry/").status == second.get("/town/ferry/").status == 404


def test_a_restart_finds_its_pages_warm(folder, article, committed):
    before = Door(folder)
    first = before.get("/town/ferry/")
    after = Door(folder)
    assert after.get("/town/ferry/").body == first.body and after.ready.renderings == 0
    article.title = "The other ferry"
    with committed():
        article.save_revision().publish()
    again = Door(folder)
    assert "The other ferry" in again.get("/town/ferry/").text and again.ready.renderings == 1


def test_what_the_front_door_does_not_make_ready_is_django_s(door, article, client):
    for path in ("/support/", "/search/", "/accounts/login/", "/readyz"):
        assert door.get(path).status == 200 and "etag" not in door.get(path).headers
    assert door.ready.renderings == 0


def test_the_operator_can_have_every_page_made_anew(door, article, committed):
    door.get("/town/ferry/")
    with committed():
        call_command("forget_pages", verbosity=0)
    door.get("/town/ferry/")
    assert door.ready.renderings == 2


def test_a_full_disk_keeps_nobody_from_reading(slow, monkeypatch):
    worker = slow.worker()

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pennypress.delivery.ready.store.os.open", full)
    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    assert run(worker.page("/a", "")).bodies["identity"] == b"first"
    assert run(worker.page("/a", "")).bodies["identity"] == b"first" and slow.renderings == 1


def test_an_address_longer_than_any_of_ours_is_remembered_by_nobody(door):
    assert door.get("/" + "a" * 5000 + "/").status == 404
    assert not door.ready.memory.size and not door.ready.renderings


def test_cut_off_from_other_machines_nothing_kept_is_served(door, article):
    door.get("/town/ferry/")
    assert door.get("/town/ferry/").headers["etag"] and door.ready.renderings == 1
    door.ready.clock.let_go()
    assert "etag" not in door.get("/town/ferry/").headers
    door.ready.clock.hold_until(time.monotonic_ns() + 10**10)
    assert door.get("/town/ferry/").headers["etag"] and door.ready.renderings == 1
