from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from pennypress.lib.ids import uuid7


@register_setting(icon="comment")
class DiscussionSettings(BaseSiteSetting):
    hold_first_comments = models.BooleanField(
        _("hold first comments"),
        default=True,
        help_text=_("A person's first comment waits for approval; later ones appear at once."),
    )
    hold_after_reports = models.PositiveSmallIntegerField(
        _("hold after reports"),
        default=0,
        help_text=_(
            "So many reports by different people with an approved comment hold a comment until a moderator has looked at "
            "it. 0: reports never hide anything by themselves."
        ),
    )

    class Meta:
        verbose_name = _("discussion")


class Thread(models.Model):
    """All comments of one page. Its counts are kept, never counted, so that reading costs the same at any length."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    page = models.OneToOneField("wagtailcore.Page", on_delete=models.CASCADE, related_name="discussion_thread")
    comment_count = models.PositiveIntegerField(default=0)
    root_count = models.PositiveIntegerField(default=0)
    vote_number = models.PositiveBigIntegerField(default=0, help_text="Grows with every vote on a root.")
    held_count = models.PositiveIntegerField(default=0)
    pick_count = models.PositiveIntegerField(default=0)
    # The pinned roots' ids, the latest first; there are only a few.
    pinned = models.JSONField(default=list)
    is_closed = models.BooleanField(default=False)
    last_comment_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["-comment_count"], name="thread_by_size")]

    def __str__(self) -> str:
        return str(self.id)
