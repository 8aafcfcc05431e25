from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery.ready import changed
from pennypress.funding import booking, ledger, rules
from pennypress.funding.models import AccountName, EntryKind, MatchingOffer
from pennypress.lib.ids import uuid7
from pennypress.lib.money import format_money
from pennypress.newsroom.queries import current_newsroom


def offer_matching(
    *, number: UUID, name: str, cap: int, begins_at: datetime, ends_at: datetime, account: str
) -> MatchingOffer:
    """Somebody doubles what others give; `account` says where their money is, or is empty while it is only promised.

    Money that has come is set aside in the books. The same form sent twice is one offer. Raises rules.Refused.
    """
    currency = current_newsroom().currency
    rules.check_amount_by_hand(cap)
    with transaction.atomic():
        if found := MatchingOffer.objects.filter(pk=number).first():
            return found
        rules.check_offer_time(begins_at, ends_at)
        ledger.hold(ledger.month_of(timezone.now()), currency)
        if MatchingOffer.objects.select_for_update().filter(begins_at__lt=ends_at, ends_at__gt=begins_at).exists():
            raise rules.Refused(_("Another offer runs at that time; a gift is doubled by one."))
        offer = MatchingOffer.objects.create(
            id=number, name=name, cap=cap, currency=currency, begins_at=begins_at, ends_at=ends_at, account=account,
            received_at=timezone.now() if account else None,
        )  # fmt: skip
        if account:
            set_aside(offer=offer, happened_at=timezone.now())
        changed(ledger.METER)
    return offer


def set_aside(*, offer: MatchingOffer, happened_at: datetime) -> None:
    """The whole of an offer's money is there, and waits to double gifts."""
    lines = booking.Lines()
    lines.move(offer.cap, offer.currency, debit=offer.account, credit=AccountName.MATCHING)
    ledger.post(
        key=f"matching-set-aside:{offer.id}", kind=EntryKind.MATCH, happened_at=happened_at,
        note=_("Set aside to double gifts: %(name)s") % {"name": offer.name}, lines=lines.values(),
    )  # fmt: skip


def stop_matching(*, offer: MatchingOffer) -> None:
    """End an offer now, or take back one that has not begun. What was doubled stays so."""
    now = timezone.now()
    with transaction.atomic():
        offer = MatchingOffer.objects.select_for_update().get(pk=offer.pk)
        if offer.ends_at > now:
            offer.ends_at = max(now, offer.begins_at + timedelta(microseconds=1))
            if offer.begins_at > now:
                offer.begins_at, offer.ends_at = now, now + timedelta(microseconds=1)
            offer.save(update_fields=["begins_at", "ends_at"])
            changed(ledger.METER)


def receive_matching(*, offer: MatchingOffer, amount: int, account: str) -> None:
    """The money that was only promised has come: what it doubled so far is income of this month, the rest is set aside.

    From now on the offer doubles no more than what came. Raises rules.Refused below what is used or above what was offered.
    """
    with transaction.atomic():
        ledger.hold(ledger.month_of(timezone.now()), offer.currency)
        offer = MatchingOffer.objects.select_for_update().get(pk=offer.pk)
        if offer.received_at:
            return
        if not max(1, offer.used) <= amount <= offer.cap:
            raise rules.Refused(
                _("Please give an amount from %(used)s, which is used, to %(cap)s, which was offered.")
                % {
                    "used": format_money(offer.used, offer.currency),
                    "cap": format_money(offer.cap, offer.currency),
                }
            )
        now, lines = timezone.now(), booking.Lines()
        lines.move(amount, offer.currency, debit=account, credit=AccountName.MATCHING)
        lines.move(offer.used, offer.currency, debit=AccountName.MATCHING, credit=AccountName.PLEDGES)
        lines.move(offer.used, offer.currency, debit=AccountName.MATCHING, credit=AccountName.INCOME)
        ledger.post(
            key=f"matching-received:{offer.id}", kind=EntryKind.MATCH, happened_at=now,
            note=_("Came to double gifts: %(name)s") % {"name": offer.name}, lines=lines.values(),
        )  # fmt: skip
        offer.cap, offer.account, offer.received_at = amount, account, now
        offer.save(update_fields=["cap", "account", "received_at"])


def settle_rest(*, offer: MatchingOffer, keep: bool) -> None:
    """What is left over when an offer has ended: kept as a gift of this month, or given back; or, never paid, written off."""
    with transaction.atomic():
        ledger.hold(ledger.month_of(timezone.now()), offer.currency)
        offer = MatchingOffer.objects.select_for_update().get(pk=offer.pk)
        if offer.ends_at > timezone.now():
            raise rules.Refused(_("This offer still runs."))
        if offer.rest_settled_at:
            return
        if not offer.received_at:
            # What was promised and never came: the memo goes, and nothing else was ever booked.
            if offer.used:
                _book(offer, "rest", AccountName.MATCHING, AccountName.PLEDGES, offer.used, _("Never came: %(name)s"))
        elif offer.left and keep:
            _book(offer, "rest", AccountName.MATCHING, AccountName.INCOME, offer.left, _("Left over, kept: %(name)s"))
        elif offer.left:
            _book(offer, "rest", AccountName.MATCHING, offer.account, offer.left, _("Given back: %(name)s"))
        # What is gone can double nothing more, should the refund of a gift fail.
        offer.cap, offer.rest_settled_at = offer.used, timezone.now()
        offer.save(update_fields=["cap", "rest_settled_at"])
        changed(ledger.METER)


def _book(offer: MatchingOffer, deed: str, debit: str, credit: str, amount: int, note: str) -> None:
    lines = booking.Lines()
    lines.move(amount, offer.currency, debit=debit, credit=credit)
    ledger.post(
        # The offer's own row, held, sees to it that this is done once; something may be left over more than once.
        key=f"matching-{deed}:{offer.id}:{uuid7()}", kind=EntryKind.MATCH, happened_at=timezone.now(),
        note=note % {"name": offer.name}, lines=lines.values(),
    )  # fmt: skip
