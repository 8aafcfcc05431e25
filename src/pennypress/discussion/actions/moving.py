"""Moving a comment to another article, and merging what was said twice."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.discussion import rules
from pennypress.discussion.actions.deeds import check_moderator, locked, note_deed
from pennypress.discussion.actions.folding import fold_votes, unfold_votes
from pennypress.discussion.actions.locks import taken
from pennypress.discussion.actions.moderating import put_back, remove_comment
from pennypress.discussion.actions.transplanting import as_facts, branch_of, put_at_passage, transplant
from pennypress.discussion.models import Comment, Deed, ModerationLog, Removal, Rule, Thread
from pennypress.discussion.queries import tag_of
from pennypress.readers.models import User


def move_comment(
    *, comment_id: UUID, page_id: int, moderator: User, note: str = "", batch: UUID | None = None
) -> Comment:
    """Move a comment with all that answers it under another page, where it stands as a root.

    Its address stays and leads to the new place. The caller has made sure that the page takes a discussion. Raises
    Refused when it stands there already or too much hangs on it.
    """
    with transaction.atomic():
        comment = locked(comment_id, moderator)
        thread, created = Thread.objects.get_or_create(page_id=page_id)
        if created:
            changed(tag_of(page_id))
        if thread.id == comment.thread_id:
            raise rules.Refused(_("This comment stands under that article already."))
        home, facts = comment.thread_id, as_facts(comment)
        transplant(comment, thread=thread, parent=None)
        facts["to"] = thread.id.hex
        note_deed(Deed.MOVED, moderator, thread_id=home, comment_id=comment.id, note=note, batch=batch, facts=facts)
    return comment


def move_back(*, line: ModerationLog, moderator: User) -> Comment:
    """Put a moved comment back where it stood. Raises Refused when that place is gone, or it was moved on since."""
    assert line.comment_uuid is not None
    check_moderator(moderator)
    gone = rules.Refused(_("The place this comment stood at is gone."))
    above = [UUID(line.facts["parent"])] if line.facts["parent"] else []
    with transaction.atomic():
        if not Comment.objects.filter(pk__in=above).count() == len(above):
            raise gone
        comment, *parents = taken(line.comment_uuid, *above)
        if comment.thread_id.hex != line.facts["to"]:
            raise rules.Refused(_("This comment has been moved on since."))
        thread = Thread.objects.filter(pk=line.facts["thread"]).first()
        parent = parents[0] if parents else None
        if thread is None or (parent and parent.thread_id != thread.id):
            raise gone
        transplant(comment, thread=thread, parent=parent, number=line.facts["number"])
        put_at_passage(comment, line.facts["passage"])
        note_deed(Deed.MOVED_BACK, moderator, thread_id=thread.id, comment_id=comment.id, undoes=line.id)
    return comment


def merge_comments(
    *, kept_id: UUID, duplicate_id: UUID, moderator: User, note: str = "", batch: UUID | None = None
) -> Comment:
    """Take down what was said already; its replies go on under the comment that stays, and its address leads there.

    Its votes count for the one that stays, each person's once. Returns the comment that stays. Raises Refused for comments of two
    threads, for one that is not published, and where one answers the other.
    """
    check_moderator(moderator)
    with transaction.atomic():
        duplicate, kept = taken(duplicate_id, kept_id)
        if duplicate.thread_id != kept.thread_id or duplicate.id == kept.id:
            raise rules.Refused(_("Only two comments of one discussion can be merged."))
        if not kept.is_published:
            raise rules.Refused(_("The comment that stays has to be a published one."))
        if any(comment.id == kept.id for comment in branch_of(duplicate)):
            raise rules.Refused(_("The comment that stays answers the other one, so they cannot be merged."))
        children = list(Comment.objects.filter(parent=duplicate).order_by("reply_number", "id"))
        stood = [[child.id.hex, child.reply_number] for child in children]
        for child in children:
            child.thread = duplicate.thread
            transplant(child, thread=child.thread, parent=Comment.objects.get(pk=kept.id))
        removed = remove_comment(
            comment_id=duplicate.id,
            moderator=moderator,
            rule=Rule.DUPLICATE,
            note=note,
            batch=batch,
            merged_into=kept,
            facts={"kept": kept.id.hex, "children": stood},
        )
        fold_votes(removed, kept, Removal.objects.get(comment=removed, lifted_at=None).created_at)
    return kept


def separate(*, line: ModerationLog, moderator: User) -> Comment:
    """Undo a merging: the duplicate is back, with those of its replies that still stand under the other comment."""
    assert line.comment_uuid is not None
    check_moderator(moderator)
    kept = UUID(line.facts["kept"])
    with transaction.atomic():
        # Both branches at once, for its replies go from one to the other.
        there = list(Comment.objects.filter(pk=kept).values_list("pk", flat=True))
        back, *others = taken(line.comment_uuid, *there)
        put_back(back)
        for other in others:
            unfold_votes(back, other, line.created_at)
        for hex_id, number in line.facts["children"]:
            child = Comment.objects.filter(pk=hex_id, parent_id=kept).select_related("thread").first()
            back = Comment.objects.get(pk=line.comment_uuid)
            if child is not None and child.thread_id == back.thread_id:
                transplant(child, thread=child.thread, parent=back, number=number)
        back = Comment.objects.get(pk=line.comment_uuid)
        note_deed(Deed.SEPARATED, moderator, thread_id=back.thread_id, comment_id=back.id, undoes=line.id)
    return back
