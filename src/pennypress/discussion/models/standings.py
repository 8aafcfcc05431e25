from django.db import models

from pennypress.discussion.models.comments import Comment
from pennypress.discussion.models.threads import Thread
from pennypress.lib.ids import uuid7


class Standing(models.Model):
    """Where a root stood before a vote: who pages on reads the order in which they began (decision 0013).

    `number` is the thread's vote_number with that vote. Only the latest of a thread are kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveBigIntegerField()
    net = models.IntegerField()
    best_score = models.FloatField()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["thread", "number"], name="standing_by_thread"),
            models.Index(fields=["comment", "number"], name="standing_by_comment"),
        ]
