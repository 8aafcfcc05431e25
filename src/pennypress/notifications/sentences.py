"""What somebody who subscribed is told at once, in whichever room they did."""

from django.utils.translation import gettext as _

from pennypress.notifications.actions.subscribing import Outcome


def sentence_of(outcome: Outcome) -> str:
    if outcome == Outcome.SUBSCRIBED:
        return _("You will be told.")
    return _("Please look into your mail and confirm: one address gets at most one such mail a day.")
