from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from pennypress.lib.ids import uuid7


class AppendOnly(models.Model):
    """History: a row is written once and stays as it is."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("History is append-only; write a new row instead.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("History is append-only; it is not deleted.")


@register_setting(icon="comment")
class DiscussionSettings(BaseSiteSetting):
    hold_first_comments = models.BooleanField(
        _("hold first comments"),
        default=True,
        help_text=_("A person's first comment waits for approval; later ones appear at once."),
    )

    class Meta:
        verbose_name = _("discussion")


class Thread(models.Model):
    """All comments of one page. Its counts are kept, never counted, so that reading costs the same at any length."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    page = models.OneToOneField("wagtailcore.Page", on_delete=models.CASCADE, related_name="discussion_thread")
    comment_count = models.PositiveIntegerField(default=0)
    root_count = models.PositiveIntegerField(default=0)
    held_count = models.PositiveIntegerField(default=0)
    is_closed = models.BooleanField(default=False)
    last_comment_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["-comment_count"], name="thread_by_size")]

    def __str__(self) -> str:
        return str(self.id)


class State(models.TextChoices):
    PUBLISHED = "published", _("published")
    HELD = "held", _("waiting for approval")
    REMOVED = "removed", _("removed")


class CommentQuerySet(models.QuerySet["Comment"]):
    def shown(self) -> "CommentQuerySet":
        """Those that have a place in the thread: published ones, and removed ones that hold a branch together."""
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

    author_key = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=80)
    email = models.EmailField(blank=True)
    by_staff = models.BooleanField(default=False)
    # A few kilobytes of both, so that a page of comments is rendered from one query.
    text = models.TextField()
    html = models.TextField()
    state = models.CharField(max_length=12, choices=State, default=State.PUBLISHED)
    is_shown = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)

    up = models.PositiveIntegerField(default=0)
    down = models.PositiveIntegerField(default=0)
    net = models.IntegerField(default=0)
    best_score = models.FloatField(default=0.0)
    child_count = models.PositiveIntegerField(default=0, help_text="Shown direct replies.")
    reply_count = models.PositiveIntegerField(default=0, help_text="On a root: shown replies of any depth.")
    last_reply_number = models.PositiveIntegerField(default=0, help_text="On a root: the highest reply_number given.")

    submission_key = models.CharField(max_length=64, null=True)
    external_key = models.CharField(max_length=200, null=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("moderate_comment", _("Can moderate the discussion"))]
        constraints = [
            models.UniqueConstraint(fields=["thread", "submission_key"], name="comment_once_per_submission"),
            models.UniqueConstraint(fields=["thread", "external_key"], name="comment_once_per_import"),
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
            models.Index(fields=["root", "reply_number"], name="comment_by_branch"),
            models.Index(fields=["state", "created_at", "id"], name="comment_by_state"),
            models.Index(fields=["created_at", "id"], name="comment_recent"),
            models.Index(fields=["author_key", "thread"], name="comment_by_author"),
            models.Index(fields=["email", "state"], name="comment_by_email"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_published(self) -> bool:
        return self.state == State.PUBLISHED

    @property
    def is_held(self) -> bool:
        return self.state == State.HELD

    @property
    def is_removed(self) -> bool:
        return self.state == State.REMOVED


class CommentVersion(AppendOnly):
    """What a comment said before an edit."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="versions")
    text = models.TextField()
    html = models.TextField()
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["replaced_at", "id"]


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


class Rule(models.TextChoices):
    OFF_TOPIC = "off-topic", _("off the topic")
    ATTACK = "attack", _("an attack on a person")
    HATE = "hate", _("hatred of a group")
    SPAM = "spam", _("advertising or spam")
    PRIVATE = "private", _("somebody's private affairs")
    UNLAWFUL = "unlawful", _("against the law")
    DUPLICATE = "duplicate", _("said already")
    OTHER = "other", _("another reason")


class Removal(models.Model):
    """A comment taken down: who, when, which rule, with a note. Restoring lifts it; the row stays."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="removals")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="removals")
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    rule = models.CharField(_("rule"), max_length=16, choices=Rule)
    note = models.CharField(_("note"), max_length=500, blank=True)
    state_before = models.CharField(max_length=12, choices=State, default=State.PUBLISHED)
    created_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "comment"], condition=models.Q(lifted_at=None), name="one_standing_removal"
            )
        ]


class Closure(models.Model):
    """A thread closed for new comments: who, when and why. Opening it again lifts the closure; the row stays."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="closures")
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(_("note"), max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["thread"], condition=models.Q(lifted_at=None), name="one_standing_closure")
        ]


class Deed(models.TextChoices):
    APPROVED = "approved", _("approved")
    REMOVED = "removed", _("removed")
    RESTORED = "restored", _("restored")
    CLOSED = "closed", _("closed the thread")
    OPENED = "opened", _("opened the thread again")


class ModerationLog(AppendOnly):
    """What moderators did. It names rows by id only, so that it outlives the page, the comment and the moderator."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    deed = models.CharField(max_length=12, choices=Deed)
    thread_uuid = models.UUIDField(db_index=True)
    comment_uuid = models.UUIDField(null=True, db_index=True)
    moderator_uuid = models.UUIDField(null=True)
    moderator_name = models.CharField(max_length=200)
    rule = models.CharField(max_length=16, blank=True)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-created_at", "-id"]
