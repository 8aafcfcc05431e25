"""What belongs to a comment's words besides them: whom they mention, and which of them are gone."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from pennypress.discussion.models.comments import Comment, CommentVersion
from pennypress.discussion.models.threads import Thread
from pennypress.lib.ids import uuid7


class Mention(models.Model):
    """A person named with `@` in a comment. Names are no identity, so it is a comment of theirs that is meant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    target = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["thread", "comment", "name"], name="mention_once_per_name"),
        ]


class Deletion(models.Model):
    """A comment its author took back. Its words became a version that only moderators see."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["thread", "comment"], name="deletion_once_per_comment")]


class VersionRemoval(models.Model):
    """Earlier words that a moderator hides from readers though the comment stands: who, and when. Undoing lifts it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    version = models.OneToOneField(CommentVersion, on_delete=models.CASCADE, related_name="removal")
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
