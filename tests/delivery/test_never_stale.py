"""Random writes by editors, readers, moderators and providers against random reads at two web processes.

Whatever was done, the page at either door is the page Django would render now for nobody; and no page ever holds the
words of a comment that is held or removed, or of an article that is not public.
"""

import itertools
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import TestCase
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from wagtail.models import PageViewRestriction

from pennypress.delivery.ready import showing
from pennypress.discussion import actions
from pennypress.discussion.models import Comment, Rule, State, Thread
from pennypress.funding import actions as funding
from pennypress.funding.models import Gift, Pledge, Tier
from pennypress.publishing.models import Byline
from pennypress.readers.identity import Identity
from tests.delivery.door import Door
from tests.factories import make_article, make_byline, make_section

committed = TestCase.captureOnCommitCallbacks
QUERIES = ["", "order=best", "order=oldest", "utm_source=x", "all=1", "fragment=1"]
PLACES = [
    "/", "/town/", "/town/one/", "/town/two/", "/town/moved/", "/about/", "/months/", "/meter.json", "/feed.rss",
    "/feed.json", "/town/feed.atom", "/sitemap.xml", "/news-sitemap.xml", "/authors/ida-holm/", "/nothing/",
]  # fmt: skip


@pytest.fixture
def machine(newsroom, tmp_path_factory, settings, django_user_model):
    moderator = django_user_model.objects.create_superuser(email="m@example.org", password="x" * 16, name="Mo")

    class Site(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.around = transaction.atomic()
            self.around.__enter__()
            settings.DATA = tmp_path_factory.mktemp("site")
            showing._clocks.clear()
            self.numbers = itertools.count(1)
            self.secret = set()
            newsroom.site.root_page.refresh_from_db()
            section = make_section(newsroom)
            self.articles = [make_article(section, title=f"Story {slug}", slug=slug) for slug in ("one", "two")]
            make_byline(self.articles[0])
            self.doors = [Door(settings.DATA / "ready") for _ in range(2)]

        def teardown(self):
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)
            for door in self.doors:
                door.dispatcher.threads.shutdown()

        # Reading

        @rule(door=st.integers(0, 1), place=st.sampled_from(PLACES), query=st.sampled_from(QUERIES))
        def read(self, door, place, query):
            self.compare(self.doors[door], place, query)

        @rule(door=st.integers(0, 1), article=st.integers(0, 1), query=st.sampled_from(QUERIES))
        def read_thread(self, door, article, query):
            self.compare(self.doors[door], f"/discussion/pages/{self.articles[article].pk}/", query)

        @invariant()
        def the_story_and_the_front_are_as_they_are(self):
            for door in self.doors:
                self.compare(door, "/town/one/", "")
            self.compare(self.doors[next(self.numbers) % 2], "/", "")

        def compare(self, door, place, query):
            got = door.get(place, query)
            status, headers, body = door.fresh(place, query)
            assert (got.status, got.body) == (status, body), (place, query)
            assert dict(headers).get("location") == got.headers.get("location")
            for words in self.secret:
                assert words not in got.text, (place, query, words)

        # Readers

        @rule(article=st.integers(0, 1), known=st.booleans(), answer=st.booleans())
        def comment(self, article, known, answer):
            words = f"words{next(self.numbers)}"
            page = self.articles[article]
            parent = Comment.objects.filter(thread__page=page, state=State.PUBLISHED).order_by("-pk").first()
            with committed(execute=True):
                made = actions.post_comment(
                    page_id=page.pk, identity=Identity(f"guest:{words}", None, "", False), name="Ann", text=words,
                    by_staff=known, parent_id=parent.pk if answer and parent else None,
                ) if not self.closed(page) else None  # fmt: skip
            if made is not None and made.is_held:
                self.secret.add(words)

        def closed(self, page):
            return Thread.objects.filter(page=page, is_closed=True).exists()

        @rule(value=st.sampled_from([1, -1]), who=st.integers(0, 3))
        def vote(self, value, who):
            found = Comment.objects.filter(state=State.PUBLISHED).order_by("-pk").first()
            if found and not found.thread.is_closed:
                with committed(execute=True):
                    actions.vote(comment_id=found.pk, identity=Identity(f"guest:v{who}", None, "", False), value=value)

        @rule()
        def edit(self):
            found = Comment.objects.filter(state=State.PUBLISHED, by_staff=False).order_by("-pk").first()
            if found and not found.thread.is_closed and not found.child_count:
                identity = Identity(found.author_key, None, "", False)
                with committed(execute=True):
                    edited = actions.edit_comment(comment_id=found.pk, identity=identity, text=f"{found.text} edited")
                if edited.is_held:
                    self.secret.add(found.text)

        # Moderators

        @rule()
        def approve(self):
            found = Comment.objects.filter(state=State.HELD).first()
            if found:
                with committed(execute=True):
                    actions.approve_comment(comment_id=found.pk, moderator=moderator)
                self.secret.discard(found.text)
                self.secret.discard(found.text.removesuffix(" edited"))

        @rule()
        def remove(self):
            found = Comment.objects.filter(state=State.PUBLISHED).order_by("pk").first()
            if found:
                with committed(execute=True):
                    actions.remove_comment(comment_id=found.pk, moderator=moderator, rule=Rule.values[0])
                self.secret.add(found.text)

        @rule()
        def restore(self):
            found = Comment.objects.filter(state=State.REMOVED).first()
            if found:
                with committed(execute=True):
                    actions.restore_comment(comment_id=found.pk, moderator=moderator)
                found.refresh_from_db()
                if found.is_published:
                    self.secret.discard(found.text)

        @rule()
        def close_or_open(self):
            thread = Thread.objects.first()
            if thread:
                with committed(execute=True):
                    do = actions.open_thread if thread.is_closed else actions.close_thread
                    do(thread_id=thread.pk, moderator=moderator)

        # Editors

        @rule(article=st.integers(0, 1))
        def publish(self, article):
            page = self.fresh_page(article)
            words = f"Headline{next(self.numbers)}"
            page.title = words
            with committed(execute=True):
                page.save_revision().publish()
            self.articles[article] = page

        @rule(article=st.integers(0, 1))
        def draft(self, article):
            page = self.fresh_page(article)
            page.title = f"Draft{next(self.numbers)}"
            self.secret.add(page.title)
            with committed(execute=True):
                page.save_revision()

        @rule(article=st.integers(0, 1))
        def take_down_or_put_up(self, article):
            page = self.fresh_page(article)
            with committed(execute=True):
                if page.live:
                    page.unpublish()
                else:
                    page.title = f"Again{next(self.numbers)}"
                    page.save_revision().publish()

        @rule()
        def make_private_or_public(self):
            page = self.fresh_page(1)
            with committed(execute=True):
                found = PageViewRestriction.objects.filter(page=page)
                if found.exists():
                    found.get().delete()
                else:
                    PageViewRestriction.objects.create(page=page, restriction_type="login")

        @rule()
        def move_address(self):
            page = self.fresh_page(1)
            page.slug = "moved" if page.slug == "two" else "two"
            with committed(execute=True):
                page.save_revision().publish() if page.live else page.save()

        @rule()
        def rename_the_newsroom(self):
            newsroom.name = f"Post {next(self.numbers)}"
            with committed(execute=True):
                newsroom.save()

        @rule()
        def rename_a_byline(self):
            byline = Byline.objects.get(slug="ida-holm")
            byline.name = f"Ida {next(self.numbers)}"
            with committed(execute=True):
                byline.save()

        def fresh_page(self, article):
            page = self.articles[article]
            return type(page).objects.get(pk=page.pk)

        # Money

        @rule(amount=st.integers(100, 5000), monthly=st.booleans())
        def give(self, amount, monthly):
            fields = {"email": "a@example.org", "amount": amount, "currency": "EUR", "provider": "fake"}
            with committed(execute=True):
                pledge = Pledge.objects.create(**fields) if monthly else None
                gift = Gift.objects.create(**fields, pledge=pledge, key=f"k{next(self.numbers)}")
                funding.capture(gift=gift, captured_at=timezone.now() - timedelta(minutes=1))

        @precondition(lambda self: Pledge.objects.filter(active=True).exists())
        @rule()
        def end_a_pledge(self):
            with committed(execute=True):
                pledge = Pledge.objects.filter(active=True).first()
                funding.cancel_pledge(pledge_id=pledge.pk, by="supporter")

        @rule(amount=st.integers(1000, 9000))
        def set_or_remove_a_tier(self, amount):
            with committed(execute=True):
                tier = Tier.objects.first()
                if tier and amount % 3 == 0:
                    funding.remove_tier(tier=tier)
                else:
                    funding.change_tier(tier=tier or Tier(), amount=amount, title="A desk", pays_for="Paper")

    yield Site
    showing._clocks.clear()


def test_no_page_is_ever_stale_and_none_shows_what_is_not_public(machine):
    run_state_machine_as_test(
        machine,
        settings=settings(
            # Steps are slow, so a failure is shown as it was found and not made shorter.
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
