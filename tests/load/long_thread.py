"""Threads of 200, 10,000 and 100,000 comments: what their first and their hundredth page cost, in every order.

Run: `.venv/bin/python tests/load/long_thread.py`, and for PostgreSQL
`.venv/bin/python tests/postgresql.py /usr/lib/postgresql/15/bin .venv/bin/python tests/load/long_thread.py`.
Builds the threads in a throw-away database, casts votes between the pages, and prints queries, comments drawn, the best of TIMES
requests, and the ratio to the 200: of a first page to their first, of a hundredth to their second, which follows a cursor as well and
is as full (the newest roots of all have few answers yet). Ends with 1 when a page takes other queries or more than 1.5 times as long.
The best and not the median, since the machine may be busy with something else.
"""

import os
import random
import re
import sys
import tempfile
import time
from html import unescape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
FOLDER = tempfile.TemporaryDirectory()
os.environ["PENNYPRESS_DATA"] = FOLDER.name
os.environ["DJANGO_SETTINGS_MODULE"] = "pennypress.config.settings"
SIZES, TIMES, HUNDREDTH = (200, 10_000, 100_000), 40, 100
VOTES = 300
ALLOWED = 1.5


def main() -> int:
    from pennypress.ops.data import DataDirectory

    DataDirectory(Path(FOLDER.name)).make_usable()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from pennypress.discussion import actions
    from pennypress.discussion.cursors import ORDERS
    from pennypress.discussion.models import Comment
    from pennypress.newsroom.actions import entered, found_newsroom
    from pennypress.ops import fresh
    from pennypress.publishing.actions import prepare_site
    from pennypress.readers.identity import Identity
    from tests.factories import make_article, make_section
    from tests.load.threads import build

    fresh.load_if_new()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    site = prepare_site(title="Load")
    room = found_newsroom(site=site, name="Load", language="en", time_zone="UTC", currency="EUR")
    chance = random.Random(7)
    client = Client(headers={"host": "127.0.0.1"})
    threads = {}
    with entered(room):
        section = make_section(room)
        for number in SIZES:
            article = make_article(section, title=f"{number} comments")
            with transaction.atomic():
                build(article.pk, number, chance)
            threads[number] = article.pk
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    # On SQLite all the work is this process's own, and its clock does not count what others do on the machine.
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    pages: list[tuple[str, int, int, str]] = []
    for order in ORDERS:
        for number, page_id in threads.items():
            address = f"/discussion/pages/{page_id}/?order={order}&fragment=1"
            pages.append((order, number, 1, address))
            last = 2 if number == SIZES[0] else HUNDREDTH
            roots = list(
                Comment.objects.filter(thread__page_id=page_id, depth=0).order_by(f"-{ORDERS[order].field}")[:3000]
            )
            for step in range(2, last + 1):
                found = re.search(r'load-more" href="([^"]+)"', client.get(address).content.decode())
                assert found, f"{number} comments have no page {step}"
                address = unescape(found[1]) + "&fragment=1"
                for voted in chance.sample(roots, VOTES // HUNDREDTH):
                    actions.vote(comment_id=voted.pk, identity=Identity(f"guest:{step}", None, "", False), value=1)
            pages.append((order, number, last, address))
    counts, drawn, best = {}, {}, dict.fromkeys(pages, float("inf"))
    for page in pages:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page[-1])
        assert answer.status_code == 200
        counts[page], drawn[page] = len(queries), answer.content.count(b"data-id=")
    # In turns, so that a busy moment of the machine is everybody's.
    for _ in range(TIMES):
        for page in pages:
            begun = clock()
            client.get(page[-1])
            best[page] = min(best[page], (clock() - begun) * 1000)
    failed = False
    print(f"{connection.vendor}, best of {TIMES} requests in turns")
    for page in pages:
        order, number, step, _address = page
        base = next(one for one in pages if one[:3] == (order, SIZES[0], min(step, 2)))
        ratio = best[page] / best[base]
        bad = counts[page] != counts[base] or ratio > ALLOWED
        failed |= bad
        print(
            f"{order:8} {number:>7} comments, page {step:>3}: {counts[page]} queries {drawn[page]:4} comments"
            f" {best[page]:7.1f} ms  × {ratio:.2f}{'  TOO MUCH' if bad else ''}"
        )
    return int(failed)


if __name__ == "__main__":
    code = main()
    FOLDER.cleanup()
    sys.exit(code)
