from pennypress.funding.actions.appeals import (
    count_showing,
    end_appeal,
    fold_showings,
    write_appeal,
)
from pennypress.funding.actions.bringing import (
    bring_gifts,
)
from pennypress.funding.actions.by_hand import (
    record_offline_gift,
)
from pennypress.funding.actions.calls import (
    carry_out,
    try_open_calls,
)
from pennypress.funding.actions.dunning import (
    tell_expiring_cards,
    tell_last_chances,
)
from pennypress.funding.actions.events import (
    apply_event,
    apply_event_later,
    forget_bodies,
    receive_event,
    retry_events,
)
from pennypress.funding.actions.expenses import (
    change_expense,
    record_expense,
    remove_expense,
)
from pennypress.funding.actions.giving import (
    SUPPORTER_FOR,
    await_confirmation,
    capture,
    start_gift,
    start_monthly_after,
)
from pennypress.funding.actions.matching import (
    offer_matching,
    receive_matching,
    set_aside,
    settle_rest,
    stop_matching,
)
from pennypress.funding.actions.paying import (
    look_after_gifts,
    look_after_pledges,
    open_payment,
)
from pennypress.funding.actions.planning import (
    change_appeal_pause,
    change_counting,
    change_fee_cover,
    change_plan,
    change_second_person_limit,
    change_tier,
    keep_scales_of_past_months,
    remove_tier,
)
from pennypress.funding.actions.pledges import (
    cancel_pledge,
    due_pledges,
    intend_renewal,
)
from pennypress.funding.actions.reconciling import (
    reconcile,
)
from pennypress.funding.actions.refunds import (
    ask_refund,
)
from pennypress.funding.actions.saying import (
    decide_wall_entry,
    take_off_the_wall,
)
from pennypress.funding.actions.settling import (
    settle,
)
from pennypress.funding.actions.shielding import (
    Caller,
    ProofNeeded,
    admit,
    begin_attack,
    end_attack,
    mail_payment_link,
)
from pennypress.funding.actions.supporters import (
    change_pledge,
    mail_supporter_link,
)
from pennypress.funding.actions.transfers import (
    confirm_promise,
)

__all__ = [
    "Caller",
    "ProofNeeded",
    "SUPPORTER_FOR",
    "admit",
    "apply_event",
    "apply_event_later",
    "ask_refund",
    "await_confirmation",
    "begin_attack",
    "bring_gifts",
    "cancel_pledge",
    "capture",
    "carry_out",
    "change_appeal_pause",
    "change_counting",
    "change_expense",
    "change_fee_cover",
    "change_plan",
    "change_pledge",
    "change_second_person_limit",
    "change_tier",
    "confirm_promise",
    "count_showing",
    "decide_wall_entry",
    "due_pledges",
    "end_appeal",
    "end_attack",
    "fold_showings",
    "forget_bodies",
    "intend_renewal",
    "keep_scales_of_past_months",
    "look_after_gifts",
    "look_after_pledges",
    "mail_payment_link",
    "mail_supporter_link",
    "offer_matching",
    "open_payment",
    "receive_event",
    "receive_matching",
    "reconcile",
    "record_expense",
    "record_offline_gift",
    "remove_expense",
    "remove_tier",
    "retry_events",
    "set_aside",
    "settle",
    "settle_rest",
    "start_gift",
    "start_monthly_after",
    "stop_matching",
    "take_off_the_wall",
    "tell_expiring_cards",
    "tell_last_chances",
    "try_open_calls",
    "write_appeal",
]
