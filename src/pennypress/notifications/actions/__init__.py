from pennypress.notifications.actions.following import copy_subscriptions, move_subscriptions
from pennypress.notifications.actions.letters import write_due_letters, write_letters
from pennypress.notifications.actions.mails import post_mail, post_text, send_later, send_mail
from pennypress.notifications.actions.members import follow_address, member_recipient
from pennypress.notifications.actions.pushing import add_device, push_notice, remove_device
from pennypress.notifications.actions.reading import mark_all_read, mark_read
from pennypress.notifications.actions.subscribing import (
    ask_again,
    confirm,
    end,
    end_all,
    mail_link,
    pause,
    refuse,
    resume,
    set_frequency,
    subscribe,
)
from pennypress.notifications.actions.telling import News, forget_old, spread, tell

__all__ = [
    "News",
    "add_device",
    "ask_again",
    "confirm",
    "copy_subscriptions",
    "end",
    "end_all",
    "follow_address",
    "forget_old",
    "mail_link",
    "mark_all_read",
    "mark_read",
    "member_recipient",
    "move_subscriptions",
    "pause",
    "post_mail",
    "post_text",
    "push_notice",
    "refuse",
    "remove_device",
    "resume",
    "send_later",
    "send_mail",
    "set_frequency",
    "spread",
    "subscribe",
    "tell",
    "write_due_letters",
    "write_letters",
]
