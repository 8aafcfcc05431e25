from collections.abc import Collection
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import FETCH_ONE
from django.db.models.base import ModelState
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.discussion.models.history import AppendOnly
from pennypress.discussion.models.rule import LEAVE_NO_MARK, Rule
from pennypress.discussion.models.threads import Thread
from pennypress.lib.ids import uuid7


class State(models.TextChoices):
    PUBLISHED = "published", _("published")
    HELD = "held", _("waiting for approval")
    REMOVED = "removed", _("removed")
    DELETED = "deleted", _("deleted by its author")


class CommentQuerySet(models.QuerySet["Comment"]):
    def shown(self) -> "CommentQuerySet":
        """Those that have a place in the thread: published ones, and what stands in the place of others."""
        return self.filter(is_shown=True)

    def roots(self) -> "CommentQuerySet":
        return self.filter(depth=0)

    def held(self) -> "CommentQuerySet":
        return self.filter(state=State.HELD)


class Comment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="comments")
    # RESTRICT: comments are removed by a Removal, which keeps the row; only the whole thread goes with its page.
    parent = models.ForeignKey("self", null=True, on_delete=models.RESTRICT, related_name="children")
    root = models.ForeignKey("self", on_delete=models.RESTRICT, related_name="+")
    depth = models.PositiveIntegerField(default=0)
    # The nearest ancestors' ids, parent first: a permalink's context without walking up query by query.
    ancestors = models.JSONField(default=list)
    # Place among the root's replies in the order they were published; parents always come before their replies.
    reply_number = models.PositiveIntegerField(null=True)

    # On a root: the passage of the article it is about. Its replies stand below it.
    passage = models.ForeignKey(
        "discussion.Passage", null=True, on_delete=models.SET_NULL, related_name="comments", db_index=False
    )

    # The correction of the article that the newsroom made of it.
    correction_uuid = models.UUIDField(null=True)

    author_key = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=80)
    email = models.EmailField(blank=True)
    # Badges say what was true when the comment was written.
    by_staff = models.BooleanField(default=False)
    by_author = models.BooleanField(default=False)
    by_supporter = models.BooleanField(default=False)
    by_newcomer = models.BooleanField(default=False)
    # A few kilobytes of both, so that a page of comments is rendered from one query.
    text = models.TextField()
    html = models.TextField()
    state = models.CharField(max_length=12, choices=State, default=State.PUBLISHED)
    is_shown = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    # Taken back by its author for good: the words are gone, the place in the thread stays.
    erased_at = models.DateTimeField(null=True)

    up = models.PositiveIntegerField(default=0)
    down = models.PositiveIntegerField(default=0)
    net = models.IntegerField(default=0)
    best_score = models.FloatField(default=0.0)
    child_count = models.PositiveIntegerField(default=0, help_text="Shown direct replies.")
    reply_count = models.PositiveIntegerField(default=0, help_text="On a root: shown replies of any depth.")
    last_reply_number = models.PositiveIntegerField(default=0, help_text="On a root: the highest reply_number given.")

    # Kept beside the rows they come from, so that a page of comments and the desk's queues need nothing else.
    removed_under = models.CharField(max_length=16, choices=Rule, blank=True, help_text="Of one that was public.")
    branch_is_closed = models.BooleanField(
        default=False, help_text="It takes no replies: it or what it answers was closed."
    )
    is_pick = models.BooleanField(default=False)
    is_new = models.BooleanField(default=False, help_text="No moderator has looked at it yet.")
    open_reports = models.PositiveIntegerField(default=0)
    # An archive's second import looks for it here.
    came_from = models.ForeignKey(
        Thread, null=True, on_delete=models.SET_NULL, related_name="+", help_text="Where it was posted, if moved since."
    )

    submission_key = models.CharField(max_length=64, null=True)
    external_key = models.CharField(max_length=200, null=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("moderate_comment", _("Can moderate the discussion"))]
        constraints = [
            models.UniqueConstraint(fields=["thread", "submission_key"], name="comment_once_per_submission"),
            models.UniqueConstraint(
                fields=["thread", "external_key"], condition=models.Q(came_from=None), name="comment_once_per_import"
            ),
            models.UniqueConstraint(
                fields=["came_from", "external_key"],
                condition=models.Q(came_from__isnull=False),
                name="comment_once_per_import_moved",
            ),
            models.CheckConstraint(
                condition=models.Q(net=models.F("up") - models.F("down")), name="comment_net_is_sum"
            ),
            models.CheckConstraint(
                condition=models.Q(depth=0, parent=None) | models.Q(depth__gt=0, parent__isnull=False),
                name="comment_root_has_no_parent",
            ),
        ]
        indexes = [
            models.Index(fields=["thread", "depth", "is_shown", "created_at", "id"], name="comment_by_date"),
            models.Index(fields=["thread", "depth", "is_shown", "net", "id"], name="comment_by_votes"),
            models.Index(fields=["thread", "depth", "is_shown", "best_score", "id"], name="comment_by_best"),
            *(
                models.Index(
                    fields=["thread", "depth", "is_shown", key, "id"],
                    name=name,
                    condition=models.Q(passage__isnull=False),
                )
                for key, name in (
                    ("created_at", "passage_comment_by_date"),
                    ("net", "passage_comment_by_votes"),
                    ("best_score", "passage_comment_by_best"),
                )
            ),
            models.Index(
                fields=["passage", "is_shown", "created_at", "id"],
                name="comment_by_passage",
                condition=models.Q(passage__isnull=False),
            ),
            models.Index(fields=["thread", "state", "created_at", "id"], name="comment_by_thread"),
            models.Index(fields=["thread", "name"], name="comment_by_name"),
            models.Index(fields=["root", "reply_number"], name="comment_by_branch"),
            models.Index(fields=["state", "created_at", "id"], name="comment_by_state"),
            models.Index(fields=["created_at", "id"], name="comment_recent"),
            models.Index(fields=["created_at", "id"], condition=models.Q(is_new=True), name="comment_new"),
            models.Index(
                fields=["-open_reports", "id"], condition=models.Q(open_reports__gt=0), name="comment_reported"
            ),
            models.Index(fields=["thread", "created_at", "id"], condition=models.Q(is_pick=True), name="comment_pick"),
            models.Index(fields=["author_key", "thread"], name="comment_by_author"),
            models.Index(fields=["email", "state"], name="comment_by_email"),
            # What is known of a person, from the index alone.
            models.Index(fields=["author_key", "state", "created_at"], name="comment_by_person"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], *, fetch_mode: Any = FETCH_ONE
    ) -> Self:
        """As Django's, without its way through a descriptor for each column of fifty comments: a tenth of their page's time."""
        comment = cls.__new__(cls)
        comment._state = ModelState()
        comment._state.adding, comment._state.db, comment._state.fetch_mode = False, db, fetch_mode
        comment.__dict__ |= dict(zip(field_names, values, strict=True))
        return comment

    @property
    def is_published(self) -> bool:
        return self.state == State.PUBLISHED

    @property
    def is_held(self) -> bool:
        return self.state == State.HELD

    @property
    def is_removed(self) -> bool:
        return self.state == State.REMOVED

    @property
    def is_gone(self) -> bool:
        """Whether only its place is left to show."""
        return self.state in {State.REMOVED, State.DELETED}

    @property
    def leaves_mark(self) -> bool:
        """Whether a placeholder stands where it stood, even with nothing below it."""
        return self.is_removed and self.removed_under not in LEAVE_NO_MARK


class CommentVersion(AppendOnly):
    """What a comment said before an edit."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="versions")
    text = models.TextField()
    html = models.TextField()
    # Words that only waited, or that their author took back, are nobody's to see but the moderators'.
    was_public = models.BooleanField(default=False)
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["replaced_at", "id"]


class VoteChange(models.Model):
    """A vote that is written and not counted yet: what it adds to the comment's counts. It lives for milliseconds.

    Where writers work side by side (PostgreSQL), each writes one of these and whoever's turn it is counts all of them at
    once, so that the row of a comment that many vote on is not waited for by each of them.
    """

    comment = models.ForeignKey("Comment", on_delete=models.CASCADE, related_name="+")
    up = models.SmallIntegerField()
    down = models.SmallIntegerField()

    class Meta:
        default_permissions = ()


class Vote(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="votes")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="votes")
    voter_key = models.CharField(max_length=64)
    value = models.SmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["thread", "comment", "voter_key"], name="vote_once_per_identity"),
            models.CheckConstraint(condition=models.Q(value__in=[-1, 1]), name="vote_is_up_or_down"),
        ]
        indexes = [models.Index(fields=["voter_key", "thread"], name="vote_by_voter")]
