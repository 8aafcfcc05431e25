from pennypress.funding.models.books import (
    FEE_ACCOUNTS,
    INCOME_ACCOUNTS,
    RETURNS,
    AccountName,
    Entry,
    EntryKind,
    Line,
    MonthTotal,
    PublishedMonth,
)
from pennypress.funding.models.events import (
    ProviderCall,
    ProviderEvent,
    Reconciliation,
)
from pennypress.funding.models.expenses import (
    Expense,
)
from pennypress.funding.models.gifts import (
    Cancellation,
    Dispute,
    Gift,
    GiftState,
    Interval,
    Pledge,
    Refund,
)
from pennypress.funding.models.matching import (
    Match,
    MatchingOffer,
)
from pennypress.funding.models.plan import (
    Carry,
    FundingPlan,
    MonthScale,
    Tier,
)

__all__ = [
    "FEE_ACCOUNTS",
    "INCOME_ACCOUNTS",
    "RETURNS",
    "AccountName",
    "Cancellation",
    "Carry",
    "Dispute",
    "Entry",
    "EntryKind",
    "Expense",
    "FundingPlan",
    "Gift",
    "GiftState",
    "Interval",
    "Line",
    "Match",
    "MatchingOffer",
    "MonthScale",
    "MonthTotal",
    "Pledge",
    "ProviderCall",
    "ProviderEvent",
    "PublishedMonth",
    "Reconciliation",
    "Refund",
    "Tier",
]
