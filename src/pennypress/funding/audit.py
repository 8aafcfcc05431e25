"""The program audits itself: the books against themselves, the kept sums, the published months and the gifts."""

from django.db.models import Count, F, Q, Sum

from pennypress.funding import ledger, numbering
from pennypress.funding.models import (
    INCOME_ACCOUNTS,
    AccountName,
    Dispute,
    Entry,
    EntryKind,
    Gift,
    GiftState,
    Line,
    MatchingOffer,
    MonthTotal,
    PublishedMonth,
)
from pennypress.newsroom.queries import load_newsroom

# A gift booked by mistake is in the books with the entry that undid it.
BOOKED = (GiftState.CAPTURED, GiftState.MISTAKEN)
# A fault repeated a thousand times is one fault; the rest is counted.
MOST_TOLD = 50


def audit() -> list[str]:
    """One sentence for each fault, so nothing for sound books. Reads all of them: for the command, not for a page."""
    faults = [*ledger.check(), *_stray_lines(), *_months(), *_gifts(), *_matching(), *numbering.check()]
    if len(faults) > MOST_TOLD:
        return [*faults[:MOST_TOLD], f"There are {len(faults) - MOST_TOLD} more."]
    return faults


def _stray_lines() -> list[str]:
    stray = Line.objects.exclude(entry_id__in=Entry.objects.values("pk")).count()
    return [f"{stray} lines belong to no entry."] if stray else []


def _months() -> list[str]:
    """A month that is closed is published, once, and what it published is what the books say of that time."""
    faults = []
    totals = {(total.month, total.currency): total for total in MonthTotal.objects.all()}
    published = {(row.month, row.currency): row for row in PublishedMonth.objects.all()}
    for place, total in sorted(totals.items()):
        row = published.get(place)
        if bool(total.closed_at) != bool(row):
            faults.append(f"{place[0]:%Y-%m} {place[1]}: closed on the meter or published, but not both.")
        if row and (row.raised, row.fees, row.gifts) != (total.raised, total.fees, total.gifts):
            faults.append(f"{place[0]:%Y-%m} {place[1]}: published {row.raised}, and the meter keeps {total.raised}.")
    faults += [
        f"{month:%Y-%m} {currency} is published without entries."
        for month, currency in published.keys() - totals.keys()
    ]
    return faults


def _gifts() -> list[str]:
    """Each captured gift is in the books once and with its amount, nothing else is, and no more went back than came."""
    booked = Q(entries__kind=EntryKind.GIFT)
    captured = Gift.objects.filter(state=GiftState.CAPTURED)
    faults = [
        f"Gift {number} is received and in the books {count} times."
        for number, count in captured.annotate(count=Count("entries", filter=booked, distinct=True))
        .exclude(count=1)
        .values_list("pk", "count")
    ]
    faults += [
        f"Gift {number} is in the books and not received."
        for number in Gift.objects.filter(booked).exclude(state__in=BOOKED).values_list("pk", flat=True)
    ]
    income = Q(entries__lines__account__in=INCOME_ACCOUNTS, entries__lines__currency=F("currency"))
    own = income & ~Q(entries__kind=EntryKind.MATCH)
    # A gift in foreign money counts for what was made of it; its own currency then says nothing.
    plain = Gift.objects.filter(state__in=BOOKED).filter(
        Q(settled_currency="") | Q(settled_currency=F("currency")) | ~_foreign()
    )
    for number, amount, returned, kept in plain.annotate(
        kept=-Sum("entries__lines__amount", filter=own, default=0)
    ).values_list("pk", "amount", "returned", "kept"):
        if kept != amount - returned:
            faults.append(f"Gift {number}: {amount} came and {returned} went back, but the books keep {kept}.")
    held = Dispute.objects.filter(outcome=Dispute.Outcome.OPEN).values("gift").annotate(total=Sum("reserved"))
    open_disputes = {row["gift"]: row["total"] for row in held}
    for number, disputed in Gift.objects.exclude(disputed=0).values_list("pk", "disputed"):
        if open_disputes.pop(number, 0) != disputed:
            faults.append(f"Gift {number} holds {disputed} back for disputes that are not open.")
    faults += [
        f"Gift {number} has an open dispute and holds nothing back." for number, total in open_disputes.items() if total
    ]
    return faults


def _foreign() -> Q:
    newsroom = load_newsroom()
    return ~Q(currency=newsroom.currency) if newsroom else Q()


def _matching() -> list[str]:
    """What offers say is used is what their matches add up to."""
    faults = []
    offers = MatchingOffer.objects.annotate(total=Sum(F("matches__amount") - F("matches__undone"), default=0))
    for offer in offers:
        if offer.total != offer.used:
            faults.append(f"The offer of {offer.name}: {offer.used} is used, and its matches are {offer.total}.")
    # Money that has come and doubled nothing yet is a debt; money that doubled and has not come is owed to us.
    expected: dict[str, int] = {}
    for offer in offers:
        if offer.received_at:
            expected[offer.currency] = expected.get(offer.currency, 0) - offer.left
        elif not offer.rest_settled_at:
            expected[offer.currency] = expected.get(offer.currency, 0) - offer.used
    booked = Line.objects.filter(account=AccountName.MATCHING).values_list("currency").annotate(total=Sum("amount"))
    sums = dict(booked)
    for currency in sorted(expected.keys() | sums.keys()):
        if expected.get(currency, 0) != sums.get(currency, 0):
            faults.append(
                f"Set aside for matching: {sums.get(currency, 0)} {currency} in the books, "
                f"{expected.get(currency, 0)} by the offers."
            )
    return faults
