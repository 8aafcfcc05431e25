from uuid import UUID

from django.db import connection, transaction
from django.db.models import CharField, F, FloatField, IntegerField, UUIDField
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.discussion import rules
from pennypress.discussion.actions import airing
from pennypress.discussion.actions.locks import taken
from pennypress.discussion.models import Comment, Standing, Thread, Vote, VoteChange
from pennypress.discussion.people import standing_sanctions
from pennypress.discussion.queries import tag_of
from pennypress.discussion.ranking import STANDINGS_KEPT, best_score
from pennypress.lib.prepared import Given, NewRows, Prepared, PreparedUpdate
from pennypress.readers.identity import Identity

# So seldom that a vote costs nothing more on average, so often that a thread keeps few rows too many.
SWEEP_EVERY = 200
ONCE = "(thread_id, comment_id, voter_key) DO NOTHING"


def vote(*, comment_id: UUID, identity: Identity, value: int) -> tuple[Comment, int]:
    """Press the up (1) or down (-1) button once: vote, switch over in one press, or withdraw by pressing again.

    Returns the comment with its new counts and the vote that now stands (1, -1, or 0 for none). Counters and ranking have
    changed when it returns. Raises Refused for one's own comment, for one that is not published and where a sanction
    forbids it; ValueError for any other value.
    """
    if value not in (1, -1):
        raise ValueError("A vote is 1 or -1.")
    rules.check_sanctions(standing_sanctions(identity))
    with transaction.atomic():
        comment = _with_thread.first(comment=comment_id)
        if comment is None:
            raise Comment.DoesNotExist
        rules.check_votable(comment)
        if rules.is_author(identity, comment):
            raise rules.Refused(_("You cannot vote on your own comment."))
        place = {"thread_id": comment.thread_id, "comment_id": comment.id, "voter_key": identity.key}
        standing = _standing_vote.first(**place)
        before = standing.value if standing else 0
        after = 0 if before == value else value
        if standing and after:
            Vote.objects.filter(pk=standing.pk).update(value=after)
        elif standing:
            standing.delete()
        elif not NewRows(Vote, place | {"value": after}, on_conflict=ONCE).write():
            # The same person's other press was written in between; theirs stands.
            return Comment.objects.get(pk=comment_id), value
        up, down = (after == 1) - (before == 1), (after == -1) - (before == -1)
        if not connection.features.has_select_for_update:
            # Writers take turns anyway (SQLite): nobody waits for this row alone, and it is still as it was read.
            return _tell(_count(comment, up, down), comment.thread), after
        VoteChange.objects.create(comment=comment, up=up, down=down)
        changed(tag_of(comment.thread.page_id))
    counted = count_waiting_votes(comment_id)
    if counted.thread_id != comment.thread_id:
        _follow(comment_id, identity)
    return counted, after


_with_thread = Prepared(lambda: Comment.objects.select_related("thread").filter(pk=Given("comment", UUIDField())))
_standing_vote = Prepared(
    lambda: Vote.objects.select_for_update().filter(
        thread_id=Given("thread_id", UUIDField()),
        comment_id=Given("comment_id", UUIDField()),
        voter_key=Given("voter_key", CharField()),
    )
)


def _follow(comment_id: UUID, identity: Identity) -> None:
    """The comment was moved while the vote was being written, and who moved it did not see the vote."""
    with transaction.atomic():
        (comment,) = taken(comment_id)
        Vote.objects.filter(comment=comment, voter_key=identity.key).update(thread_id=comment.thread_id)


def count_waiting_votes(comment_id: UUID) -> Comment:
    """Count all votes on the comment that were written and not counted yet, and return it as it then stands.

    One at a time for each comment. Who waited finds theirs counted by the one before, and has nothing left to write.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            # A lock of the database's memory: waiting for a row's lock would be a write, with a flush of its own.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [comment_id.int % 2**63])
        waiting = list(VoteChange.objects.filter(comment_id=comment_id))
        if not waiting:
            return Comment.objects.get(pk=comment_id)
        VoteChange.objects.filter(pk__in=[change.pk for change in waiting]).delete()
        counted = count_votes(comment_id, sum(c.up for c in waiting), sum(c.down for c in waiting))
        return _tell(counted, counted.thread)


def count_votes_left() -> int:
    """Count what a killed process has written and not counted; returns on how many comments."""
    comments = set(VoteChange.objects.values_list("comment_id", flat=True))
    for comment_id in comments:
        count_waiting_votes(comment_id)
    return len(comments)


def _tell(comment: Comment, thread: Thread) -> Comment:
    comment.thread = thread
    changed(tag_of(thread.page_id))
    airing.votes_changed(comment)
    return comment


def count_vote(comment_id: UUID, before: int, after: int) -> Comment:
    """Change a comment's counts and rank by one person's vote, in the transaction that writes it or takes it away."""
    return count_votes(comment_id, (after == 1) - (before == 1), (after == -1) - (before == -1))


def count_votes(comment_id: UUID, up: int, down: int) -> Comment:
    """Change a comment's counts and rank by so many votes, in the transaction that writes them or takes them away."""
    comment = _held.first(comment=comment_id)
    if comment is None:
        raise Comment.DoesNotExist
    return _count(comment, up, down)


def _count(comment: Comment, up: int, down: int) -> Comment:
    """The same for a comment that was read with its row held."""
    net, comment.net = comment.net, comment.net + up - down
    comment.up += up
    comment.down += down
    if comment.depth == 0:
        _note_standing(comment, net=net)
    comment.best_score = best_score(comment.up, comment.down)
    _write(comment=comment.pk, up=comment.up, down=comment.down, net=comment.net, best=comment.best_score)
    return comment


def _note_standing(comment: Comment, *, net: int) -> None:
    """Keep where a root stood before these votes.

    The row of the thread is held from here on, so that the numbers of a thread are in the order of its commits.
    """
    number = _next_number.one(thread=comment.thread_id)
    place = {"thread_id": comment.thread_id, "comment_id": comment.pk, "number": number}
    NewRows(Standing, place | {"net": net, "best_score": comment.best_score}).write()
    if number % SWEEP_EVERY == 0:
        Standing.objects.filter(thread_id=comment.thread_id, number__lte=number - STANDINGS_KEPT).delete()


# The row is held, so what is read is what the counts begin from. No key is changed: who only points at it does not wait.
_held = Prepared(lambda: Comment.objects.select_for_update(no_key=True).filter(pk=Given("comment", UUIDField())))
_write = PreparedUpdate(
    lambda: (
        Comment.objects.filter(pk=Given("comment", UUIDField())),
        {
            "up": Given("up", IntegerField()),
            "down": Given("down", IntegerField()),
            "net": Given("net", IntegerField()),
            "best_score": Given("best", FloatField()),
        },
    )
)
_next_number = PreparedUpdate(
    lambda: (Thread.objects.filter(pk=Given("thread", UUIDField())), {"vote_number": F("vote_number") + 1}),
    returning="vote_number",
)
