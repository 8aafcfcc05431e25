from pennypress.funding.actions.by_hand import (
    record_offline_gift,
)
from pennypress.funding.actions.events import (
    apply_event,
    apply_event_later,
    receive_event,
)
from pennypress.funding.actions.giving import (
    SUPPORTER_FOR,
    await_confirmation,
    capture,
    start_gift,
)
from pennypress.funding.actions.planning import (
    change_plan,
    change_tier,
    keep_scales_of_past_months,
    remove_tier,
)
from pennypress.funding.actions.pledges import (
    cancel_pledge,
    due_pledges,
    intend_renewal,
)

__all__ = [
    "SUPPORTER_FOR",
    "apply_event",
    "apply_event_later",
    "await_confirmation",
    "cancel_pledge",
    "capture",
    "change_plan",
    "change_tier",
    "due_pledges",
    "intend_renewal",
    "keep_scales_of_past_months",
    "receive_event",
    "record_offline_gift",
    "remove_tier",
    "start_gift",
]
