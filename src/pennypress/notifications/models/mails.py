from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pennypress.lib.ids import uuid7


class Mail(models.Model):
    """A mail in the outbox, written in the transaction of what it tells of and sent once by its job."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=200, unique=True, help_text="The same key is posted once.")
    to = models.EmailField()
    subject = models.CharField(max_length=300)
    text = models.TextField()
    headers = models.JSONField(default=dict, help_text="Further headers, such as how to unsubscribe.")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        permissions = [("read_mail", _("Can read the mails the site sends"))]
        indexes = [models.Index(fields=["-created_at"], name="mail_newest")]

    def __str__(self) -> str:
        return self.subject
