"""What everybody sees of what givers said: the supporters' wall; and the card that somebody was given the link to."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache

from pennypress.delivery.ready import ready
from pennypress.funding import addresses
from pennypress.funding.models import GiftState, Honour
from pennypress.funding.wall import wall_page


@ready("older")
def wall(request: HttpRequest) -> HttpResponse:
    """Names and words of supporters who wished to stand here, newest first."""
    try:
        page = wall_page(request.GET.get("older", ""))
    except ValueError:
        raise Http404 from None
    return render(request, "funding/wall.html", {"wall": page})


@never_cache
def card(request: HttpRequest, signed: str) -> HttpResponse:
    """In whose honour a gift is, for eyes and for paper; gone with the gift."""
    number = addresses.unsigned(signed, addresses.CARD)
    found = get_object_or_404(Honour.objects.select_related("gift"), gift=number, gift__state=GiftState.CAPTURED)
    if not found.gift.left:
        raise Http404
    return render(request, "funding/card.html", {"honour": found, "gift": found.gift})
