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
from pennypress.lib.prepared import Given, Prepared, insert
from pennypress.readers.identity import Identity


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

    The thread is made with its first comment. The same submission (by the script's key, else the same words by the
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
    by_newcomer = not draft.by_staff and draft.is_newcomer
    by_supporter = wears_badge(identity)
    with transaction.atomic():
        thread = _thread.first(page=page_id)
        if thread is None:
            thread, created = Thread.objects.get_or_create(page_id=page_id)
            if created:
                # The page begins to name its thread.
                changed(tag_of(page_id))
        earlier = _submitted.first(thread=thread.pk, key=keys[0], other=keys[-1])
        if earlier:
            return earlier
        rules.check_open(thread)
        parent = None
        if parent_id:
            (parent,) = taken(parent_id)
            rules.check_parent(parent, thread)
        comment = new_comment(thread, parent)
        if at:
            # Before its passages, as who publishes the article takes them.
            taken_threads(thread.id)
            comment.passage = passage_for(thread, at, blocks)
        comment.author_key, comment.user_id = identity.key, identity.user_id
        comment.name, comment.email, comment.by_staff = name, email, by_staff
        comment.by_author, comment.by_newcomer = by_author, by_newcomer
        comment.by_supporter = by_supporter
        comment.text, comment.html = text, html
        comment.is_new = not (reasons or draft.by_staff)
        comment.submission_key = keys[0]
        if not reasons:
            places.make_public(comment)
        if not insert(comment, on_conflict="(thread_id, submission_key) DO NOTHING"):
            # The second press of a double press arrived while the first was being written.
            return Comment.objects.get(thread=thread, submission_key=keys[0])
        remember(comment, draft)
        if named:
            note_mentions(comment, named)
        if reasons:
            places.count(thread, held_count=1)
            write_holds(comment, reasons, is_new=True)
            tell_desk_later()
        else:
            places.count_public(comment)
            airing.comment_came(comment, is_new=True)
            tell_later(comment)
    return comment


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
    comment = Comment(id=uuid7(), thread=thread, parent=parent, state=State.HELD, is_shown=False)
    if parent is None:
        comment.root_id, comment.reply_number = comment.id, 0
        return comment
    comment.root_id = parent.root_id
    comment.depth = parent.depth + 1
    comment.ancestors = [parent.id.hex, *parent.ancestors[: rules.CONTEXT_DEPTH - 1]]
    # Of an archive alone: nobody answers in a closed branch here.
    comment.branch_is_closed = parent.branch_is_closed
    return comment


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
        remember(comment, draft)
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


def remember(comment: Comment, draft: Draft) -> None:
    """Note the pieces by which this text is known again, in the place of those it had before."""
    if draft.comment_id:
        Said.objects.filter(comment=comment).delete()
    if draft.sketch:
        insert(*(Said(thread_id=comment.thread_id, comment=comment, piece=piece) for piece in draft.sketch))


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
