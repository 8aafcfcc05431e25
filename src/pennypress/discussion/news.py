"""What the discussion tells of, as notifications asks for it: comments as they are now, and the desk's own mail."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page

from pennypress.discussion.models import Comment, State, Thread
from pennypress.discussion.rules import may_moderate
from pennypress.lib.markup import plain_text
from pennypress.lib.privacy import restricted
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications.models import Kind
from pennypress.notifications.sources import Item, Topic
from pennypress.readers.models import User

SOURCE = "comment"
# A paragraph: enough to know whether to look, and the whole stands one press away.
WORDS_TOLD = 500


def items(subjects: list[str]) -> dict[str, Item]:
    """The comments that are public now, under pages that are. One query."""
    found = Comment.objects.filter(
        pk__in=[UUID(subject) for subject in subjects],
        state=State.PUBLISHED,
        thread__page__in=Page.objects.live().filter(~restricted()),
    )
    return {str(comment.pk): item_of(comment) for comment in found.select_related("thread__page")}


def item_of(comment: Comment) -> Item:
    words = plain_text(comment.html)
    return Item(
        title=comment.thread.page.title,
        url=reverse("discussion:comment", args=[comment.pk]),
        author=comment.name,
        words=words if len(words) <= WORDS_TOLD else words[:WORDS_TOLD].rstrip() + "…",
        moment=comment.created_at,
    )


def topic_in(thread: Thread, page: Page, kind: Kind, subject: str) -> Topic:
    return Topic(kind, subject, title=page.title, url=(page.get_url() or "/") + "#discussion", thread=thread.pk)


def offer_held(user: User) -> Topic | None:
    """Moderators may be told when comments wait for them."""
    if not may_moderate(user):
        return None
    title = _("Comments that wait for approval at %(name)s") % {"name": current_newsroom().name}
    return Topic(Kind.HELD, "desk", title=title, url=reverse("discussion_desk"))
