"""What the discussion does when Wagtail says that a page was published."""

from typing import Any

from wagtail.models import Page
from wagtail.signals import page_published

from pennypress.discussion.actions import follow_article


def connect() -> None:
    page_published.connect(on_published, dispatch_uid="discussion.published")


def on_published(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    """The text readers see was rendered by whoever owns the page, who hears of the publication before us."""
    if getattr(instance, "has_discussion", False) and hasattr(instance, "annotatable_text"):
        follow_article(page=sender.objects.get(pk=instance.pk))
