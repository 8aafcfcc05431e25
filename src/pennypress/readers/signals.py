"""What rooms above tell each other about readers without knowing each other."""

from django.dispatch import Signal

# The newsroom has corrected an article because of what a reader wrote, or has taken that correction back. Sent inside the
# transaction, with: source (what the reader's room calls their note), correction_id, text, title, address, and
# choice_address, where the reader may say whether they want to be named ("" when nobody asks).
note_became_correction = Signal()
correction_was_withdrawn = Signal()
# The reader has erased the note that led to a correction (correction_id): nobody may be named for it any more. Sent inside
# the transaction of the erasure.
note_was_erased = Signal()
# A reader does not wish any more that their support is seen (user_id); sent within the transaction.
support_hidden = Signal()
# Something that a reader said waits for the moderators (see `words`); sent within the transaction.
words_wait = Signal()
