from django.db import models
from django.utils.translation import gettext_lazy as _


class Rule(models.TextChoices):
    """What a comment may break: why it is removed, and what readers report it for."""

    OFF_TOPIC = "off-topic", _("off the topic")
    ATTACK = "attack", _("an attack on a person")
    HATE = "hate", _("hatred of a group")
    SPAM = "spam", _("advertising or spam")
    PRIVATE = "private", _("somebody's private affairs")
    UNLAWFUL = "unlawful", _("against the law")
    DUPLICATE = "duplicate", _("said already")
    OTHER = "other", _("another reason")


# A placeholder for each of them would advertise the advertising, and say twice what was said twice.
LEAVE_NO_MARK = {"", Rule.SPAM, Rule.DUPLICATE}
