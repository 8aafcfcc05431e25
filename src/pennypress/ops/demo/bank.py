"""The demo's bank account, two promised transfers, and a statement whose rows wait for the editor."""

from datetime import timedelta

from django.utils import timezone

from pennypress.funding.actions import open_payment, start_gift, transfers
from pennypress.funding.models import Promise
from pennypress.funding.providers.bank_transfer.references import shown
from pennypress.funding.providers.bank_transfer.statements.rows import Row, keyed

# An IBAN that is right by its check digits and belongs to nobody: Germany's published example.
IBAN = "DE89370400440532013000"


def promise_and_bring() -> None:
    """Outside of a transaction: the payment is opened as on the giving screen."""
    transfers.change_bank_account(holder="The Lowmarsh Courier", iban=IBAN, bic="COBADEFFXXX", bank="Lowmarsh Savings")
    codes = []
    for amount, interval, name in ((4000, "", "harbour"), (1000, "month", "choir")):
        gift = start_gift(
            email=f"{name}@pennypress.example", amount=amount, key=f"demo:{name}", provider="bank", interval=interval
        )
        open_payment(gift_id=gift.id)
        transfers.confirm_promise(gift_id=gift.id)
        owner = {"pledge": gift.pledge} if interval else {"gift": gift}
        codes.append(shown(Promise.objects.get(**owner).reference))
    day = timezone.localdate() - timedelta(days=1)
    rows = [
        Row(day, 4000, "EUR", "Harbour Boat Hire", f"For the Courier {codes[0]}"),
        Row(day, 1000, "EUR", "E. Lindqvist", f"standing order {codes[1].replace('-', ' ').lower()}"),
        Row(day, 2500, "EUR", "A reader", "keep it up"),
        Row(day, -6400, "EUR", "Lowmarsh Power", "November"),
    ]
    transfers.bring_in_statement(file_name="november.xml", rows=keyed(rows), by=None)
