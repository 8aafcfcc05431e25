from pennypress.funding.models.books import (
    AccountName,
    Entry,
    Line,
    MonthTotal,
)
from pennypress.funding.models.events import (
    ProviderEvent,
)
from pennypress.funding.models.gifts import (
    Cancellation,
    Gift,
    GiftState,
    Pledge,
)
from pennypress.funding.models.plan import (
    FundingPlan,
    MonthScale,
    Tier,
)

__all__ = [
    "AccountName",
    "Cancellation",
    "Entry",
    "FundingPlan",
    "Gift",
    "GiftState",
    "Line",
    "MonthScale",
    "MonthTotal",
    "Pledge",
    "ProviderEvent",
    "Tier",
]
