"""Random deeds on comments at passages, and edits of the article under them: counts and marks equal what the rows say."""

import random

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pennypress.discussion import actions, rules
from pennypress.discussion.actions import Selection
from pennypress.discussion.actions.erasing import erase_comments
from pennypress.discussion.models import Annotations, Comment, ModerationLog, Passage, State, Thread
from pennypress.publishing.models import ArticlePage
from pennypress.readers.identity import Identity
from tests.factories import make_article, make_section

pytestmark = pytest.mark.django_db

WORDS = (
    "the crane was sold in 1988 and the mooring fees have paid for the quay ever since then as everybody knows".split()
)


def checked(article):
    """The kept numbers of each thread are those of its rows, and the page marks what stands in its text and no more."""
    for thread in Thread.objects.all():
        total, marked = 0, {}
        for passage in Passage.objects.filter(thread=thread):
            at = Comment.objects.filter(passage=passage)
            assert set(at.values_list("thread_id", flat=True)) <= {thread.id} and not at.filter(depth__gt=0).exists()
            assert passage.comment_count == at.filter(state=State.PUBLISHED).count()
            total += passage.comment_count
            if passage.comment_count and not passage.is_orphaned:
                marked[str(passage.pk)] = passage.comment_count
        kept = Annotations.objects.filter(pk=thread.pk).first()
        assert (kept.comment_count if kept else 0) == total
        assert {mark["id"]: mark["count"] for mark in (kept.marks if kept else [])} == marked
    page = Client().get(article.url)
    thread = Thread.objects.filter(page_id=article.pk).first()
    if not ArticlePage.objects.get(pk=article.pk).live:
        assert page.status_code == 404
        for passage in Passage.objects.filter(thread=thread):
            assert Client().get(f"/discussion/passages/{passage.pk}/").status_code == 404
        return
    shown = page.content.decode()
    for passage in Passage.objects.filter(thread=thread):
        stands = passage.comment_count > 0 and not passage.is_orphaned
        assert (f'class="passage-open passage-count" data-passage="{passage.pk}"' in shown) == stands


class Newsroom:
    def __init__(self, article, other, moderator, seed):
        self.article, self.other, self.moderator, self.chance = article, other, moderator, random.Random(seed)
        self.number = 0

    def do(self, deed):
        try:
            getattr(self, deed)()
        except rules.Refused:
            pass

    def person(self):
        return Identity(f"guest:{self.chance.randint(1, 3)}", None, "", False)

    def any_comment(self):
        return self.chance.choice(list(Comment.objects.order_by("created_at", "id")))

    def post(self, *, parent=None):
        self.number += 1
        blocks = ArticlePage.objects.get(pk=self.article.pk).annotatable_text()
        block = self.chance.choice(blocks)
        start = self.chance.randrange(max(1, len(block.text) - 12))
        words = block.text[start : start + 12]
        actions.post_comment(
            page_id=self.article.pk, identity=self.person(), name="Ann", text=f"Words {self.number}",
            by_staff=self.chance.random() < 0.6, parent_id=parent and parent.id,
            selection=Selection(None, block.id, start, start + len(words), words), blocks=blocks,
        )  # fmt: skip

    def reply(self):
        self.post(parent=self.any_comment())

    def edit_article(self):
        article = ArticlePage.objects.get(pk=self.article.pk)
        article.body = [("text", text(self.chance))]
        article.save_revision().publish()

    def unpublish(self):
        ArticlePage.objects.get(pk=self.article.pk).unpublish()

    def publish(self):
        article = ArticlePage.objects.get(pk=self.article.pk)
        article.save_revision().publish()

    def remove(self):
        actions.remove_comment(comment_id=self.any_comment().id, moderator=self.moderator, rule="attack")

    def move(self):
        page = self.chance.choice([self.article, self.other])
        actions.move_comment(comment_id=self.any_comment().id, page_id=page.pk, moderator=self.moderator)

    def merge(self):
        kept, duplicate = self.any_comment(), self.any_comment()
        actions.merge_comments(kept_id=kept.id, duplicate_id=duplicate.id, moderator=self.moderator)

    def undo(self):
        line = self.chance.choice([*ModerationLog.objects.all()[:6], None])
        if line:
            actions.undo(batch=line.batch, moderator=self.moderator)

    def delete(self):
        comment = self.any_comment()
        actions.delete_comment(comment_id=comment.id, identity=Identity(comment.author_key, None, "", False))

    def erase(self):
        erase_comments(keys=[self.any_comment().author_key])

    def _simply(name):  # noqa: N805 - makes the methods below
        def deed(self):
            getattr(actions, f"{name}_comment")(comment_id=self.any_comment().id, moderator=self.moderator)

        return deed

    approve, hold, restore, pin = map(_simply, ("approve", "hold", "restore", "pin"))


def text(chance):
    """Three paragraphs of the article as it might be edited: words left out, put in, and moved."""
    paragraphs = [" ".join(word for word in WORDS if chance.random() < 0.9) for _number in range(3)]
    chance.shuffle(paragraphs)
    return "".join(f"<p>{number} {words}.</p>" for number, words in enumerate(paragraphs))


DEEDS = [name for name in vars(Newsroom) if not name.startswith("_") and name not in ("any_comment", "person", "do")]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deeds=st.lists(st.sampled_from([*DEEDS, "post", "post", "undo"]), min_size=6, max_size=25),
    seed=st.integers(0, 9_999),
)
def test_counts_and_marks_equal_rows_after_any_deeds(newsroom, pages, moderator, deeds, seed):
    Thread.objects.all().delete()
    ModerationLog.objects.all()._raw_delete("default")
    room = Newsroom(*pages, moderator, seed)
    room.publish()
    room.post()
    for deed in deeds:
        room.do(deed)
    checked(pages[0])


@pytest.fixture
def pages(newsroom):
    section = make_section(newsroom)
    return [make_article(section, title=title, text=text(random.Random(1))) for title in ("One", "Two")]
