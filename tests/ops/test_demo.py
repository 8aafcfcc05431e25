"""The demo newsroom holds what a newsroom holds."""

import re

import pytest
from django.utils import timezone
from wagtail.models import Page

from pennypress.discussion.models import Comment, Passage, Question, State, Thread
from pennypress.funding.audit import audit
from pennypress.ops.demo.articles import read_stories
from pennypress.ops.demo.pictures import DESCRIPTIONS

STORIES = read_stories()


def test_stories_are_whole():
    published = [story for story in STORIES if story.hours_old is not None and story.hours_old >= 0]
    assert len(published) >= 12 and len({story.facts["section"] for story in published}) >= 4
    names = {story.name for story in STORIES}
    for story in published:
        text = " ".join(story.paragraphs)
        assert len(text.split()) >= 400, story.name
        assert set(re.findall(r"\]\(([\w-]+)\)", text)) | set(story.list_of("related")) <= names
        assert story.motifs <= set(DESCRIPTIONS), story.name
    counts = sorted(int(story.facts["comments"]) for story in published)
    assert counts[0] >= 3 and counts[-1] == 200


@pytest.mark.django_db
def test_the_demo_has_every_kind_of_thing(settings, tmp_path):
    from pennypress.newsroom.actions import entered
    from pennypress.newsroom.models import Newsroom
    from pennypress.ops.demo.build import build_demo
    from pennypress.publishing.models import ArticlePage, Correction

    settings.MEDIA_ROOT = tmp_path
    build_demo()
    with entered(Newsroom.objects.get()):
        live = ArticlePage.objects.live()
        bodies = " ".join(article.rendered["body"] for article in live)
        for mark in (
            'class="gallery"',
            'class="embed',
            'class="pull-quote"',
            'class="fact-box',
            "<h2",
            "picture-column",
            "data-question",
        ):
            assert mark in bodies, mark
        assert {question.is_open for question in Question.objects.all()} == {True, False}
        assert Passage.objects.filter(comment_count__gt=0).count() == 5
        assert [correction.credit for correction in Correction.objects.all()] == ["Old Weir"]
        assert 'href="/council/the-second-bridge' in bodies
        assert audit() == []
        for thread in Thread.objects.all():
            published = Comment.objects.filter(thread=thread, state=State.PUBLISHED)
            assert (thread.comment_count, thread.root_count) == (published.count(), published.filter(depth=0).count())
            for root in published.filter(depth=0):
                assert root.reply_count == root.last_reply_number == published.filter(root=root, depth__gt=0).count()
        planned = Page.objects.get(title__startswith="Sunday")
        assert not planned.live and planned.go_live_at > timezone.now() and planned.approved_schedule
        draft = Page.objects.get(title__startswith="Who speaks")
        assert not draft.live and not draft.approved_schedule
        assert sorted(Thread.objects.filter(comment_count__gt=0).values_list("comment_count", flat=True))[-1] == 200
        from django.contrib.auth import get_user_model

        from pennypress.notifications.models import Notice, Subscription
        from pennypress.ops.demo.telling import GUESTS, IN_THE_INBOX, READ, tell_editor
        from tests.notifications.conftest import make_member

        assert Subscription.objects.exclude(confirmed_at=None).count() == len(GUESTS) - 1
        tell_editor(make_member(get_user_model(), "e@example.org", is_superuser=True))
        assert (Notice.objects.count(), Notice.objects.exclude(read_at=None).count()) == (IN_THE_INBOX, READ)
    build_demo()
    assert ArticlePage.objects.count() == len(STORIES)
