"""What open pages are told of the discussion, in the transaction of the deed itself. Only what everybody may see."""

from uuid import UUID

import nh3
from django.db.models import UUIDField

from pennypress.delivery.live import tell, tell_instead, told_first
from pennypress.discussion.models import Comment, Passage, State, Thread
from pennypress.discussion.queries import tag_of
from pennypress.lib.markup import plain_text
from pennypress.lib.prepared import Given, Prepared

# Of a comment's words, enough to decide whether one wants to read it. Two lines on a phone.
FIRST_WORDS = 100
SKIPPED = {"blockquote", "details", "pre", "script", "style"}
_FIRST = nh3.Cleaner(tags={"p", "br", "li"}, attributes={}, clean_content_tags=SKIPPED)
# Of its HTML, what surely holds them.
READ = 3_000


def comment_came(comment: Comment) -> None:
    """The comment is public, again or for the first time."""
    tell_instead(
        tag_of(comment.thread.page_id),
        "comment",
        str(comment.id),
        **shown(comment, first_words(comment.html)),
        **counts(comment.thread_id, comment.passage_id),
    )


def new_comment_came(comment: Comment, *, words: str, count: int) -> None:
    """The comment was public as soon as it was written; its first words were found before, for other writers wait now.

    Nothing was told of it before, and `count` is how many its thread has with it.
    """
    told = shown(comment, words) | {"count": count} | at_passage(comment.passage_id)
    tell(tag_of(comment.thread.page_id), "comment", str(comment.id), **told)


def words_changed(comment: Comment) -> None:
    """The public comment says something else now: who was not told of it yet hears its new words only.

    `first` says when it was told of first, so that a page can tell a comment it has missed from one that has changed.
    """
    channel, about = tag_of(comment.thread.page_id), str(comment.id)
    tell(
        channel,
        "comment",
        about,
        first=told_first(channel, "comment", about),
        **shown(comment, first_words(comment.html)),
    )


def shown(comment: Comment, words: str) -> dict[str, str | int]:
    """What an open page is told of a comment: where it belongs, and what the bubble says."""
    return {
        "id": str(comment.id),
        "parent": str(comment.parent_id or ""),
        "root": str(comment.root_id),
        "place": comment.reply_number or 0,
        "name": comment.name,
        "at": comment.created_at.isoformat(),
        "words": words,
    }


def comment_went(comment: Comment) -> None:
    """The comment is public no more; what was told of it is taken back with it."""
    how = {State.REMOVED: "removed", State.DELETED: "deleted"}.get(State(comment.state), "away")
    about = str(comment.id)
    tell_instead(
        tag_of(comment.thread.page_id),
        "gone",
        about,
        id=about,
        how=how,
        **counts(comment.thread_id, comment.passage_id),
    )


def comment_moved(comment: Comment, home: Thread, passage_id: UUID | None) -> None:
    """The comment stands under another article now, where it is new, and is gone from where it stood."""
    about = str(comment.id)
    tell_instead(tag_of(home.page_id), "gone", about, id=about, how="away", **counts(home.pk, passage_id))
    comment_came(comment)


def counts(thread_id: UUID, passage_id: UUID | None) -> dict[str, str | int]:
    """How many comments the thread has now, and the passage: numbers as they are, so that a page which missed some of
    them is right with the next."""
    (count,) = _count(thread=thread_id)
    return {"count": count} | at_passage(passage_id)


def at_passage(passage_id: UUID | None) -> dict[str, str | int]:
    if passage_id is None:
        return {}
    passage = Passage.objects.get(pk=passage_id)
    told: dict[str, str | int] = {"passage": str(passage_id), "at_passage": passage.comment_count}
    if not passage.is_orphaned:
        told |= {"block": passage.block, "start": passage.start, "end": passage.end}
    return told


_count = Prepared(
    lambda: Thread.objects.filter(pk=Given("thread", UUIDField())).values_list("comment_count", flat=True)
)


def votes_changed(comment: Comment) -> None:
    about = str(comment.id)
    tell(tag_of(comment.thread.page_id), "votes", about, id=about, up=comment.up, down=comment.down)


def branch_closed(top: Comment) -> None:
    tell(tag_of(top.thread.page_id), "branch", str(top.id), id=str(top.id), closed=True)


def branch_opened(top: Comment) -> None:
    tell(tag_of(top.thread.page_id), "branch", str(top.id), id=str(top.id), closed=False)


def pins_changed(thread: Thread) -> None:
    tell(tag_of(thread.page_id), "pins", pinned=[str(UUID(pinned)) for pinned in thread.pinned])


def pick_changed(comment: Comment) -> None:
    about = str(comment.id)
    tell(tag_of(comment.thread.page_id), "pick", about, id=about, picked=comment.is_pick)


def thread_closed(thread: Thread) -> None:
    tell(tag_of(thread.page_id), "closing", closed=True)


def thread_opened(thread: Thread) -> None:
    tell(tag_of(thread.page_id), "closing", closed=False)


def first_words(html: str) -> str:
    """The beginning of what a comment says: without markup, the words it quotes, and what it hides from a first look."""
    # Of a long one no more than is needed.
    words = plain_text(_FIRST.clean(html[:READ])) or "…"
    if len(words) <= FIRST_WORDS:
        return words
    beginning = words[:FIRST_WORDS]
    return (beginning.rpartition(" ")[0] or beginning).rstrip(" ,;:.–-") + " …"
