from pennypress.funding.models.appeals import (
    Appeal,
    Place,
    Segment,
    Showing,
    Wording,
)
from pennypress.funding.models.attacks import (
    Attack,
)
from pennypress.funding.models.bank import (
    BankAccount,
    Mistake,
    Promise,
    RowState,
    SecondLook,
    Statement,
    StatementDraft,
    StatementRow,
    TableColumns,
)
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
from pennypress.funding.models.documents import (
    Document,
    DocumentKind,
    DocumentSeries,
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
    Lapse,
    Pledge,
    Refund,
)
from pennypress.funding.models.matching import (
    Match,
    MatchingOffer,
)
from pennypress.funding.models.origins import (
    Origin,
    Role,
    Touch,
)
from pennypress.funding.models.plan import (
    Carry,
    FeeCover,
    FundingPlan,
    MonthScale,
    Tier,
)
from pennypress.funding.models.words import (
    MAX_MESSAGE,
    MAX_NAME,
    Honour,
    WallEntry,
)

__all__ = [
    "AccountName",
    "Appeal",
    "Attack",
    "BankAccount",
    "Cancellation",
    "Carry",
    "Dispute",
    "Document",
    "DocumentKind",
    "DocumentSeries",
    "Entry",
    "EntryKind",
    "Expense",
    "FEE_ACCOUNTS",
    "FeeCover",
    "FundingPlan",
    "Gift",
    "GiftState",
    "Honour",
    "INCOME_ACCOUNTS",
    "Interval",
    "Lapse",
    "Line",
    "MAX_MESSAGE",
    "MAX_NAME",
    "Match",
    "MatchingOffer",
    "Mistake",
    "MonthScale",
    "MonthTotal",
    "Origin",
    "Place",
    "Pledge",
    "Promise",
    "ProviderCall",
    "ProviderEvent",
    "PublishedMonth",
    "RETURNS",
    "Reconciliation",
    "Refund",
    "Role",
    "RowState",
    "SecondLook",
    "Segment",
    "Showing",
    "Statement",
    "StatementDraft",
    "StatementRow",
    "TableColumns",
    "Tier",
    "Touch",
    "WallEntry",
    "Wording",
]
