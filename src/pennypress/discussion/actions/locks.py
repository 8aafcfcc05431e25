"""In which order writers take the rows of a discussion, so that on PostgreSQL no two of them wait for each other.

First the roots of all branches at hand, by their ids; then the comments; then the threads, by their ids; then what hangs
on them. Who holds a branch's root is alone in changing the branch: its shape, its counts, what is shown and what is closed.
Votes take a comment and, of a root, the thread after it, which is the same order.

SQLite's writers take turns anyway.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import connection, transaction

from pennypress.discussion.models import Comment, Thread


class _Moved(Exception):
    """A branch was set under another root while its lock was waited for."""


def taken(*comment_ids: UUID) -> list[Comment]:
    """These comments, as they stand with their branches taken, in the order asked for; nobody else changes them until the
    transaction ends. Raises Comment.DoesNotExist unless all of them are there.
    """
    while True:
        try:
            # A savepoint: its end gives back what was taken of the wrong branch.
            with transaction.atomic():
                found = _taken(comment_ids)
            return [found[comment_id] for comment_id in comment_ids]
        except _Moved:
            continue
        except KeyError:
            raise Comment.DoesNotExist from None


def _taken(comment_ids: Collection[UUID]) -> dict[UUID, Comment]:
    wanted = Comment.objects.filter(pk__in=comment_ids)
    if not connection.features.has_select_for_update:
        return {comment.pk: comment for comment in wanted.select_related("thread", "parent", "root")}
    roots = sorted(set(wanted.values_list("root_id", flat=True)))
    # No key is changed, so that rows which only point at these are written meanwhile.
    locking = Comment.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    list(locking.filter(pk__in=roots).only("pk"))
    comments = list(locking.filter(pk__in=comment_ids).select_related("thread", "parent", "root"))
    if any(comment.root_id not in roots for comment in comments):
        raise _Moved
    return {comment.pk: comment for comment in comments}


def taken_threads(*thread_ids: UUID) -> dict[UUID, Thread]:
    """These threads, nobody else changing their counts until the transaction ends; to be asked for after the comments."""
    locking = Thread.objects.select_for_update(no_key=True).order_by("pk")
    return {thread.pk: thread for thread in locking.filter(pk__in=thread_ids)}
