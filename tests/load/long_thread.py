"""Threads of 10, 300 and 10,000 comments: queries and time of their pages. Run: `.venv/bin/python tests/load/long_thread.py`.

Builds them in a throw-away SQLite database; prints the number of queries and the median time of 15 requests each.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
FOLDER = tempfile.TemporaryDirectory()
os.environ["PENNYPRESS_DATA"] = FOLDER.name
os.environ["DJANGO_SETTINGS_MODULE"] = "pennypress.config.settings"
SIZES, TIMES = (10, 300, 10_000), 15


def main() -> None:
    from pennypress.ops.data import DataDirectory

    DataDirectory(Path(FOLDER.name)).make_usable()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from pennypress.discussion.actions import import_comment
    from pennypress.discussion.models import Comment
    from pennypress.newsroom.actions import entered, found_newsroom
    from pennypress.ops import fresh
    from pennypress.publishing.actions import prepare_site
    from tests.factories import make_article, make_section

    fresh.load_if_new()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    site = prepare_site(title="Load")
    room = found_newsroom(site=site, name="Load", language="en", time_zone="UTC", currency="EUR")
    chance = random.Random(7)
    rows = []
    with entered(room):
        section = make_section(room)
        for number in SIZES:
            article = make_article(section, title=f"{number} comments")
            said = []
            with transaction.atomic():
                for n in range(number):
                    parent = None if not said or chance.random() < 0.4 else chance.choice(said[-50:])
                    comment, _new = import_comment(
                        page_id=article.pk, external_key=str(n), name=f"Reader {n}", created_at=timezone.now(),
                        text="A comment of an ordinary length, with a reason in it.", parent=parent,
                        up=int(chance.paretovariate(1.1)) - 1,
                    )  # fmt: skip
                    said.append(comment)
            deep = Comment.objects.filter(thread__page_id=article.pk).order_by("-depth")[0]
            thread = f"/discussion/pages/{article.pk}/"
            pages = {
                "article": article.get_url(),
                **{order: f"{thread}?order={order}" for order in ("newest", "oldest", "votes", "best")},
                "all": f"{thread}?all=1",
                "deepest": f"/discussion/comments/{deep.pk}/",
            }
            client = Client(headers={"host": "127.0.0.1"})
            for name, address in pages.items():
                assert client.get(address).status_code == 200, address
                with CaptureQueriesContext(connection) as queries:
                    client.get(address)
                # Counted now: the next request clears the list.
                count = len(queries)
                times = []
                for _ in range(TIMES):
                    begun = time.perf_counter()
                    client.get(address)
                    times.append(time.perf_counter() - begun)
                rows.append((number, name, count, statistics.median(times) * 1000))
    for number, name, queries, milliseconds in rows:
        print(f"{number:>6} comments  {name:10} {queries:3} queries {milliseconds:8.1f} ms")


if __name__ == "__main__":
    main()
    FOLDER.cleanup()
