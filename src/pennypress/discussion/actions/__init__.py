from pennypress.discussion.actions.annotating import Selection, answer_question, follow_article
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

__all__ = [
    "Selection",
    "answer_question",
    "approve_comment",
    "close_imported_thread",
    "close_thread",
    "edit_comment",
    "follow_article",
    "import_comment",
    "open_thread",
    "post_comment",
    "remove_comment",
    "restore_comment",
    "subscribe",
    "vote",
]
