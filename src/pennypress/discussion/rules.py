"""May they? And how much? Limits stand beside their reasons."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pennypress.delivery.limits import Limit
from pennypress.discussion.models import Appeal, Comment, Removal, Sanction, State, Thread
from pennypress.discussion.permissions import MODERATE
from pennypress.lib.markup import TooNested, render_comment, without_controls
from pennypress.lib.text import has_something_to_see, plainly_visible, without_towers
from pennypress.readers.identity import Identity

# About four printed columns: more is an article, not a comment, and would push the next reader off the page.
MAX_TEXT = 10_000
MAX_NAME = 80
# Long enough to correct a slip, short enough that nobody has answered yet to something else.
EDIT_WINDOW = timedelta(minutes=15)
# Who was forgotten may be named by an edit and is told; more such edits of one comment would call up the whole thread.
EDITS_THAT_TELL = 3
# On a narrow phone six indents still leave a line of about 45 letters.
MAX_DRAWN_DEPTH = 6
# One page of a thread: the roots a reader reads in one sitting, and so many replies that a quarrel does not bury them.
ROOTS_PER_PAGE = 30
ROOTS_PER_FULL_PAGE = 100
REPLIES_PER_ROOT = 10
# What a page costs follows what it draws: at most twice its roots, pinned ones and replies together.
COMMENTS_PER_ROOT = 2
REPLIES_PER_BRANCH_PAGE = 100
# A permalink shows this many comments above the one asked for.
CONTEXT_DEPTH = 6
# A passage is at most a long paragraph; what is quoted is shown to this length and no further.
MAX_PASSAGE = 3_000
QUOTE_SHOWN = 200
# More marks than these in one article would hide its text; the passages with fewer comments are found in the thread.
MAX_MARKED = 200
MAX_QUESTIONS = 40
# What a mark opens is a taste of what was said there.
NEWEST_AT_PASSAGE = 3
# A person types no faster; a program does.
POSTS_PER_PERSON = Limit("discussion.post", count=6, seconds=60)
# A school or an office behind one address may discuss together; a flood from it may not.
POSTS_PER_NETWORK = Limit("discussion.post-network", count=40, seconds=300)
# Each look at one's words before posting costs a rendering of them, and nothing is kept of it.
PREVIEWS_PER_NETWORK = Limit("discussion.preview", count=200, seconds=300)
# A search looks through thousands of comments; a reader needs a few, a copying program would ask for all.
SEARCHES_PER_NETWORK = Limit("discussion.search", count=120, seconds=300)
VOTES_PER_PERSON = Limit("discussion.vote", count=60, seconds=60)
VOTES_PER_NETWORK = Limit("discussion.vote-network", count=400, seconds=300)
# A quote reminds of what was said; more than this says it again.
MAX_QUOTE = 1_000
# Two presses on a form without scripts within this time, with the same words at the same place, are one comment.
SAME_SUBMISSION_SECONDS = 300
# An office or a train votes together; more guests than these, of one network on one comment in a day, are one guest with
# many cookies. Members count always.
GUESTS_PER_NETWORK = Limit("discussion.voters", count=20, seconds=86_400)
# And each of them is counted once in the same day, however often they press.
COUNTED_AS_GUEST = Limit("discussion.voter", count=1, seconds=86_400)
# Who reads a whole thread and finds it bad reports the worst of it; a program would report it all.
REPORTS_PER_PERSON = Limit("discussion.report", count=10, seconds=3600)
REPORTS_PER_NETWORK = Limit("discussion.report-network", count=60, seconds=3600)
MAX_REPORT_NOTE = 500
# A press at the desk is undone within minutes or not at all; who reported is told after them.
SECOND_THOUGHTS = timedelta(minutes=15)
# Nothing is said twice more often than this; it bounds whom one reply may tell.
MAX_TWINS = 20
# With more, the first screen of a discussion would be the newsroom's and not its readers'.
MAX_PINNED = 3
# A branch larger than this is a discussion of its own; moving it would let all other writers wait.
MAX_MOVED = 1_000
# Long enough for a holiday, short enough that those who decided still know why.
APPEAL_WINDOW = timedelta(days=30)
# About a printed column: what speaks for one comment fits.
MAX_APPEAL = 2_000
APPEALS_PER_NETWORK = Limit("discussion.appeal-network", count=20, seconds=3600)
# A suspension beyond a year is a ban, and should be called one.
MAX_SUSPENSION = timedelta(days=365)
# From a pause for breath to one comment a day.
MIN_SLOW_MINUTES, MAX_SLOW_MINUTES = 5, 24 * 60
# The first comments of a person are welcomed as such.
NEWCOMER_UNTIL = 3


# What one may be told of under an article.
NOTIFY_KINDS = ("replies", "my-replies", "comments")


class Refused(Exception):
    """The rules forbid it; the message is one sentence for the person who tried."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Sanctioned(Refused):
    """A moderator's decision forbids it; the person is told which, and can read it at its address."""

    def __init__(self, sentence: str, sanction: Sanction) -> None:
        super().__init__(sentence)
        self.sanction = sanction


def may_moderate(user: AbstractBaseUser | AnonymousUser) -> bool:
    return bool(user.is_active and user.has_perm(MODERATE))  # type: ignore[attr-defined]


def is_by_author(page: object, user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether the page counts this account among its authors: it says so itself, if it can."""
    asked = getattr(page, "is_author", None)
    return bool(user.is_authenticated and asked and asked(user))


def is_author(identity: Identity | None, comment: Comment) -> bool:
    return identity is not None and comment.author_key == identity.key


def editable_until(comment: Comment) -> datetime:
    return comment.created_at + EDIT_WINDOW


def may_edit(identity: Identity | None, comment: Comment) -> bool:
    """Own words only, while they are fresh, not taken down, and the thread is open."""
    return (
        is_author(identity, comment)
        and not comment.is_gone
        and not comment.thread.is_closed
        and not comment.branch_is_closed
        and timezone.now() < editable_until(comment)
    )


def check_deletable(identity: Identity | None, comment: Comment) -> None:
    """Raises Refused unless this person may take the comment back: it is theirs, and still there."""
    if not is_author(identity, comment):
        raise Refused(_("Only its author can delete a comment."))
    if comment.is_gone:
        raise Refused(_("This comment is not there any more."))


def check_open(thread: Thread) -> None:
    """Raises Refused when the thread takes no more comments."""
    if thread.is_closed:
        raise closed()


def closed() -> Refused:
    return Refused(_("This discussion is closed, so nothing was posted."))


def check_parent(parent: Comment, thread: Thread) -> None:
    """Raises Refused unless the comment may be answered from this thread."""
    if parent.thread_id != thread.id:
        raise Refused(_("The comment you answer belongs to another article."))
    if parent.state == State.DELETED:
        raise Refused(_("The comment you answer was deleted by its author, so it cannot be answered."))
    if parent.state == State.REMOVED:
        raise Refused(_("The comment you answer has been removed, so it cannot be answered."))
    check_branch_open(parent)
    if parent.state == State.HELD:
        raise Refused(_("The comment you answer is still waiting for approval, so it cannot be answered yet."))


def check_notify_kind(kind: str, comment: Comment | None) -> None:
    """Raises Refused unless one may be told of this kind here; answers are those to a comment that is public."""
    if kind not in NOTIFY_KINDS:
        raise Refused(_("Please choose what you want to be told of."))
    if kind == "replies" and (comment is None or comment.state == State.REMOVED):
        raise Refused(_("This comment is not there any more, so nobody can answer it."))


def check_branch_open(comment: Comment) -> None:
    """Raises Refused when the comment stands in a branch that is closed."""
    if comment.branch_is_closed:
        raise Refused(_("This branch of the discussion is closed, so nothing was posted."))


def check_pinnable(comment: Comment, standing: int) -> None:
    """Raises Refused unless the comment may be pinned beside so many others."""
    if comment.depth:
        raise Refused(_("Only a comment that answers nobody can be pinned."))
    if not comment.is_published:
        raise Refused(_("This comment is not published."))
    if comment.id.hex in comment.thread.pinned:
        raise Refused(_("This comment is pinned already."))
    if standing >= MAX_PINNED:
        raise Refused(_("There are %(n)s pinned comments already; please unpin one first.") % {"n": MAX_PINNED})


def check_reportable(comment: Comment, identity: Identity) -> None:
    """Raises Refused unless this person may report the comment."""
    if comment.state != State.PUBLISHED:
        raise Refused(_("This comment is not published, so there is nothing to report."))
    if is_author(identity, comment):
        raise Refused(_("This is your own comment; you can edit it while it is fresh."))


def check_appealable(removal: Removal, appeal: Appeal | None) -> None:
    """Raises Refused unless the removal can be appealed against."""
    if appeal is not None:
        raise Refused(_("You have appealed against this removal already; it is decided once."))
    if removal.lifted_at is not None:
        raise Refused(_("This comment is not removed any more."))
    if timezone.now() > removal.created_at + APPEAL_WINDOW:
        raise Refused(_("The time to appeal against this removal is over."))


def check_sanctions(standing: Iterable[Sanction], *, last_comment_at: datetime | None = None) -> None:
    """Raises Sanctioned with the gravest of them that forbids taking part now; `last_comment_at` where a comment is
    about to be posted."""
    # Of two of a kind the latest counts; a warning that was read is done with.
    open_ones = [sanction for sanction in standing if sanction.acknowledged_at is None]
    by_kind = {sanction.kind: sanction for sanction in sorted(open_ones, key=lambda sanction: sanction.created_at)}
    if banned := by_kind.get(Sanction.Kind.BANNED):
        raise Sanctioned(
            _("A moderator has excluded you from the discussions. Reason: %(why)s") % {"why": why(banned)}, banned
        )
    if suspended := by_kind.get(Sanction.Kind.SUSPENDED):
        moment = date_format(timezone.localtime(suspended.until), "DATETIME_FORMAT")
        sentence = _("A moderator has suspended you until %(moment)s. Reason: %(why)s")
        raise Sanctioned(sentence % {"moment": moment, "why": why(suspended)}, suspended)
    warning = by_kind.get(Sanction.Kind.WARNING)
    if warning:
        sentence = _("A moderator has warned you: %(why)s Please say first that you have read it.")
        raise Sanctioned(sentence % {"why": why(warning)}, warning)
    slowed = by_kind.get(Sanction.Kind.SLOWED)
    if slowed and last_comment_at is not None:
        again = last_comment_at + timedelta(minutes=slowed.minutes or 0)
        if timezone.now() < again:
            moment = date_format(timezone.localtime(again), "DATETIME_FORMAT")
            sentence = _(
                "A moderator has slowed you down to one comment in %(n)s minutes; the next fits at %(moment)s. Reason: %(why)s"
            )
            raise Sanctioned(sentence % {"n": slowed.minutes, "moment": moment, "why": why(slowed)}, slowed)


def why(sanction: Sanction) -> str:
    """The rule and the moderator's note, as a sentence's end."""
    return f"{sanction.get_rule_display()}{f' – {sanction.note}' if sanction.note else ''}."


def check_votable(comment: Comment) -> None:
    """Raises Refused unless the comment takes votes."""
    if comment.state != State.PUBLISHED:
        raise Refused(_("This comment cannot be voted on: it is not published."))


def checked_text(text: str) -> str:
    """The comment's words, ready to store. Raises Refused when there are none or too many."""
    text = without_towers(without_controls(text)).strip()
    if not has_something_to_see(text):
        raise Refused(_("Please write something before you post."))
    if len(text) > MAX_TEXT:
        raise Refused(
            _("Your comment has %(length)s characters; at most %(limit)s fit. Please shorten it.")
            % {"length": f"{len(text):,}", "limit": f"{MAX_TEXT:,}"}
        )
    return text


def checked_html(text: str, mentions: Mapping[str, str] | None = None) -> str:
    """The HTML of checked words, with links to whom they name. Raises Refused when quotes or lists stand too deep in each other."""
    try:
        return render_comment(text, mentions)
    except TooNested:
        raise Refused(
            _("Quotes or lists stand too deep in each other here. Please take some of their signs away.")
        ) from None


def checked_name(name: str) -> str:
    """The name to the letter, without what nobody sees. Raises Refused when nothing is left or it is too long."""
    name = plainly_visible(without_controls(name))
    if not has_something_to_see(name):
        raise Refused(_("Please give a name; any will do."))
    if len(name) > MAX_NAME:
        raise Refused(_("This name is too long; please use at most %(limit)s characters.") % {"limit": MAX_NAME})
    return name
