"""What the moderation desk shows: its queues, paged by cursor, each comment with what a moderator needs to decide."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pennypress.discussion.actions.undoing import OPPOSITES
from pennypress.discussion.models import (
    Appeal,
    Comment,
    CommentVersion,
    Hold,
    ModerationLog,
    Removal,
    Report,
    Sanction,
    State,
)
from pennypress.discussion.people import other_moderator_exists
from pennypress.discussion.sequences import Sequence
from pennypress.readers.models import User

# What a thumb scrolls through before it has had enough; also how many are decided in one press at most.
PER_PAGE = 25
# More is said as "50+": the desk wants to know whether somebody is new here, not to count a life's work.
COUNTED = 50
# So many reasons of reporters stand with a comment; the number says how many there are.
REPORTS_SHOWN = 5
# Where a comment of the same person may be the one said twice.
MERGE_CANDIDATES = 5
LOG_PAGE = 50


@dataclass(frozen=True)
class Queue:
    order: Sequence
    label: object
    filter: Q
    empty: object

    @property
    def name(self) -> str:
        return self.order.name


MOST_REPORTED = Sequence("reported", "open_reports", descending=True)
QUEUES = {
    queue.name: queue
    for queue in (
        Queue(MOST_REPORTED, gettext_lazy("Reported"), Q(open_reports__gt=0), gettext_lazy("Nothing is reported.")),
        Queue(Sequence("held"), gettext_lazy("Held"), Q(state=State.HELD), gettext_lazy("Nothing waits for you.")),
        Queue(Sequence("new"), gettext_lazy("New"), Q(is_new=True), gettext_lazy("You have seen everything.")),
        Queue(Sequence("all", descending=True), gettext_lazy("All"), Q(), gettext_lazy("Nobody has commented yet.")),
    )
}
APPEALS = Sequence("appeals")
SANCTIONS = Sequence("sanctions", descending=True)
LOG = Sequence("log", descending=True)


@dataclass
class Item:
    """A comment at the desk: why it is here, what its author has done so far, and what stands against them."""

    comment: Comment
    why: list[str] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    sanctions: list[Sanction] = field(default_factory=list)
    removal: Removal | None = None

    @property
    def record(self) -> str:
        approved, removed = (_capped(number) for number in (self.comment.approved, self.comment.removed))  # type: ignore[attr-defined]
        return _("%(approved)s approved · %(removed)s removed") % {"approved": approved, "removed": removed}

    @property
    def is_pinned(self) -> bool:
        return self.comment.id.hex in self.comment.thread.pinned


@dataclass(frozen=True)
class Page:
    queue: Queue
    items: list[Item]
    next_cursor: str = ""


def _capped(number: int) -> str:
    return f"{COUNTED}+" if number > COUNTED else str(number)


def page_of(queue: Queue, cursor: str = "") -> Page:
    """A page of a queue, however long it is: seven queries. A cursor that is none begins at the front."""
    shown, following = queue.order.page(_with_record(Comment.objects.filter(queue.filter)), cursor, PER_PAGE)
    return Page(queue, items_of(shown), following)


def item_of(comment_id: UUID) -> Item:
    """One comment as the desk shows it. Raises Comment.DoesNotExist."""
    return items_of([_with_record(Comment.objects.all()).get(pk=comment_id)])[0]


def _with_record(comments: QuerySet[Comment]) -> QuerySet[Comment]:
    same = Comment.objects.filter(author_key=OuterRef(OuterRef("author_key")))
    return comments.select_related("thread__page", "parent", "root", "user").annotate(
        approved=_count(same.filter(state=State.PUBLISHED)),
        removed=_count(same.filter(state=State.REMOVED, erased_at=None)),
        is_edited=Exists(CommentVersion.objects.filter(comment=OuterRef("pk"))),
    )


def _count(comments: QuerySet[Comment]) -> Subquery:
    """How many there are, looking at no more than COUNTED and one."""
    some = Comment.objects.filter(pk__in=comments.order_by().values("pk")[: COUNTED + 1]).order_by()
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Subquery(some.annotate(number=number).values("number"), output_field=IntegerField())


def items_of(comments: list[Comment]) -> list[Item]:
    """The comments with everything else the desk shows of them, each kind read once for all."""
    items = {comment.id: Item(comment) for comment in comments}
    for hold in Hold.objects.filter(comment__in=items, lifted_at=None):
        if items[hold.comment_id].comment.is_held:
            items[hold.comment_id].why.append(str(hold))
    for report in Report.objects.filter(comment__in=items, settled_at=None)[: PER_PAGE * 10]:
        items[report.comment_id].reports.append(report)
    for removal in Removal.objects.filter(comment__in=items, lifted_at=None).select_related("moderator"):
        items[removal.comment_id].removal = removal
    standing = _standing({comment.author_key for comment in comments})
    for item in items.values():
        number = item.comment.open_reports
        if number:
            item.why.append(ngettext("reported by %(n)s", "reported by %(n)s", number) % {"n": number})
        if item.comment.is_new:
            item.why.append(_("new"))
        item.reports = item.reports[:REPORTS_SHOWN]
        item.sanctions = [one for one in standing if one.author_key == item.comment.author_key]
    return list(items.values())


def _standing(keys: set[str]) -> list[Sanction]:
    found = Sanction.objects.filter(author_key__in=keys, lifted_at=None)[: PER_PAGE * 4]
    return [sanction for sanction in found if sanction.stands]


@dataclass(frozen=True)
class Case:
    """An appeal at the desk, and whether this moderator may decide it."""

    appeal: Appeal
    item: Item
    may_decide: bool


def appeals_for(moderator: User, cursor: str = "") -> tuple[list[Case], str]:
    """A page of the appeals that wait, the oldest first, and the cursor of those that follow. Seven queries."""
    waiting = Appeal.objects.filter(decided_at=None).select_related("removal__moderator")
    found, following = APPEALS.page(waiting, cursor, PER_PAGE)
    comments = _with_record(Comment.objects.filter(pk__in=[appeal.comment_id for appeal in found]))
    items = {item.comment.id: item for item in items_of(list(comments))}
    alone = not other_moderator_exists(moderator)
    cases = [
        Case(appeal, items[appeal.comment_id], alone or appeal.removal.moderator_id != moderator.pk) for appeal in found
    ]
    return cases, following


def sanctions_page(cursor: str = "") -> tuple[list[Sanction], str]:
    """A page of all sanctions, the latest first, those over and lifted included, and the cursor of the older ones."""
    return SANCTIONS.page(Sanction.objects.select_related("moderator"), cursor, LOG_PAGE)


def merge_candidates(comment: Comment) -> list[Comment]:
    """The latest other comments of the same person in the same discussion."""
    same = Comment.objects.filter(thread_id=comment.thread_id, author_key=comment.author_key, state=State.PUBLISHED)
    return list(same.exclude(pk=comment.pk).order_by("-created_at", "-id")[:MERGE_CANDIDATES])


def history_of(comment: Comment) -> list[ModerationLog]:
    """What was done with the comment, newest first."""
    return list(ModerationLog.objects.filter(comment_uuid=comment.pk)[:LOG_PAGE])


@dataclass(frozen=True)
class Undoable:
    """What was done in one press, and can be undone in one."""

    batch: UUID
    label: str
    number: int


def undoable(batch: str, moderator: User) -> Undoable | None:
    """What this moderator did in the press of that name, if it can be undone still."""
    try:
        number = UUID(batch)
    except ValueError:
        return None
    done = list(ModerationLog.objects.filter(batch=number, moderator_uuid=moderator.pk, deed__in=OPPOSITES)[:PER_PAGE])
    if not done or ModerationLog.objects.filter(undoes__in=[line.pk for line in done]).exists():
        return None
    return Undoable(number, done[0].get_deed_display(), len(done))


@dataclass(frozen=True)
class LogPage:
    lines: list[ModerationLog]
    undone: set[UUID | None]
    next_cursor: str = ""


def log_page(cursor: str = "") -> LogPage:
    """The log of all deeds, newest first."""
    shown, following = LOG.page(ModerationLog.objects.all(), cursor, LOG_PAGE)
    undone = set(ModerationLog.objects.filter(undoes__in=[line.pk for line in shown]).values_list("undoes", flat=True))
    for line in shown:
        line.can_be_undone = line.deed in OPPOSITES and line.pk not in undone  # type: ignore[attr-defined]
    return LogPage(shown, undone, following)
