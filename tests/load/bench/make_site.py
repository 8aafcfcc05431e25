"""Fill a site for the bench: `python make_site.py ARTICLES SIZE…` in its environment.

Prints {"pages": {size: [address, page]}, "guests": [signed cookies of people who have written there]}.
"""

import json
import random
import sys
from uuid import uuid4

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from wagtail.models import Site  # noqa: E402

from pennypress.discussion.models import DiscussionSettings  # noqa: E402
from pennypress.funding.models import Tier  # noqa: E402
from pennypress.jobs.models import Job  # noqa: E402
from pennypress.newsroom.actions import entered  # noqa: E402
from pennypress.ops.actions import set_up_newsroom  # noqa: E402
from pennypress.readers.identity import signed_guest  # noqa: E402
from tests.factories import make_article, make_section  # noqa: E402
from tests.load.threads import build  # noqa: E402

WORDS = "the ferry council harbour budget night school roof quiet street market reader winter boat line meeting".split()
chance = random.Random(7)
# Who posts in the bench has written here before: strangers in such numbers would wait for a moderator. So many that nobody
# is slowed down.
GUESTS = 4_000


def sentence(length: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(length)).capitalize() + "."


def main() -> None:
    articles, *sizes = map(int, sys.argv[1:])
    room = set_up_newsroom(
        name="The Bench", language="en", time_zone="UTC", currency="EUR", editor_name="Ada",
        email="ada@example.org", password="correct-horse-battery",
    )  # fmt: skip
    texts = ["\n\n".join(sentence(chance.randint(8, 40)) for _ in range(2)) for _ in range(100)]
    made = {}
    with entered(room):
        for n, amount in enumerate((50_000, 120_000, 200_000)):
            Tier.objects.create(amount=amount, title=f"Tier {n}", pays_for=sentence(6))
        section = make_section(room)
        for n in range(articles):
            text = "".join(f"<p>{sentence(60)}</p>" for _ in range(8))
            page = make_article(section, title=sentence(6), slug=f"story-{n}", text=text)
            if n < len(sizes):
                with transaction.atomic():
                    build(page.pk, sizes[n], chance, texts)
                made[sizes[n]] = [f"/town/story-{n}/", page.pk]
        guests = [uuid4() for _ in range(GUESTS)]
        town = make_article(section, title="The town writes", slug="the-town-writes", text="<p>Write.</p>")
        with transaction.atomic():
            build(town.pk, GUESTS, chance, texts, [f"guest:{guest}" for guest in guests])
        DiscussionSettings.objects.update_or_create(site=Site.objects.get(), defaults={"hold_first_comments": False})
    # The work that its making left behind is done before anything is measured: a worker busy with thousands of jobs of a few
    # minutes ago is no newsroom's day.
    call_command("update_index", verbosity=0)
    call_command("rebuild_references_index", verbosity=0)
    Job.objects.all().delete()
    print(json.dumps({"pages": made, "guests": [signed_guest(guest) for guest in guests]}))


main()
