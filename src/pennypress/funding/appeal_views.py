"""What the browsers of readers ask about appeals. Nothing here knows or keeps who asks."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pennypress.delivery.limits import TooMany, spend
from pennypress.delivery.networks import network_key
from pennypress.funding import rules
from pennypress.funding.actions import count_showing


@require_POST
def shown(request: HttpRequest, wording_id: UUID) -> HttpResponse:
    """A wording was seen. The answer is the same whether it is counted or not."""
    try:
        spend((rules.SHOWINGS_PER_NETWORK, network_key(request)))
        count_showing(wording_id=wording_id)
    except TooMany:
        pass
    return HttpResponse(status=204)


@never_cache
def standing(request: HttpRequest) -> JsonResponse:
    """For how many days the signed-in reader is thanked and not asked; asked for once a day, by who has a session."""
    until = getattr(request.user, "supporter_until", None)
    left = until + rules.NOT_ASKED_AFTER - timezone.now() if until else timedelta()
    return JsonResponse({"days": max(0, left.days)})
