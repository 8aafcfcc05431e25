"""After a single gift: the smaller one that might come every month. Said once on the page of thanks, and never again."""

from django.db.models.functions import Lower

from pennypress.funding.models import Gift, GiftState, Pledge
from pennypress.funding.providers.registry import providers
from pennypress.funding.queries import plan
from pennypress.funding.rules import bounds
from pennypress.lib.money import exponent

# Who has just given fifteen says yes to five a month or less; the newsroom's own amounts come first. For small gifts it is
# a fifth, as fundraisers' ladders have it (nine once, less than two a month).
AT_MOST_A = 3
ELSE_A = 5


def offered_amount(given: int, suggested: list[int], currency: str) -> int:
    """The largest suggested monthly amount that is a third of the gift or less; else a fifth, in whole units; 0 for none."""
    fitting = [amount for amount in suggested if amount * AT_MOST_A <= given]
    if fitting:
        return max(fitting)
    unit = 10 ** exponent(currency)
    amount = given // ELSE_A // unit * unit
    return amount if amount >= bounds(currency)[0] else 0


def offer_after(gift: Gift) -> int:
    """What is offered to the giver of this gift; 0 where it was not single, has not stayed, or its giver gives regularly."""
    if gift.state != GiftState.CAPTURED or gift.pledge_id or not gift.email or gift.left < gift.amount:
        return 0
    if gift.provider not in {provider.name for provider in providers()}:
        return 0
    if Pledge.objects.alias(address=Lower("email")).filter(address=gift.email.lower(), active=True).exists():
        return 0
    return offered_amount(gift.amount - gift.covered, plan().suggested_monthly, gift.currency)
