"""The giving screen and those who try stolen cards on it: what everybody who begins a gift has to pass, and the newsroom's switch.

Nobody is told which of their cards is good: a payment page is what a tester wants, and what is rationed here.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.limits import TooMany, is_hot, spend
from pennypress.delivery.proof import is_proof, new_challenge
from pennypress.funding import rules
from pennypress.funding.addresses import thanks_address
from pennypress.funding.attacks import SITE, current_attack
from pennypress.funding.models import Attack, Gift
from pennypress.lib.money import format_money
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications.actions import post_mail
from pennypress.notifications.links import address_key
from pennypress.readers.models import User

# What a proof of work is for; the form's own key follows.
BEGINNING = "funding.begin:"


@dataclass(frozen=True)
class Caller:
    """Who begins a gift, as far as is known: keyed hashes of their network and of the networks around it, and their proof.

    A proof that is none ("mail", or what a browser says that cannot work) asks for the link by mail instead.
    """

    network: str
    neighbourhood: str
    proof: str = ""


class ProofNeeded(Exception):
    """So many gifts are begun that a browser has to work first; `challenge` says on what."""

    def __init__(self, challenge: dict[str, object]) -> None:
        super().__init__("proof of work needed")
        self.challenge = challenge


def admit(*, caller: Caller, email: str, form: str, amount: int) -> bool:
    """Count one beginning. True where the payment page may be opened at once, False where a link by mail has to lead there.

    Raises TooMany, Refused for an amount below what is taken under attack, ProofNeeded. Costs three to five statements,
    and writes no row for an address before its sender has come by the limits of their network.
    """
    attack = current_attack()
    if attack and amount < attack.smallest:
        smallest = format_money(attack.smallest, current_newsroom().currency)
        raise rules.Refused(_("Just now the smallest gift is %(amount)s.") % {"amount": smallest})
    spend((rules.STARTS_PER_NETWORK, caller.network), (rules.STARTS_PER_NEIGHBOURHOOD, caller.neighbourhood))
    hot = is_hot(rules.HEAT, SITE) or attack is not None
    if hot and not caller.proof:
        raise ProofNeeded(new_challenge(BEGINNING + form, caller.network))
    spend((rules.STARTS_PER_ADDRESS, _folded(email)), (rules.STARTS_PER_FORM, f"form:{form}"))
    if not hot:
        return True
    if is_proof(caller.proof, BEGINNING + form, caller.network):
        try:
            spend((rules.PROVEN_ON_SITE, SITE))
            return True
        except TooMany:
            # Work can be bought, a mailbox that reads its mail hardly: beyond this only the mail leads on.
            pass
    spend((rules.MAILED_PER_ADDRESS, _folded(email)), (rules.MAILED_ON_SITE, SITE))
    return False


def mail_payment_link(*, gift: Gift) -> None:
    """Mail the link to the payment of a gift that was begun, once; until it is pressed no provider hears of it."""
    newsroom = current_newsroom()
    post_mail(
        to=gift.email,
        subject=_("Your gift to %(name)s: on to the payment") % {"name": newsroom.name},
        template="funding/mail/begun",
        context={
            "newsroom": newsroom,
            "amount": format_money(gift.amount, gift.currency),
            "link": settings.BASE_URL + thanks_address(gift.id),
        },
        key=f"begun:{gift.id}",
    )


def begin_attack(*, why: str, lasts: timedelta, smallest: int, by: User) -> Attack:
    """The newsroom says that the giving screen is under attack. One at a time: said again, the one that runs is ended first.

    Raises Refused for a smallest gift that the giving screen could not take.
    """
    rules.check_amount(smallest, current_newsroom().currency)
    with transaction.atomic():
        end_attack(by=by)
        now = timezone.now()
        return Attack.objects.create(why=why, smallest=smallest, begun_at=now, begun_by=by, ends_at=now + lasts)


def end_attack(*, by: User) -> None:
    """Everything is as on other days again."""
    now = timezone.now()
    Attack.objects.filter(ends_at__gt=now).update(ends_at=now, ended_by=by)


def _folded(email: str) -> str:
    """One key for all ways to write an address that reach the same mailbox: capitals, and what follows a plus."""
    name, _at, host = email.strip().lower().rpartition("@")
    return address_key(f"{name.partition('+')[0]}@{host}")
