from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.discussion.anchors import Anchor
from pennypress.discussion.models.history import AppendOnly
from pennypress.discussion.models.threads import Thread
from pennypress.lib.ids import uuid7


class Passage(models.Model):
    """A quoted stretch of the article, with its anchor. `quote` stays as it was chosen, whatever the article says now."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="passages")
    quote = models.TextField()
    prefix = models.CharField(max_length=64, blank=True)
    suffix = models.CharField(max_length=64, blank=True)
    block = models.CharField(max_length=24)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    # What stands there now, where an edit has left it a little different from the quote.
    words_now = models.TextField(blank=True)
    # Set when an edit has taken the passage away: it is then about an earlier version.
    orphaned_at = models.DateTimeField(null=True)
    comment_count = models.PositiveIntegerField(default=0, help_text="Published comments at the passage.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(start__lt=models.F("end")), name="passage_has_length"),
        ]
        indexes = [
            models.Index(fields=["thread", "block", "start"], name="passage_by_place"),
            models.Index(fields=["thread", "-comment_count"], name="passage_by_size"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_orphaned(self) -> bool:
        return self.orphaned_at is not None

    @property
    def anchor(self) -> Anchor:
        return Anchor(self.block, self.start, self.end, self.quote, self.prefix, self.suffix)


class Question(models.Model):
    """What the author asks readers at a passage. `key` names it in the article's text, wherever that text is moved."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="questions")
    passage = models.OneToOneField(Passage, on_delete=models.CASCADE, related_name="question")
    key = models.CharField(max_length=40)
    text = models.CharField(_("question"), max_length=300)
    is_open = models.BooleanField(default=False, help_text="Shown in full at its passage, and not only by a mark.")
    asked_at = models.DateTimeField(default=timezone.now)
    # The author has taken the mark out of the text; what was answered stays where it is.
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["thread", "key"], name="question_once_per_key")]

    def __str__(self) -> str:
        return self.text


class Annotations(models.Model):
    """What a page shows of its passages, kept so that showing it costs no query of its own; see passages.py.

    `marks` are the passages that are marked in the text. `text` is the version of the article that the thread's passages
    are anchored in, as [[id, text]].
    """

    thread = models.OneToOneField(Thread, on_delete=models.CASCADE, primary_key=True, related_name="annotations")
    marks = models.JSONField(default=list)
    comment_count = models.PositiveIntegerField(default=0, help_text="Published comments at any passage.")
    text = models.JSONField(default=list)

    class Meta:
        default_permissions = ()


class Move(models.TextChoices):
    DIFF = "diff", _("followed through an edit")
    MOVED = "moved", _("found in another place")
    ORPHANED = "orphaned", _("not in the article any more")
    ASKED = "asked", _("marked anew by the author")


class PassageMove(AppendOnly):
    """What an edit of the article did to a passage: where it stood, and what the article said there."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    passage = models.ForeignKey(Passage, on_delete=models.CASCADE, related_name="moves")
    how = models.CharField(max_length=12, choices=Move)
    block = models.CharField(max_length=24)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    words = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["created_at", "id"]
