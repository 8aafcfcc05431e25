from pennypress.discussion.actions.annotating import Selection, follow_article, put_at_passage
from pennypress.discussion.actions.correcting import note_correction, note_withdrawal
from pennypress.discussion.actions.importing import close_imported_thread, import_comment
from pennypress.discussion.actions.moderating import (
    approve_comment,
    close_thread,
    open_thread,
    remove_comment,
    restore_comment,
)
from pennypress.discussion.actions.posting import edit_comment, post_comment
from pennypress.discussion.actions.telling import subscribe
from pennypress.discussion.actions.voting import vote
from pennypress.discussion.actions.withdrawing import delete_comment, hide_version

__all__ = [
    "Selection",
    "approve_comment",
    "close_imported_thread",
    "close_thread",
    "delete_comment",
    "edit_comment",
    "follow_article",
    "hide_version",
    "import_comment",
    "note_correction",
    "note_withdrawal",
    "open_thread",
    "post_comment",
    "put_at_passage",
    "remove_comment",
    "restore_comment",
    "subscribe",
    "vote",
]
