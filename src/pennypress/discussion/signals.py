"""What the discussion hears: that a page was published, that the newsroom corrects one because of a comment, and that a
reader's support is not to be seen any more."""

import re
from typing import Any
from uuid import UUID

from wagtail.models import Page
from wagtail.signals import page_published

from pennypress.discussion.actions import follow_article, note_correction, note_withdrawal
from pennypress.discussion.actions.marking import hide_support
from pennypress.discussion.actions.telling import tell_desk_later
from pennypress.readers.signals import correction_was_withdrawn, note_became_correction, support_hidden, words_wait

# What publishing is given as a correction's source when it came from one of our comments.
COMMENT = re.compile(r"comment:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def connect() -> None:
    page_published.connect(on_published, dispatch_uid="discussion.published")
    note_became_correction.connect(on_correction, dispatch_uid="discussion.correction")
    correction_was_withdrawn.connect(on_withdrawal, dispatch_uid="discussion.correction_withdrawn")
    words_wait.connect(on_words_waiting, dispatch_uid="discussion.words_wait")
    support_hidden.connect(on_support_hidden, dispatch_uid="discussion.support_hidden")


def on_published(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    """The text readers see was rendered by whoever owns the page, who hears of the publication before us."""
    if getattr(instance, "has_discussion", False) and hasattr(instance, "annotatable_text"):
        follow_article(page=sender.objects.get(pk=instance.pk))


def on_correction(sender: Any, source: str, **facts: Any) -> None:
    if found := COMMENT.fullmatch(source):
        del facts["signal"]
        note_correction(comment_id=UUID(found.group(1)), **facts)


def on_withdrawal(sender: Any, correction_id: UUID, **kwargs: Any) -> None:
    note_withdrawal(correction_id=correction_id)


def on_words_waiting(sender: object, **kwargs: Any) -> None:
    tell_desk_later()


def on_support_hidden(sender: object, user_id: UUID, **kwargs: Any) -> None:
    hide_support(user_id=user_id)
