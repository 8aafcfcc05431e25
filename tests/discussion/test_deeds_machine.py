"""Random deeds of moderators and readers on two threads: after each the kept counts equal what the rows say."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pennypress.discussion import actions, rules
from pennypress.discussion.models import Comment, ModerationLog, MonthlyDeeds, Report, Rule, State, Thread
from pennypress.readers.identity import Identity
from tests.discussion.ground import bring
from tests.factories import make_article, make_section

pytestmark = pytest.mark.django_db


def counted(thread):
    comments = list(Comment.objects.filter(thread=thread))
    by_id = {comment.id: comment for comment in comments}
    children = {comment.id: [other for other in comments if other.parent_id == comment.id] for comment in comments}

    def holds_up(comment):
        return any(other.is_shown for other in children[comment.id])

    assert thread.comment_count == sum(comment.is_published for comment in comments)
    assert thread.held_count == sum(comment.is_held for comment in comments)
    assert thread.pick_count == sum(comment.is_pick for comment in comments)
    assert thread.root_count == sum(comment.is_shown for comment in comments if comment.depth == 0)
    assert set(thread.pinned) <= {comment.id.hex for comment in comments if comment.depth == 0}
    for comment in comments:
        assert comment.is_shown == (comment.is_published or comment.leaves_mark or holds_up(comment)), comment.state
        assert comment.child_count == sum(other.is_shown for other in children[comment.id])
        assert comment.open_reports == Report.objects.filter(comment=comment, settled_at=None).count()
        parent = by_id[comment.parent_id] if comment.parent_id else None
        if parent is None:
            below = [other for other in comments if other.root_id == comment.id and other.id != comment.id]
            numbers = [other.reply_number for other in below if other.reply_number is not None]
            assert (comment.root_id, comment.reply_number, comment.ancestors) == (comment.id, 0, [])
            assert comment.reply_count == sum(other.is_shown for other in below)
            assert len(numbers) == len(set(numbers)) and max(numbers, default=0) <= comment.last_reply_number
            continue
        assert (comment.root_id, comment.depth) == (parent.root_id, parent.depth + 1)
        assert comment.ancestors == [parent.id.hex, *parent.ancestors[: rules.CONTEXT_DEPTH - 1]]
        assert comment.reply_number is None or comment.reply_number > (parent.reply_number or 0)
    for rows in (comment for comment in comments):
        for votes in rows.votes.all(), rows.removals.all(), rows.holds.all(), rows.reports.all(), rows.pins.all():
            assert {row.thread_id for row in votes} <= {thread.id}


class Newsroom:
    def __init__(self, articles, moderator, seed):
        self.articles, self.moderator, self.chance = articles, moderator, random.Random(seed)
        self.number = 0

    def any_comment(self):
        return self.chance.choice(list(Comment.objects.order_by("created_at", "id")))

    def person(self):
        return Identity(f"guest:{self.chance.randint(1, 4)}", None, "", False)

    def do(self, deed):
        try:
            getattr(self, deed)()
        except rules.Refused:
            pass

    def post(self):
        self.number += 1
        article = self.chance.choice(self.articles)
        known = list(Comment.objects.filter(thread__page_id=article.pk).order_by("created_at", "id"))
        parent = self.chance.choice([None, *known])
        actions.post_comment(
            page_id=article.pk, identity=self.person(), name="Ann", text=f"Words {self.number}",
            parent_id=parent.id if parent else None,
        )  # fmt: skip

    def bring(self):
        self.number += 1
        article = self.chance.choice(self.articles)
        # In an archive everything has its number; only what waits here has none yet.
        known = list(
            Comment.objects.filter(thread__page_id=article.pk, reply_number__isnull=False).order_by("created_at", "id")
        )
        state = self.chance.choice(list(State))
        bring(article, self.number, parent=self.chance.choice([None, *known, *known]), state=state)

    def vote(self):
        actions.vote(comment_id=self.any_comment().id, identity=self.person(), value=self.chance.choice((1, -1)))

    def report(self):
        actions.report_comment(comment_id=self.any_comment().id, identity=self.person(), rule="attack")

    def remove(self):
        rule = self.chance.choice([Rule.ATTACK, Rule.SPAM])
        actions.remove_comment(comment_id=self.any_comment().id, moderator=self.moderator, rule=rule)

    def move(self):
        page = self.chance.choice(self.articles)
        actions.move_comment(comment_id=self.any_comment().id, page_id=page.pk, moderator=self.moderator)

    def merge(self):
        kept, duplicate = self.any_comment(), self.any_comment()
        actions.merge_comments(kept_id=kept.id, duplicate_id=duplicate.id, moderator=self.moderator)

    def undo(self):
        line = self.chance.choice([*ModerationLog.objects.all()[:6], None])
        if line:
            actions.undo(batch=line.batch, moderator=self.moderator)

    def _simply(name):  # noqa: N805 - makes the methods below
        def deed(self):
            getattr(actions, f"{name}_comment")(comment_id=self.any_comment().id, moderator=self.moderator)

        return deed

    approve, keep, hold, restore = map(_simply, ("approve", "keep", "hold", "restore"))
    pin, unpin, pick, unpick = map(_simply, ("pin", "unpin", "pick", "unpick"))

    def close_branch(self):
        actions.close_branch(comment_id=self.any_comment().id, moderator=self.moderator)

    def open_branch(self):
        actions.open_branch(comment_id=self.any_comment().id, moderator=self.moderator)


DEEDS = [name for name in vars(Newsroom) if not name.startswith("_") and name not in ("any_comment", "person", "do")]
OFTEN = ["bring"] * 6 + ["post", "move", "move", "merge", "merge", "undo", "undo", "remove", "approve"]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.sampled_from(DEEDS + OFTEN), min_size=8, max_size=40), seed=st.integers(0, 10_000))
def test_counts_equal_rows_after_any_deeds(newsroom, moderator, pages, deeds, seed):
    Thread.objects.all().delete()
    ModerationLog.objects.all()._raw_delete("default")
    MonthlyDeeds.objects.all().delete()
    room = Newsroom(pages, moderator, seed)
    room.bring()
    for deed in deeds:
        room.do(deed)
    for thread in Thread.objects.all():
        counted(thread)
    assert sum(MonthlyDeeds.objects.values_list("count", flat=True)) == ModerationLog.objects.count()


@pytest.fixture
def pages(newsroom):
    section = make_section(newsroom)
    return [make_article(section, title=title) for title in ("One", "Two")]
