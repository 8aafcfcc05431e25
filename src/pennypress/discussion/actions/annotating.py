"""Passages: what readers and authors point at in the text, and what becomes of it when the article is edited."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from pennypress.delivery.ready import changed
from pennypress.discussion import rules
from pennypress.discussion.actions.locks import taken_threads
from pennypress.discussion.actions.places import keep_marks
from pennypress.discussion.anchors import Anchor, Found, Text, anchored_again, located
from pennypress.discussion.models import Annotations, Comment, Move, Passage, PassageMove, Question, State, Thread
from pennypress.discussion.queries import blocks_of_page, tag_of
from pennypress.lib.blocks import Block


@dataclass(frozen=True)
class Selection:
    """What a comment is about: a passage that is known already, a stretch of the text as the reader saw it, or, for an
    importer, the author's question by its key.
    """

    passage_id: UUID | None = None
    block: str = ""
    start: int = 0
    end: int = 0
    quote: str = ""
    question: str = ""

    @property
    def key(self) -> str:
        return str(self.passage_id or f"{self.block}:{self.start}:{self.end}")


def passage_for(thread: Thread, selection: Selection, blocks: Sequence[Block]) -> Passage:
    """The passage that is meant, made if it is new. Runs inside the transaction of the comment about it.

    Raises Refused when the article does not say this any more, or when it is longer than a passage may be.
    """
    if selection.passage_id:
        known = Passage.objects.filter(thread=thread, pk=selection.passage_id).first()
        if known is None:
            raise rules.Refused(_("This passage belongs to another article."))
        return known
    if len(selection.quote) > rules.MAX_PASSAGE:
        raise rules.Refused(_("This passage is too long to be commented on as one; please choose less of it."))
    text = _text(blocks)
    kept = _kept(thread, text)
    if kept.text != _as_rows(text):
        # The article was published while this was written: what stands is brought there first.
        _follow(thread, kept, text)
    anchor = located(text, block=selection.block, start=selection.start, end=selection.end, quote=selection.quote)
    if anchor is None or not anchor.quote.strip():
        raise rules.Refused(
            _("The article does not say this any more; it was changed while you read. Please choose the passage again.")
        )
    same = Passage.objects.filter(
        thread=thread, block=anchor.block, start=anchor.start, end=anchor.end, quote=anchor.quote, orphaned_at=None
    )
    return same.order_by("created_at").first() or _make(thread, anchor)


def follow_article(*, page: Page) -> None:
    """After the page was published: bring its passages to where they stand now, and its author's questions with them.

    What an edit took away is kept as a passage of an earlier version, and comes back when its words do. Where there is
    neither a passage nor a question nothing is written. Each change is a line in the passage's history.
    """
    blocks = blocks_of_page(page)
    if blocks is None:
        return
    asked = any(mark.data.get("data-question", "").strip() for block in blocks for mark in block.marks)
    with transaction.atomic():
        thread = Thread.objects.select_for_update(no_key=True).filter(page_id=page.pk).first()
        if thread is None and asked:
            thread = Thread.objects.create(page_id=page.pk)
        if thread is None:
            return
        kept = Annotations.objects.select_for_update().filter(pk=thread.pk).first()
        text = _text(blocks)
        if kept is None and not asked:
            return
        kept = kept or _kept(thread, text)
        if kept.text != _as_rows(text):
            _follow(thread, kept, text)
        _ask(thread, text, blocks)
        keep_marks(thread.pk)
        changed(tag_of(page.pk))


def _text(blocks: Sequence[Block]) -> Text:
    return Text((block.id, block.text) for block in blocks)


def _as_rows(text: Text) -> list[list[str]]:
    return [[name, words] for name, words in text.blocks.items()]


def _kept(thread: Thread, text: Text) -> Annotations:
    kept, _created = Annotations.objects.select_for_update().get_or_create(
        thread=thread, defaults={"text": _as_rows(text)}
    )
    return kept


def _make(thread: Thread, anchor: Anchor) -> Passage:
    return Passage.objects.create(
        thread=thread, quote=anchor.quote, prefix=anchor.prefix, suffix=anchor.suffix, block=anchor.block,
        start=anchor.start, end=anchor.end,
    )  # fmt: skip


def _follow(thread: Thread, kept: Annotations, text: Text) -> None:
    """Anchor every passage of the thread in the new text."""
    old = Text((name, words) for name, words in kept.text)
    passages = list(Passage.objects.filter(thread=thread).order_by("id"))
    # One that was lost before has no place in the old text any more.
    anchors = [replace(p.anchor, block="") if p.is_orphaned else p.anchor for p in passages]
    moves: list[PassageMove] = []
    altered: list[Passage] = []
    for passage, found in zip(passages, anchored_again(anchors, old, text), strict=True):
        if found is not None and found.how == "same":
            if found.anchor == passage.anchor:
                continue
        elif found is not None or not passage.is_orphaned:
            moves.append(_move(passage, found, old))
        _place(passage, found)
        altered.append(passage)
    fields = ["block", "start", "end", "prefix", "suffix", "words_now", "orphaned_at"]
    Passage.objects.bulk_update(altered, fields, batch_size=100)
    PassageMove.objects.bulk_create(moves, batch_size=100)
    kept.text = _as_rows(text)
    kept.save(update_fields=["text"])


def _move(passage: Passage, found: Found | None, old: Text) -> PassageMove:
    """The line of its history: where it stood until now, and what stood there."""
    words = old.blocks.get(passage.block, "")[passage.start : passage.end] or passage.quote
    how = Move(found.how) if found else Move.ORPHANED
    return PassageMove(
        thread_id=passage.thread_id, passage=passage, how=how, block=passage.block, start=passage.start,
        end=passage.end, words=words,
    )  # fmt: skip


def _place(passage: Passage, found: Found | None) -> None:
    if found is None:
        # Its place and context stay as they were last, by which it is found again should its words come back.
        passage.orphaned_at = passage.orphaned_at or timezone.now()
        return
    anchor = found.anchor
    passage.block, passage.start, passage.end = anchor.block, anchor.start, anchor.end
    passage.prefix, passage.suffix = anchor.prefix, anchor.suffix
    passage.words_now = "" if found.words == passage.quote else found.words
    passage.orphaned_at = None


def _ask(thread: Thread, text: Text, blocks: Sequence[Block]) -> None:
    """The author's questions as they stand in the text: new ones, changed ones, and those that were taken out."""
    known = {q.key: q for q in Question.objects.filter(thread=thread).select_related("passage")}
    seen: set[str] = set()
    for block in blocks:
        for mark in block.marks:
            words = " ".join(mark.data.get("data-question", "").split())[:300]
            key = mark.data.get("data-key", "")[:40] or words[:40]
            if not words or key in seen:
                continue
            seen.add(key)
            anchor = text.anchor(block.id, mark.start, mark.end)
            is_open = mark.data.get("data-open") == "1"
            question = known.get(key)
            if question is None:
                Question.objects.create(
                    thread=thread, passage=_make(thread, anchor), key=key, text=words, is_open=is_open
                )
                continue
            _stand(question.passage, anchor)
            question.text, question.is_open, question.withdrawn_at = words, is_open, None
            question.save(update_fields=["text", "is_open", "withdrawn_at"])
    gone = Question.objects.filter(thread=thread, withdrawn_at=None).exclude(key__in=seen)
    gone.update(withdrawn_at=timezone.now())


def _stand(passage: Passage, anchor: Anchor) -> None:
    """A question stands where its author has put it, whatever the diff says."""
    if passage.anchor == anchor and not passage.is_orphaned:
        return
    PassageMove.objects.create(
        thread_id=passage.thread_id, passage=passage, how=Move.ASKED, block=passage.block, start=passage.start,
        end=passage.end, words=passage.quote,
    )  # fmt: skip
    passage.quote, passage.words_now, passage.orphaned_at = anchor.quote, "", None
    passage.block, passage.start, passage.end = anchor.block, anchor.start, anchor.end
    passage.prefix, passage.suffix = anchor.prefix, anchor.suffix
    passage.save()


def put_at_passage(*, comment: Comment, selection: Selection, blocks: Sequence[Block] = ()) -> bool:
    """Put an imported root comment at a passage. Returns whether there is one; nothing is changed where there is none."""
    with transaction.atomic():
        thread = taken_threads(comment.thread_id)[comment.thread_id]
        if selection.question:
            asked = Question.objects.filter(thread=thread, key=selection.question).select_related("passage").first()
            passage = asked.passage if asked else None
        else:
            try:
                passage = passage_for(thread, selection, blocks)
            except rules.Refused:
                passage = None
        if passage is not None and comment.passage_id != passage.pk:
            Comment.objects.filter(pk=comment.pk).update(passage=passage)
            recount(thread_id=thread.pk)
    return passage is not None


def recount(*, thread_id: UUID) -> None:
    """Count the comments at each passage of a thread anew."""
    with transaction.atomic():
        total = 0
        published = Count("comments", filter=Q(comments__state=State.PUBLISHED))
        for passage in Passage.objects.filter(thread_id=thread_id).annotate(number=published):
            total += passage.number
            if passage.number != passage.comment_count:
                Passage.objects.filter(pk=passage.pk).update(comment_count=passage.number)
        Annotations.objects.filter(pk=thread_id).update(comment_count=total)
        keep_marks(thread_id)
        changed(tag_of(Thread.objects.values_list("page_id", flat=True).get(pk=thread_id)))
