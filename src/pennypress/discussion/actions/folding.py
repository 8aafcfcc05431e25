"""Votes on what was said twice: together they count for the comment that stays, and each person once."""

from datetime import datetime
from itertools import batched

from pennypress.discussion.actions import airing
from pennypress.discussion.actions.closing import AT_ONCE
from pennypress.discussion.actions.voting import count_votes
from pennypress.discussion.models import Comment, Vote


def fold_votes(duplicate: Comment, kept: Comment, moment: datetime) -> None:
    """Give the votes on the duplicate to the comment that stays, where their people have not voted on that one.

    Nobody's vote for their own words. The duplicate keeps its own, for the case that the merging is undone; those given
    are known again by their moment. Votes of an archive have no names, so that they stay where they were given. Runs
    inside an action's transaction.
    """
    votes = Vote.objects.filter(comment=duplicate).exclude(voter_key=kept.author_key)
    given = [
        Vote(thread_id=kept.thread_id, comment=kept, voter_key=vote.voter_key, value=vote.value, created_at=moment)
        for vote in votes.iterator(AT_ONCE)
    ]
    up = down = 0
    for some in batched(given, AT_ONCE):
        # Who has voted on both has voted on the one that stays.
        Vote.objects.bulk_create(some, ignore_conflicts=True)
        written = Vote.objects.filter(pk__in=[vote.pk for vote in some]).values_list("value", flat=True)
        up += sum(value == 1 for value in written)
        down += sum(value == -1 for value in written)
    _count(kept, up, down)


def unfold_votes(duplicate: Comment, kept: Comment, moment: datetime) -> None:
    """Take back what was given at that moment, unless its person has voted otherwise since. Inside a transaction."""
    before = dict(Vote.objects.filter(comment=duplicate).values_list("voter_key", "value"))
    given = Vote.objects.filter(comment=kept, created_at=moment).values_list("pk", "voter_key", "value")
    back = [(pk, value) for pk, voter, value in given if before.get(voter) == value]
    for some in batched((pk for pk, _value in back), AT_ONCE):
        Vote.objects.filter(pk__in=some).delete()
    _count(kept, -sum(value == 1 for _pk, value in back), -sum(value == -1 for _pk, value in back))


def _count(kept: Comment, up: int, down: int) -> None:
    if up or down:
        counted = count_votes(kept.id, up, down)
        counted.thread = kept.thread
        airing.votes_changed(counted)
