"""What rooms above tell each other about readers without knowing each other."""

from django.dispatch import Signal

# The newsroom has corrected an article because of what a reader wrote, or has taken that correction back. Sent inside the
# transaction, with: source (what the reader's room calls their note), correction_id, text, title, address, and
# choice_address, where the reader may say whether they want to be named ("" when nobody asks).
note_became_correction = Signal()
correction_was_withdrawn = Signal()
