"""A person's own page of what is kept about them: a copy to take along, and erasure. For members and for guests."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pennypress.delivery.limits import Limit, spend
from pennypress.delivery.networks import network_key
from pennypress.newsroom.queries import current_newsroom
from pennypress.readers.actions import ask_erasure
from pennypress.readers.identity import forget_guest
from pennypress.readers.queries import person_of
from pennypress.readers.rights import Person, copy_of, kept_after_erasure
from pennypress.readers.rules import may_erase_itself

# A copy reads every row of one person; nobody needs it more often, and a program shall not keep the site busy with it.
COPIES = Limit("readers.copy", count=6, seconds=3600)
COPIES_PER_NETWORK = Limit("readers.copy-network", count=60, seconds=3600)


@never_cache
def data(request: HttpRequest) -> HttpResponse:
    return render(request, "readers/data.html", {"person": person_of(request)})


@never_cache
@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    """All that is kept about the person asking, as one JSON file."""
    person = person_of(request)
    if person is None:
        return nothing_here(request)
    spend((COPIES_PER_NETWORK, network_key(request)), (COPIES, person.keys[0]))
    newsroom = current_newsroom().name
    found: dict[str, Any] = {"newsroom": newsroom, "made_at": timezone.now(), **copy_of(person)}
    response = JsonResponse(found, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@never_cache
def erasure(request: HttpRequest) -> HttpResponse:
    """Asks first, then erases; what has to stay is said before."""
    person = person_of(request)
    if person is None:
        return nothing_here(request)
    if not may_erase_itself(request.user):
        return render(request, "readers/erasure.html", {"has_desk": True}, status=403)
    if request.method != "POST":
        return render(request, "readers/erasure.html", {"kept": kept_after_erasure(person), "person": person})
    if request.POST.get("sure") != "yes":
        context = {"kept": kept_after_erasure(person), "person": person, "unsure": True}
        return render(request, "readers/erasure.html", context, status=422)
    return erased(request, person)


def erased(request: HttpRequest, person: Person) -> HttpResponse:
    ask_erasure(person=person)
    if request.user.is_authenticated:
        logout(request)
    messages.success(
        request, _("Everything about you is being erased. It takes a moment, and there is nothing left to do.")
    )
    response = redirect("readers:data")
    forget_guest(response)
    return response


def nothing_here(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("Nothing is kept about this browser."))
    return redirect("readers:data")
