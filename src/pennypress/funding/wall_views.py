"""What everybody sees of what givers said: the supporters' wall; and the card that somebody was given the link to."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache

from pennypress.delivery.ready import ready
from pennypress.funding import addresses
from pennypress.funding.models import Gift, GiftState, Honour
from pennypress.funding.queries import as_it_goes_on
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
    gift = as_it_goes_on(get_object_or_404(Gift, pk=addresses.unsigned(signed, addresses.CARD)))
    if gift.state != GiftState.CAPTURED or not gift.left:
        raise Http404
    return render(request, "funding/card.html", {"honour": get_object_or_404(Honour, gift=gift), "gift": gift})
