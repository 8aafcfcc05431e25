"""The classifier learns from what the desk decides. Every function runs inside the action's transaction."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone

from pennypress.discussion.models import Comment, Lesson, Rule, WordCount
from pennypress.discussion.screening.classifier import features_of

# What was removed for its words. A remark off the topic or said twice has the same words as a welcome one.
TEACHING_RULES = {Rule.SPAM, Rule.HATE, Rule.ATTACK, Rule.UNLAWFUL}
# A word that stood in one or two comments a year ago says nothing of the next; without them the table stays the size of
# what a newsroom talks about.
RARE = 2
RARE_KEPT = timedelta(days=365)
# The row of this "word" counts the comments themselves.
ALL = ""

# The same in SQLite's and PostgreSQL's SQL: a count that begins at one or grows by one, for all words in one statement.
GROW = """
    INSERT INTO discussion_wordcount (word, good, bad, seen_at) VALUES ROWS ON CONFLICT (word) DO UPDATE SET
    good = discussion_wordcount.good + excluded.good, bad = discussion_wordcount.bad + excluded.bad,
    seen_at = excluded.seen_at
"""


def learn(comment: Comment, *, good: bool) -> None:
    """The desk has decided on this comment: its words count as those of an approved or of a removed one."""
    unlearn(comment)
    features = features_of(comment.text)
    Lesson.objects.create(thread_id=comment.thread_id, comment=comment, is_good=good, words=features)
    _grow([ALL, *features], good=good)


def unlearn(comment: Comment) -> None:
    """The decision on this comment, if any, was undone: what it taught is taken back, to the count."""
    lesson = Lesson.objects.select_for_update().filter(comment=comment).first()
    if lesson is None:
        return
    count = "good" if lesson.is_good else "bad"
    # A word that was forgotten for its rarity has no row, or a younger one that never knew of this lesson.
    WordCount.objects.filter(word__in=[ALL, *lesson.words], **{f"{count}__gt": 0}).update(**{count: F(count) - 1})
    WordCount.objects.filter(word__in=lesson.words, good=0, bad=0).delete()
    lesson.delete()


def forget_rare_words() -> int:
    """Delete words that were rare and have not been seen for long. Returns how many."""
    rare = WordCount.objects.exclude(word=ALL).filter(seen_at__lt=timezone.now() - RARE_KEPT)
    return rare.annotate(seen=F("good") + F("bad")).filter(seen__lte=RARE).delete()[0]


def _grow(words: Sequence[str], *, good: bool) -> None:
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    rows = ", ".join(["(%s, %s, %s, %s)"] * len(words))
    # In one order, so that two moderators who decide at the same time never wait for each other crosswise.
    values = [value for word in sorted(words) for value in (word, int(good), int(not good), now)]
    with connection.cursor() as cursor:
        cursor.execute(GROW.replace("ROWS", rows), values)
