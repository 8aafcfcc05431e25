from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pennypress.delivery.limits import TooMany, spend
from pennypress.notifications import actions, rules
from pennypress.notifications.forms import DeviceForm
from pennypress.readers.identity import ensure_identity
from pennypress.readers.models import User

PLAIN = "text/plain; charset=utf-8"
WORKER = Path(__file__).parent.parent / "static" / "notifications" / "push-worker.js"


def worker(request: HttpRequest) -> HttpResponse:
    """The service worker under one lasting address: browsers ask there for its newest form. It holds nothing personal."""
    response = HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_POST
@login_required
def device(request: HttpRequest) -> HttpResponse:
    """Begin or end to show notices in the browser that asks."""
    assert isinstance(request.user, User)
    recipient = actions.member_recipient(request.user)
    form = DeviceForm(request.POST)
    if recipient is None or not form.is_valid():
        return HttpResponse(_("This browser cannot be told."), status=422, content_type=PLAIN)
    try:
        spend((rules.SUBSCRIBE_PER_PERSON, ensure_identity(request).key))
        if request.POST.get("deed") == "remove":
            actions.remove_device(recipient=recipient, endpoint=form.cleaned_data["endpoint"])
        else:
            actions.add_device(recipient=recipient, **form.cleaned_data)
    except rules.Refused as error:
        return HttpResponse(error.sentence, status=422, content_type=PLAIN)
    except TooMany:
        return HttpResponse(_("Please wait a little and try again."), status=429, content_type=PLAIN)
    return HttpResponse(status=204)
