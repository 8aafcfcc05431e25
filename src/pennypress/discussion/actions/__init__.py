from pennypress.discussion.actions.annotating import Selection, follow_article, put_at_passage
from pennypress.discussion.actions.appealing import appeal, decide_appeal
from pennypress.discussion.actions.closing import close_branch, close_thread, open_branch, open_thread
from pennypress.discussion.actions.correcting import note_correction, note_withdrawal
from pennypress.discussion.actions.importing import (
    Brought,
    close_imported_branch,
    close_imported_thread,
    import_comment,
    import_thread,
    pin_imported_comment,
)
from pennypress.discussion.actions.marking import pick_comment, pin_comment, unpick_comment, unpin_comment
from pennypress.discussion.actions.moderating import (
    approve_comment,
    hold_comment,
    keep_comment,
    remove_comment,
    restore_comment,
)
from pennypress.discussion.actions.moving import merge_comments, move_comment
from pennypress.discussion.actions.other_words import decide_words
from pennypress.discussion.actions.posting import edit_comment, post_comment
from pennypress.discussion.actions.reporting import report_comment
from pennypress.discussion.actions.sanctioning import acknowledge_warning, impose_sanction, lift_sanction
from pennypress.discussion.actions.telling import follow_report, subscribe
from pennypress.discussion.actions.undoing import undo
from pennypress.discussion.actions.voting import vote
from pennypress.discussion.actions.withdrawing import delete_comment, hide_version, show_version

__all__ = [
    "Brought",
    "Selection",
    "acknowledge_warning",
    "appeal",
    "approve_comment",
    "close_branch",
    "close_imported_branch",
    "close_imported_thread",
    "close_thread",
    "decide_appeal",
    "decide_words",
    "delete_comment",
    "edit_comment",
    "follow_article",
    "follow_report",
    "hide_version",
    "hold_comment",
    "import_comment",
    "import_thread",
    "impose_sanction",
    "keep_comment",
    "lift_sanction",
    "merge_comments",
    "move_comment",
    "note_correction",
    "note_withdrawal",
    "open_branch",
    "open_thread",
    "pick_comment",
    "pin_comment",
    "pin_imported_comment",
    "post_comment",
    "put_at_passage",
    "remove_comment",
    "report_comment",
    "restore_comment",
    "show_version",
    "subscribe",
    "undo",
    "unpick_comment",
    "unpin_comment",
    "vote",
]
