from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from pennypress.delivery.limits import spend
from pennypress.delivery.networks import network_key
from pennypress.delivery.ready import ready
from pennypress.discussion import rules
from pennypress.discussion.models import Thread
from pennypress.discussion.searching import asked_words, search_thread
from pennypress.discussion.views.reading import open_page


@never_cache
def search(request: HttpRequest, page_id: int) -> HttpResponse:
    """Comments of one thread that hold the words asked for, with the words marked."""
    page = open_page(page_id)
    words = asked_words(request.GET.get("q", ""))
    context = {"page": page, "query": " ".join(words)}
    if words:
        spend((rules.SEARCHES_PER_NETWORK, network_key(request)))
        thread = Thread.objects.filter(page_id=page.pk).first()
        context["found"] = (
            search_thread(thread, words, before=_number(request.GET.get("before", ""))) if thread else None
        )
    elif "q" in request.GET:
        context["sentence"] = _("Please write what you are looking for.")
    return render(request, "discussion/search.html", context)


def _number(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@ready("fragment")
def keys(request: HttpRequest) -> HttpResponse:
    """The keys of the discussion: a page for everybody, a list for the dialog of a script."""
    return render(request, "discussion/_keys.html" if request.GET.get("fragment") else "discussion/keys.html")
