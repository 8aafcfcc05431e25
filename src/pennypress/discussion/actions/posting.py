"""What readers write: posting and editing."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, IntegerField, UUIDField
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.discussion import rules
from pennypress.discussion.actions import airing, places
from pennypress.discussion.actions.annotating import Selection, passage_for
from pennypress.discussion.actions.locks import taken, taken_threads
from pennypress.discussion.actions.mentioning import note_mentions
from pennypress.discussion.actions.telling import tell_desk_later, tell_later, tell_named_later
from pennypress.discussion.actions.withdrawing import keep_version
from pennypress.discussion.drafts import Clues, Draft
from pennypress.discussion.holding import hold_reasons, write_holds
from pennypress.discussion.mentions import links_to, people_named
from pennypress.discussion.models import Comment, Mention, Said, State, Thread
from pennypress.discussion.names import reads_as_newsrooms
from pennypress.discussion.people import last_comment_at, sanctions_by_address, standing_sanctions, wears_badge
from pennypress.discussion.queries import NEWEST, tag_of
from pennypress.discussion.screening.screens import SAID_KEPT
from pennypress.lib.blocks import Block
from pennypress.lib.ids import uuid7
from pennypress.lib.prepared import Given, NewRows, Prepared
from pennypress.readers.identity import Identity

ONCE = "(thread_id, submission_key) DO NOTHING"


def post_comment(
    *,
    page_id: int,
    identity: Identity,
    name: str,
    text: str,
    email: str = "",
    parent_id: UUID | None = None,
    submission: str = "",
    by_staff: bool = False,
    by_author: bool = False,
    clues: Clues | None = None,
    selection: Selection | None = None,
    blocks: Sequence[Block] = (),
    mentions: Sequence[UUID] = (),
) -> Comment:
    """Post a comment under a page and return it: published, or held where a screen of holding.py says so.

    The thread is made with its first comment, just before. The same submission (by the script's key, else the same words by the
    same person at the same place within minutes) returns the comment it made the first time. A selection puts it at a
    passage of the page's text, which is in `blocks`; a reply stands where its root stands. `mentions` are comments of
    people chosen while writing (mentions.py). Raises Refused with a sentence for empty or over-long text, a missing name, one that
    reads as the newsroom's,
    a closed thread or branch, a parent that takes no replies, a passage that is not in the text, words the newsroom does
    not publish, or a sanction; ProofNeeded where the browser has to work first; and
    Comment.DoesNotExist for a parent that is not there.
    """
    text = rules.checked_text(text)
    name = rules.checked_name(name)
    if not (by_staff or by_author) and reads_as_newsrooms(name, user_id=identity.user_id):
        raise rules.Refused(
            _("“%(name)s” reads like the newsroom, or somebody who works there. Please post under another name.")
            % {"name": name}
        )
    email = email.strip().lower()
    at = selection if selection and not parent_id else None
    keys = submission_keys(identity, page_id, at.key if at else parent_id, text, submission)
    # Before the transaction, for which all other writers wait.
    named = people_named(text, page_id, mentions)
    # The screens judge what was written: a mention is a link of ours, not one of theirs.
    bare = rules.checked_html(text)
    html = rules.checked_html(text, links_to(named)) if named else bare
    check_person(identity, email, posting=True)
    draft = Draft(
        page_id=page_id,
        author_key=identity.key,
        name=name,
        email=email,
        text=text,
        html=bare,
        by_staff=by_staff or by_author,
        clues=clues or Clues(),
    )
    reasons = hold_reasons(draft)
    thread = _thread.first(page=page_id) or _begun(page_id)
    comment = new_comment(thread, None)
    comment.author_key, comment.user_id = identity.key, identity.user_id
    comment.name, comment.email, comment.by_staff = name, email, by_staff
    comment.by_author, comment.by_newcomer = by_author, not draft.by_staff and draft.is_newcomer
    comment.by_supporter = wears_badge(identity)
    comment.text, comment.html = text, html
    comment.is_new = not (reasons or draft.by_staff)
    comment.submission_key = keys[0]
    said, words = pieces_of(comment, draft), "" if reasons else airing.first_words(html)
    submitted = {"thread": thread.pk, "key": keys[0], "other": keys[-1]}
    with transaction.atomic():
        if parent_id or at:
            # Whoever sends it again is told of it, whatever has become of its place since.
            if earlier := _submitted.first(**submitted):
                return earlier
            rules.check_open(thread)
        if parent_id:
            (parent,) = taken(parent_id)
            rules.check_parent(parent, thread)
            put_below(comment, parent)
        if at:
            # Before its passages, as who publishes the article takes them.
            taken_threads(thread.id)
            comment.passage = passage_for(thread, at, blocks)
        if not reasons:
            places.make_public(comment)
        # Not before its turn: who has read on to the latest comment finds those that come after it.
        comment.created_at = timezone.now()
        count = places.count_new(comment, other_key=keys[-1])
        # Where writers work side by side (PostgreSQL) another may have written the same since the count began to wait.
        if count is None or not NewRows(Comment, vars(comment), on_conflict=ONCE).write():
            earlier = _submitted.first(**submitted)
            if earlier is None:
                raise rules.closed()
            transaction.set_rollback(True)
            return earlier
        comment._state.adding = False
        if said:
            said.write()
        if named:
            note_mentions(comment, named)
        if reasons:
            write_holds(comment, reasons, is_new=True)
            tell_desk_later()
        else:
            places.count_around(comment)
            airing.new_comment_came(comment, words=words, count=count)
            tell_later(comment)
    return comment


def _begun(page_id: int) -> Thread:
    """The page's thread, made where there is none."""
    with transaction.atomic():
        thread, created = Thread.objects.get_or_create(page_id=page_id)
        if created:
            # The page begins to name its thread.
            changed(tag_of(page_id))
    return thread


_thread = Prepared(lambda: Thread.objects.filter(page_id=Given("page", IntegerField())))
_submitted = Prepared(
    lambda: Comment.objects.filter(
        thread_id=Given("thread", UUIDField()),
        submission_key__in=[Given("key", CharField()), Given("other", CharField())],
    )
)


def check_person(identity: Identity, email: str, *, posting: bool) -> None:
    """Raises Sanctioned when a moderator's decision forbids this person to post, or to change what they posted; Refused
    when one forbids it to whoever the address of a guest belongs to, which is all that a guest is told of it."""
    standing = standing_sanctions(identity)
    if standing:
        rules.check_sanctions(standing, last_comment_at=last_comment_at(identity.key) if posting else None)
    if identity.user_id is None:
        try:
            rules.check_sanctions(sanctions_by_address(email))
        except rules.Sanctioned:
            raise rules.Refused(
                _("Nothing can be posted with this e-mail address now. Whoever it belongs to was told why by mail.")
            ) from None


def new_comment(thread: Thread, parent: Comment | None) -> Comment:
    """An unsaved comment, held and hidden, at its place in the tree."""
    comment = Comment(id=uuid7(), thread=thread, state=State.HELD, is_shown=False)
    comment.root_id, comment.reply_number = comment.id, 0
    if parent:
        put_below(comment, parent)
    return comment


def put_below(comment: Comment, parent: Comment) -> None:
    """Give a comment that is not written yet its place under another."""
    comment.parent = parent
    comment.root_id, comment.reply_number = parent.root_id, None
    comment.depth = parent.depth + 1
    comment.ancestors = [parent.id.hex, *parent.ancestors[: rules.CONTEXT_DEPTH - 1]]
    # Of an archive alone: nobody answers in a closed branch here.
    comment.branch_is_closed = parent.branch_is_closed


def edit_comment(*, comment_id: UUID, identity: Identity, text: str, mentions: Sequence[UUID] = ()) -> Comment:
    """Change the words of one's own comment within the edit window; the earlier words are kept as a version.

    Every check of posting is made again, by the same screens. What would have waited as a new comment waits now, so that
    an approval cannot be spent on other words. Raises Refused when any check fails.
    """
    text = rules.checked_text(text)
    named = people_named(text, *mentions_before(comment_id, mentions))
    bare = rules.checked_html(text)
    html = rules.checked_html(text, links_to(named)) if named else bare
    draft = draft_of(comment_id, text, bare)
    check_person(identity, draft.email, posting=False)
    reasons = hold_reasons(draft)
    with transaction.atomic():
        (comment,) = taken(comment_id)
        if not rules.is_author(identity, comment):
            raise rules.Refused(_("Only its author can edit a comment."))
        rules.check_open(comment.thread)
        rules.check_branch_open(comment)
        if not rules.may_edit(identity, comment):
            raise rules.Refused(_("The time to edit this comment is over."))
        if text == comment.text:
            return comment
        back_to_held = comment.is_published and bool(reasons)
        if back_to_held and comment.child_count:
            raise rules.Refused(_("This comment has been answered already, so it stays as it is."))
        keep_version(comment, was_public=comment.is_published)
        comment.text, comment.html, comment.edited_at = text, html, timezone.now()
        comment.is_new = comment.is_published and not draft.by_staff
        comment.save(update_fields=["text", "html", "edited_at", "is_new"])
        Said.objects.filter(comment=comment).delete()
        if said := pieces_of(comment, draft):
            said.write()
        changed(tag_of(comment.thread.page_id), NEWEST)
        if comment.is_published and not back_to_held:
            airing.words_changed(comment)
        if back_to_held:
            comment.is_new = False
            comment.save(update_fields=["is_new"])
            places.withdraw(comment, state=State.HELD)
            places.count(comment.thread, held_count=1)
            tell_desk_later()
        if comment.is_held:
            write_holds(comment, reasons)
        new_names = note_mentions(comment, named)
        # One that waits tells all whom it names when it is approved.
        if new_names and comment.is_published and comment.versions.count() <= rules.EDITS_THAT_TELL:
            tell_named_later(comment, new_names)
    return comment


def mentions_before(comment_id: UUID, mentions: Sequence[UUID]) -> tuple[int, list[UUID]]:
    """The comment's page, and whom it may mention: who is chosen now, and who was before."""
    page_id = Comment.objects.values_list("thread__page_id", flat=True).get(pk=comment_id)
    known = Mention.objects.filter(comment_id=comment_id).values_list("target_id", flat=True)
    return page_id, [*mentions, *known]


def pieces_of(comment: Comment, draft: Draft) -> NewRows[Said] | None:
    """The pieces by which this text is known again, to be written with it; None where it is not compared."""
    pieces = draft.sketch
    place = {"thread_id": comment.thread_id, "comment_id": comment.pk, "created_at": timezone.now()}
    return NewRows(Said, *(place | {"piece": piece} for piece in pieces)) if pieces else None


def forget_said() -> int:
    """Delete the pieces of texts that are too old to be compared. Returns how many."""
    return Said.objects.filter(created_at__lt=timezone.now() - SAID_KEPT).delete()[0]


def draft_of(comment_id: UUID, text: str, html: str) -> Draft:
    """Other words for a comment that is there. Raises Comment.DoesNotExist."""
    comment = Comment.objects.select_related("thread").get(pk=comment_id)
    return Draft(
        page_id=comment.thread.page_id,
        author_key=comment.author_key,
        name=comment.name,
        email=comment.email,
        text=text,
        html=html,
        by_staff=comment.by_staff or comment.by_author,
        comment_id=comment_id,
    )


def submission_keys(
    identity: Identity, page_id: int, place: UUID | str | None, text: str, submission: str
) -> tuple[str, ...]:
    """The keys under which this submission may be known; a new comment gets the first.

    They are bound to the identity, so nobody can claim or find another's comment by guessing a key.
    """
    if submission:
        return (_digest(identity.key, page_id, "key", submission),)
    bucket = int(timezone.now().timestamp()) // rules.SAME_SUBMISSION_SECONDS
    # The bucket before as well: two presses may fall on both sides of a boundary.
    return tuple(_digest(identity.key, page_id, place, text, number) for number in (bucket, bucket - 1))


def _digest(*parts: object) -> str:
    return hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=24).hexdigest()
