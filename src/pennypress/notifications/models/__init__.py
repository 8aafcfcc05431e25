from pennypress.notifications.models.devices import Device
from pennypress.notifications.models.mails import Mail
from pennypress.notifications.models.notices import Notice
from pennypress.notifications.models.recipients import Recipient
from pennypress.notifications.models.subscriptions import Frequency, Kind, Subscription

__all__ = ["Device", "Frequency", "Kind", "Mail", "Notice", "Recipient", "Subscription"]
