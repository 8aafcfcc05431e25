from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.discussion import rules
from pennypress.discussion.actions import airing
from pennypress.discussion.models import Comment, Standing, Thread, Vote
from pennypress.discussion.people import standing_sanctions
from pennypress.discussion.queries import tag_of
from pennypress.discussion.ranking import STANDINGS_KEPT, best_score
from pennypress.readers.identity import Identity

# So seldom that a vote costs nothing more on average, so often that a thread keeps few rows too many.
SWEEP_EVERY = 200


def vote(*, comment_id: UUID, identity: Identity, value: int) -> tuple[Comment, int]:
    """Press the up (1) or down (-1) button once: vote, switch over in one press, or withdraw by pressing again.

    Returns the comment with its new counts and the vote that now stands (1, -1, or 0 for none). The counters and the
    ranking change in the same transaction. Raises Refused for one's own comment, for one that is not published and
    where a sanction forbids it; ValueError for any other value.
    """
    if value not in (1, -1):
        raise ValueError("A vote is 1 or -1.")
    rules.check_sanctions(standing_sanctions(identity))
    with transaction.atomic():
        comment = Comment.objects.select_for_update(of=("self",)).select_related("thread").get(pk=comment_id)
        rules.check_votable(comment)
        if rules.is_author(identity, comment):
            raise rules.Refused(_("You cannot vote on your own comment."))
        place = {"thread_id": comment.thread_id, "comment_id": comment.id, "voter_key": identity.key}
        standing = Vote.objects.filter(**place).first()
        before = standing.value if standing else 0
        after = 0 if before == value else value
        if standing and after:
            Vote.objects.filter(pk=standing.pk).update(value=after)
        elif standing:
            standing.delete()
        else:
            try:
                with transaction.atomic():
                    Vote.objects.create(**place, value=after)
            except IntegrityError:
                # The same person's other press was written in between; theirs stands.
                return Comment.objects.get(pk=comment_id), value
        changed(tag_of(comment.thread.page_id))
        counted = count_vote(comment_id, before, after)
        counted.thread = comment.thread
        airing.votes_changed(counted)
        return counted, after


def count_vote(comment_id: UUID, before: int, after: int) -> Comment:
    """Change a comment's counts and rank by one person's vote, in the transaction that writes it or takes it away."""
    up = (after == 1) - (before == 1)
    down = (after == -1) - (before == -1)
    row = Comment.objects.filter(pk=comment_id)
    row.update(up=F("up") + up, down=F("down") + down, net=F("net") + up - down)
    # The update above holds the row, so what is read now is what will be committed.
    comment = row.get()
    if comment.depth == 0:
        _note_standing(comment, net=comment.net - up + down)
    comment.best_score = best_score(comment.up, comment.down)
    row.update(best_score=comment.best_score)
    return comment


def _note_standing(comment: Comment, *, net: int) -> None:
    """Keep where a root stood before this vote.

    The row of the thread is held from here on, so that the numbers of a thread are in the order of its commits.
    """
    threads = Thread.objects.filter(pk=comment.thread_id)
    threads.update(vote_number=F("vote_number") + 1)
    number = threads.values_list("vote_number", flat=True).get()
    Standing.objects.create(
        thread_id=comment.thread_id, comment=comment, number=number, net=net, best_score=comment.best_score
    )
    if number % SWEEP_EVERY == 0:
        Standing.objects.filter(thread_id=comment.thread_id, number__lte=number - STANDINGS_KEPT).delete()
