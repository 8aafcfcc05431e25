from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from pennypress.discussion.models.comments import Comment
from pennypress.discussion.models.threads import Thread
from pennypress.discussion.screening.words import check_list
from pennypress.lib.ids import uuid7


@register_setting(icon="list-ul")
class WordLists(BaseSiteSetting):
    """The newsroom's words that hold a comment, and those that refuse it."""

    hold = models.TextField(
        _("words that hold a comment"),
        blank=True,
        validators=[check_list],
        help_text=_(
            "One word or phrase a line; a star at the end also finds longer words (“casin*”). Found in any case, width, "
            "accent and disguise, as whole words. Lines with # at the beginning are notes. Who writes one of these "
            "waits for a moderator, who is told the word."
        ),
    )
    reject = models.TextField(
        _("words that refuse a comment"),
        blank=True,
        validators=[check_list],
        help_text=_("Who writes one of these is told the word, and can change their comment before it is taken."),
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("word lists")


class Said(models.Model):
    """A piece of what a comment said, by which the same text is found again; kept for some days only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="said")
    piece = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["piece", "-created_at"], name="said_before"),
            models.Index(fields=["created_at"], name="said_when"),
        ]


class WordCount(models.Model):
    """In how many approved and in how many removed comments a word stood. The row of no word counts the comments."""

    word = models.CharField(max_length=80, primary_key=True)
    good = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["seen_at"], name="word_seen")]


class Lesson(models.Model):
    """What the classifier learned from one decision of the desk, so that undoing the decision unlearns it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="lesson")
    is_good = models.BooleanField()
    words = models.JSONField(default=list)
    learned_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
