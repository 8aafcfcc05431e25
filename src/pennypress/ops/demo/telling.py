"""The demo's subscriptions: a few guests who want to be told, one whose answer is still out, and the editor's inbox."""

from uuid import uuid4

from pennypress.discussion import actions as discussion
from pennypress.discussion.models import Comment, State
from pennypress.discussion.news import SOURCE, offer_held
from pennypress.notifications import actions
from pennypress.notifications.models import Frequency, Kind, Notice, Recipient
from pennypress.publishing.following import topic_of
from pennypress.publishing.models import ArticlePage, Byline
from pennypress.readers.identity import Identity
from pennypress.readers.models import User

# How many of the newest comments lie in the editor's inbox, and how many of them have been read.
IN_THE_INBOX, READ = 8, 3
GUESTS = (
    ("marta@pennypress.example", Kind.COMMENTS, Frequency.HOURLY),
    ("paul@pennypress.example", Kind.COMMENTS, Frequency.DAILY),
    ("undecided@pennypress.example", Kind.COMMENTS, Frequency.NOW),
)


def subscribe_guests(article: ArticlePage) -> None:
    """All of them ask, and all but the last confirm, as by the button in the mail."""
    for email, kind, frequency in GUESTS:
        guest = Identity(f"guest:{uuid4()}", None, "", False)
        discussion.subscribe(page_id=article.pk, kind=kind, identity=guest, email=email, frequency=frequency)
        if email != GUESTS[-1][0]:
            recipient = Recipient.objects.get(email=email)
            chosen = set(recipient.subscriptions.values_list("pk", flat=True))
            actions.confirm(recipient=recipient, chosen=chosen, browser=guest)


def tell_editor(editor: User) -> None:
    """The editor follows the liveliest discussion and one author, and has been told of what was said last."""
    newest = list(
        Comment.objects.filter(state=State.PUBLISHED).order_by("-thread__comment_count", "-created_at", "-id")[
            :IN_THE_INBOX
        ]
    )
    byline = Byline.objects.order_by("name").first()
    recipient = actions.member_recipient(editor)
    if not newest or byline is None or recipient is None:
        return
    who = Identity(f"user:{editor.pk}", editor.pk, editor.name, True)
    discussion.subscribe(
        page_id=newest[0].thread.page_id, kind=Kind.COMMENTS, identity=who, email="", frequency=Frequency.SITE
    )
    actions.subscribe(topic=topic_of(byline), identity=who, frequency=Frequency.DAILY)
    if (held := offer_held(editor)) is not None:
        actions.subscribe(topic=held, identity=who, frequency=Frequency.HOURLY)
    reason = recipient.subscriptions.get(kind=Kind.COMMENTS)
    for number, comment in enumerate(reversed(newest)):
        Notice.objects.create(
            recipient=recipient, subscription=reason, source=SOURCE, subject=str(comment.pk), thread=comment.thread_id,
            created_at=comment.created_at, read_at=comment.created_at if number < READ else None,
        )  # fmt: skip
