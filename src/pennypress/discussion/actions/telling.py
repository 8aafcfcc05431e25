"""Telling people of comments. The one who posts pays for one job row; everything else is the worker's."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from pennypress.delivery.ready import changed
from pennypress.discussion import news, outcomes, rules
from pennypress.discussion.actions.letters import address_of, tell_of_approval
from pennypress.discussion.models import Comment, Mention, Removal, Report, State, Thread
from pennypress.discussion.queries import held_count, tag_of
from pennypress.jobs.actions import enqueue_once
from pennypress.jobs.folding import folds
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications import actions as notifications
from pennypress.notifications import links
from pennypress.notifications.actions.subscribing import Outcome, about_us
from pennypress.notifications.models import Frequency, Kind
from pennypress.notifications.queries import interested, recipients_of_person, topics_awaited
from pennypress.notifications.rules import next_hour
from pennypress.readers.identity import Identity
from pennypress.readers.models import User
from pennypress.readers.words import sources

# What a comment says is not needed to find who is told of it.
WORDS = ("text", "html")


def tell_later(comment: Comment) -> None:
    """The comment has become public: whoever wants to know is told, once. One job row in the caller's transaction."""
    enqueue_once(tell_of_comment, key=f"tell:{comment.pk}", args=(str(comment.pk),))


@folds
@task()
def tell_of_comment(*comment_ids: str) -> None:
    """Of these comments the few that concern somebody go on to them. Four queries, and one for each comment that does."""
    numbers = [UUID(comment_id) for comment_id in comment_ids]
    published = Comment.objects.filter(pk__in=numbers, state=State.PUBLISHED)
    comments = list(published.select_related("parent").defer(*WORDS, *(f"parent__{name}" for name in WORDS)))
    twins = _merged_into([comment.parent for comment in comments if comment.parent])
    mentions = (
        Mention.objects.filter(comment__in=comments)
        .select_related("target")
        .defer(*(f"target__{name}" for name in WORDS))
    )
    named: dict[UUID, list[Mention]] = {}
    for mention in mentions:
        named.setdefault(mention.comment_id, []).append(mention)
    concerned = [
        (comment, *_concerned(comment, twins.get(comment.parent_id, []), named.get(comment.pk, [])))
        for comment in comments
    ]
    awaited = topics_awaited((comment.thread_id, topics) for comment, topics, _members in concerned)
    told = [
        _news(comment, topics, members)
        for comment, topics, members in concerned
        if members or any((comment.thread_id, *topic) in awaited for topic in topics)
    ]
    if told:
        with transaction.atomic():
            for each in told:
                notifications.tell(each)


def _concerned(comment: Comment, twins: list[Comment], mentions: list[Mention]) -> tuple[list[list[str]], list[str]]:
    """The topics a comment belongs to, and the accounts that are told of it without having asked."""
    topics, members = [[Kind.COMMENTS.value, str(comment.thread_id)]], []
    # Who waited for answers to what was said twice waits for those to the one that stays.
    for answered in [comment.parent, *twins] if comment.parent else []:
        topics += [[Kind.REPLIES.value, str(answered.pk)], [Kind.MY_REPLIES.value, answered.author_key]]
        if answered.user_id:
            # A member finds answers to their own words in the inbox without having asked for it.
            members.append(str(answered.user_id))
    named, members_named = _named(mentions)
    return topics + named, members + members_named


def tell_named_later(comment: Comment, names: list[str]) -> None:
    """An edit has named people whom the public comment had not: they are told, and nobody else. One job row."""
    numbers = list(comment.mentions.filter(name__in=names).values_list("pk", flat=True))
    if numbers:
        args = (str(comment.pk), [str(number) for number in numbers])
        enqueue_once(tell_of_names, key=f"named:{comment.pk}:{max(numbers)}", args=args)


@task()
def tell_of_names(comment_id: str, mentions: list[str]) -> None:
    comment = Comment.objects.filter(pk=UUID(comment_id)).select_related("thread").first()
    if comment is None or not comment.is_published:
        return
    # Whoever is not named any more by now is not told.
    topics, members = _named(comment.mentions.filter(pk__in=mentions).select_related("target"))
    notifications.tell(_news(comment, topics, members), again=f":{max(mentions)}")


def _named(mentions: Iterable[Mention]) -> tuple[list[list[str]], list[str]]:
    """Who is named is told as if they were answered: what they wait for, and the accounts among them."""
    targets = [mention.target for mention in mentions]
    topics = [[Kind.MY_REPLIES.value, target.author_key] for target in targets]
    return topics, [str(target.user_id) for target in targets if target.user_id]


def _news(comment: Comment, topics: list[list[str]], members: list[str]) -> notifications.News:
    by = recipients_of_person(user_id=comment.user_id, key=comment.author_key, email=comment.email)
    return notifications.News(
        source=news.SOURCE, subject=str(comment.pk), topics=topics, thread=str(comment.thread_id),
        by=[str(each) for each in by], members=[each for each in members if each != str(comment.user_id)],
    )  # fmt: skip


def _merged_into(comments: list[Comment]) -> dict[UUID | None, list[Comment]]:
    """What was merged with each of these, and is still; MAX_TWINS is kept where they are merged."""
    if not comments:
        return {}
    standing = Removal.objects.filter(merged_into__in=comments, lifted_at=None, comment__erased_at=None)
    twins: dict[UUID | None, list[Comment]] = {}
    for removal in standing.select_related("comment").defer(*(f"comment__{name}" for name in WORDS)):
        twins.setdefault(removal.merged_into_id, []).append(removal.comment)
    return twins


def tell_of_reports_later(comment: Comment) -> None:
    """A moderator has settled the comment's reports: who wants to know is told, once it is clear that it stays so."""
    at = timezone.now() + rules.SECOND_THOUGHTS
    enqueue_once(tell_of_reports, key=f"reports:{comment.pk}:{at.isoformat()}", run_after=at, args=(str(comment.pk),))


@task()
def tell_of_reports(comment_id: str) -> None:
    if Report.objects.filter(comment_id=UUID(comment_id), settled_at=None).exists():
        return
    thread_id = Comment.objects.filter(pk=UUID(comment_id)).values_list("thread_id", flat=True).first()
    if thread_id is not None:
        topics = [[Kind.REPORT.value, comment_id]]
        notifications.tell(
            notifications.News(source=outcomes.SOURCE, subject=comment_id, topics=topics, thread=str(thread_id))
        )


def tell_of_approval_later(comment: Comment) -> None:
    """A moderator has approved what waited: its author is told once, if it stays so."""
    if address_of(comment):
        at = timezone.now() + rules.SECOND_THOUGHTS
        enqueue_once(tell_author, key=f"approved:{comment.pk}", run_after=at, args=(str(comment.pk),))


@task()
def tell_author(comment_id: str) -> None:
    comment = Comment.objects.filter(pk=UUID(comment_id)).select_related("thread__page", "user").first()
    if comment is not None and comment.is_published:
        tell_of_approval(comment)


def follow_report(*, comment: Comment, identity: Identity, email: str) -> Outcome | None:
    """Have a reporter told what comes of their report: a member at their own address, a guest at the one they give, once
    it is confirmed. None where there is no address. Raises notifications' Refused."""
    member = User.objects.filter(pk=identity.user_id).first() if identity.user_id else None
    if not email and (member is None or notifications.member_recipient(member) is None):
        return None
    return notifications.subscribe(
        topic=outcomes.topic_of(comment), identity=identity, email=email, frequency=Frequency.NOW
    )


def follow_moved(branch: list[Comment], home: Thread, thread: Thread) -> None:
    """Who waits for answers to one of these comments, or to their own under the article they leave, is told of those
    under the other article from now on. In the transaction that moves them."""
    to = news.topic_in(thread, thread.page, Kind.REPLIES, "")
    numbers, authors = [str(comment.pk) for comment in branch], sorted({comment.author_key for comment in branch})
    notifications.move_subscriptions(kinds=[Kind.REPLIES, Kind.REPORT], subjects=numbers, home=home.pk, to=to)
    notifications.copy_subscriptions(kind=Kind.MY_REPLIES, subjects=authors, home=home.pk, to=to)


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


def _what_waits() -> Iterator[str]:
    if number := held_count():
        yield ngettext("%(n)s comment waits for approval", "%(n)s comments wait for approval", number) % {"n": number}
    for source in sources():
        if number := source.waiting():
            yield f"{source.label}: {number}"


@task()
def tell_desk(hour: str) -> None:
    """Mail every moderator who subscribed to it how many comments wait. Nothing when none does any more."""
    words = ", ".join(_what_waits())
    if not words:
        return
    newsroom = current_newsroom()
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
