"""Telling people of comments. The one who posts pays for one job row; everything else is the worker's."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from pennypress.delivery.ready import changed
from pennypress.discussion import news, rules
from pennypress.discussion.models import Comment, Thread
from pennypress.discussion.queries import held_count, tag_of
from pennypress.jobs.actions import enqueue_once
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications import actions as notifications
from pennypress.notifications import links
from pennypress.notifications.actions.subscribing import Outcome, about_us
from pennypress.notifications.models import Frequency, Kind
from pennypress.notifications.queries import interested, recipients_of_person
from pennypress.notifications.rules import next_hour
from pennypress.readers.identity import Identity


def tell_later(comment: Comment) -> None:
    """The comment has become public: whoever wants to know is told, once. One job row in the caller's transaction."""
    enqueue_once(tell_of_comment, key=f"tell:{comment.pk}", args=(str(comment.pk),))


@task()
def tell_of_comment(comment_id: str) -> None:
    comment = Comment.objects.filter(pk=UUID(comment_id)).select_related("thread", "parent").first()
    if comment is None or not comment.is_published:
        return
    topics, members = [[Kind.COMMENTS.value, str(comment.thread_id)]], []
    if comment.parent is not None:
        topics += [
            [Kind.REPLIES.value, str(comment.parent_id)],
            [Kind.MY_REPLIES.value, comment.parent.author_key],
        ]
        if comment.parent.user_id:
            # A member finds answers to their own words in the inbox without having asked for it.
            members.append(str(comment.parent.user_id))
    for mention in comment.mentions.select_related("target"):
        # Who is named is told as if they were answered.
        topics.append([Kind.MY_REPLIES.value, mention.target.author_key])
        if mention.target.user_id:
            members.append(str(mention.target.user_id))
    by = recipients_of_person(user_id=comment.user_id, key=comment.author_key, email=comment.email)
    notifications.tell(
        notifications.News(
            source=news.SOURCE, subject=comment_id, topics=topics, thread=str(comment.thread_id),
            by=[str(each) for each in by], members=[each for each in members if each != str(comment.user_id)],
        )
    )  # fmt: skip


def subscribe(
    *, page_id: int, kind: str, identity: Identity, email: str, frequency: str, comment: Comment | None = None
) -> Outcome:
    """Subscribe to a page's discussion, to answers to one's own comments there, or to those to one comment.

    The thread is made where there is none yet. Raises Refused for a kind that is none or a comment that is not
    public, and notifications' Refused for what it refuses.
    """
    rules.check_notify_kind(kind, comment)
    with transaction.atomic():
        thread, created = Thread.objects.select_related("page").get_or_create(page_id=page_id)
        if created:
            # The page begins to name its thread.
            changed(tag_of(page_id))
        subjects = {
            Kind.COMMENTS: str(thread.pk),
            Kind.MY_REPLIES: identity.key,
            Kind.REPLIES: str(comment.pk) if comment else "",
        }
        topic = news.topic_in(thread, thread.page, Kind(kind), subjects[Kind(kind)])
        return notifications.subscribe(topic=topic, identity=identity, email=email, frequency=frequency)


def tell_desk_later() -> None:
    """A comment waits: the desk's own mail goes at the end of the hour, one for all that wait by then."""
    at = next_hour(timezone.now())
    enqueue_once(tell_desk, key=f"desk:{at.isoformat()}", run_after=at, args=(at.isoformat(),))


@task()
def tell_desk(hour: str) -> None:
    """Mail every moderator who subscribed to it how many comments wait. Nothing when none does any more."""
    number = held_count()
    if not number:
        return
    newsroom = current_newsroom()
    words = ngettext("%(n)s comment waits for approval", "%(n)s comments wait for approval", number) % {"n": number}
    # Bounded by the number of moderators.
    for each in interested([(Kind.HELD, "desk")], None).select_related("recipient__user"):
        recipient = each.recipient
        if recipient.user is None or recipient.paused_at or each.frequency == Frequency.SITE:
            continue
        if not rules.may_moderate(recipient.user):
            continue
        stop = links.link(links.STOP, [recipient.pk, each.pk])
        notifications.post_mail(
            to=recipient.email,
            subject=f"{newsroom.name}: {words}",
            template="discussion/mail/desk",
            context={
                "newsroom": newsroom,
                "words": words,
                "desk": settings.BASE_URL + reverse("discussion_desk"),
                "stop": stop,
            },
            key=f"desk:{hour}:{recipient.pk}",
            headers={
                **about_us(),
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
