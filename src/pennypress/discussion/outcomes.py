"""What came of readers' reports, as notifications asks for it: told as it stands when it is read, so that a decision
which was undone is told to nobody."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from pennypress.discussion.models import Comment, Report
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications.models import Kind
from pennypress.notifications.sources import Item, Topic

SOURCE = "report"


def items(subjects: list[str]) -> dict[str, Item]:
    """The reported comments that a moderator has decided about. Two queries."""
    numbers = [UUID(subject) for subject in subjects]
    open_ones = Report.objects.filter(comment__in=numbers, settled_at=None).values("comment_id")
    decided = Comment.objects.filter(pk__in=numbers).exclude(pk__in=open_ones).select_related("thread__page")
    latest: dict[UUID, Report] = {}
    for report in Report.objects.filter(comment__in=numbers, settled_at__isnull=False).order_by("settled_at"):
        latest[report.comment_id] = report
    return {str(comment.pk): _item(comment, latest[comment.pk]) for comment in decided if comment.pk in latest}


def _item(comment: Comment, report: Report) -> Item:
    return Item(
        title=_("Your report: a comment on “%(title)s”") % {"title": comment.thread.page.title},
        url=reverse("discussion:comment", args=[comment.pk]),
        author=current_newsroom().name,
        words=outcome(comment),
        moment=report.settled_at or report.created_at,
    )


def outcome(comment: Comment) -> str:
    """What a moderator has decided, in one sentence: nothing of the comment's words, nor of who wrote it."""
    if comment.is_removed and comment.removed_under:
        rule = comment.get_removed_under_display()  # type: ignore[attr-defined]
        return _("A moderator has looked at it and removed the comment: %(rule)s.") % {"rule": rule}
    if comment.is_gone:
        return _("A moderator has looked at it. The comment is not there any more.")
    if comment.is_held:
        return _("A moderator has looked at it. The comment is not shown at the moment.")
    return _("A moderator has looked at it, and the comment stays.")


def topic_of(comment: Comment) -> Topic:
    return Topic(
        Kind.REPORT,
        str(comment.pk),
        title=comment.thread.page.title,
        url=reverse("discussion:comment", args=[comment.pk]),
        thread=comment.thread_id,
    )
