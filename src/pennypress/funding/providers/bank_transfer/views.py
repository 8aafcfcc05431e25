from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from pennypress.funding.models import BankAccount, Gift, Promise
from pennypress.funding.providers.bank_transfer.picture import transfer_picture
from pennypress.funding.providers.bank_transfer.references import shown


def transfer_page(request: HttpRequest, gift: Gift, *, may_promise: bool = False) -> HttpResponse:
    """How to make the transfer, whenever its giver comes back to it. Looking changes nothing."""
    owner = {"pledge": gift.pledge_id} if gift.pledge_id else {"gift": gift.pk}
    promise = get_object_or_404(Promise, **owner)
    account = get_object_or_404(BankAccount)
    groups = [account.iban[start : start + 4] for start in range(0, len(account.iban), 4)]
    context = {
        "gift": gift,
        "may_promise": may_promise,
        "account": account,
        "iban": " ".join(groups),
        "reference": shown(promise.reference),
        "picture": transfer_picture(account, gift, shown(promise.reference)),
    }
    return render(request, "funding/transfer.html", context)
