"""Taking a person out of the discussion: their words go, the tree stays. In batches, each a transaction of its own."""

from collections.abc import Sequence
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from pennypress.delivery.ready import changed
from pennypress.discussion.actions import learning, places
from pennypress.discussion.actions.locks import taken
from pennypress.discussion.actions.voting import count_vote
from pennypress.discussion.models import (
    Appeal,
    Comment,
    CommentVersion,
    Hold,
    Mention,
    ModerationLog,
    Passage,
    Removal,
    Report,
    Said,
    Sanction,
    State,
    Vote,
)
from pennypress.discussion.queries import tag_of
from pennypress.readers.rights import BATCH
from pennypress.readers.signals import note_was_erased


def erase_comments(*, keys: Sequence[str]) -> int:
    """Erase a batch of these people's comments; returns how many. None is left when it returns 0.

    Of each stays its place in the thread, so that what others answered stays readable, and the votes of others. Its
    words, earlier versions, name, address and author go, and so do a moderator's notes to its author and what was
    learned from it. One that nobody answered disappears from sight.
    """
    with transaction.atomic():
        batch = Comment.objects.filter(author_key__in=keys).order_by("thread_id", "id")[:BATCH]
        comments = taken(*batch.values_list("pk", flat=True))
        for comment in comments:
            _erase(comment)
    return len(comments)


def _erase(comment: Comment) -> None:
    learning.unlearn(comment)
    CommentVersion.objects.filter(comment=comment).delete()
    # Others' mentions of this comment name its author.
    Mention.objects.filter(Q(comment=comment) | Q(target=comment)).delete()
    Said.objects.filter(comment=comment).delete()
    Hold.objects.filter(comment=comment).delete()
    Removal.objects.filter(comment=comment).update(note="")
    # The record keeps who did what and when; what was said to the author about the author is the author's.
    ModerationLog.objects.filter(comment_uuid=comment.pk).update(note="")
    Appeal.objects.filter(comment=comment).update(text="", answer="")
    Report.objects.filter(comment=comment).update(note="")
    if comment.is_held:
        places.count(comment.thread, held_count=-1)
    elif comment.is_published:
        places.withdraw(comment, state=State.REMOVED)
    Comment.objects.filter(pk=comment.pk).update(
        state=State.REMOVED,
        erased_at=timezone.now(),
        # Each its own: two erased comments of one person cannot be told to be one person's.
        author_key=f"erased:{uuid4().hex}",
        user=None,
        name="",
        email="",
        text="",
        html="",
        by_staff=False,
        by_author=False,
        by_supporter=False,
        by_newcomer=False,
        is_new=False,
        submission_key=None,
        passage=None,
        correction_uuid=None,
    )
    if comment.correction_uuid:
        note_was_erased.send(sender=Comment, correction_id=comment.correction_uuid)
    # The choice of a passage was theirs, unless somebody else speaks of it or the article's author asks about it.
    if comment.passage_id:
        Passage.objects.filter(pk=comment.passage_id, comments=None, question=None).delete()
    changed(tag_of(comment.thread.page_id))


def forget_addresses(*, emails: Sequence[str]) -> int:
    """Take the address off a batch of comments by whom it was given, whoever that was; returns how many."""
    with transaction.atomic():
        batch = list(Comment.objects.filter(email__lower__in=emails).values_list("pk", flat=True)[:BATCH])
        return Comment.objects.filter(pk__in=batch).update(email="")


def withdraw_votes(*, keys: Sequence[str]) -> int:
    """Withdraw a batch of these people's votes, with the counts and the ranking right; returns how many."""
    with transaction.atomic():
        batch = list(
            Vote.objects.select_related("thread").filter(voter_key__in=keys).order_by("comment_id", "id")[:BATCH]
        )
        for vote in batch:
            # Who deletes the row takes it off the counts; another worker that meets the same vote finds it gone.
            if Vote.objects.filter(pk=vote.pk).delete()[0]:
                count_vote(vote.comment_id, vote.value, 0)
                changed(tag_of(vote.thread.page_id))
    return len(batch)


def forget_reports(*, keys: Sequence[str]) -> int:
    """Take a batch of these people's reports back, and off the counts of those that wait; returns how many."""
    with transaction.atomic():
        batch = list(Report.objects.filter(reporter_key__in=keys).order_by("comment_id", "id")[:BATCH])
        for report in batch:
            if Report.objects.filter(pk=report.pk).delete()[0] and report.settled_at is None:
                Comment.objects.filter(pk=report.comment_id).update(open_reports=F("open_reports") - 1)
    return len(batch)


def forget_decisions(*, keys: Sequence[str]) -> None:
    """Of a sanction that is over stays that there was one, with nothing of the person. One that binds stays as it is."""
    with transaction.atomic():
        binding = Sanction.objects.binding().filter(author_key__in=keys).values("pk")
        Sanction.objects.filter(author_key__in=keys).exclude(pk__in=binding).update(
            author_key="erased", user=None, name="", email="", email_confirmed=False, note="", comment_uuid=None
        )
