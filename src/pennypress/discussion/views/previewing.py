from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from pennypress.delivery.limits import TooMany, spend
from pennypress.delivery.networks import network_key
from pennypress.discussion import rules
from pennypress.discussion.forms import CommentForm
from pennypress.discussion.mentions import links_to, people_named
from pennypress.discussion.views.reading import open_page
from pennypress.discussion.views.writing import first_error, refused, sentence_of
from pennypress.readers.identity import member_name


@require_POST
def preview(request: HttpRequest, page_id: int) -> HttpResponse:
    """What the words would look like, made by the same path as a posted comment; nothing is kept.

    A script gets the HTML alone, everyone else the form again with every word in it. Nobody becomes a guest by looking.
    """
    page = open_page(page_id)
    form = CommentForm(request.POST)
    try:
        if not form.is_valid() and "text" in form.errors:
            raise rules.Refused(first_error(form))
        spend((rules.PREVIEWS_PER_NETWORK, network_key(request)))
        text = rules.checked_text(form.cleaned_data["text"])
        html = rules.checked_html(text, links_to(people_named(text, page.pk, form.mentions)))
    except (rules.Refused, TooMany) as error:
        return refused(request, sentence_of(error), {"page": page, "form": form}, error)
    if request.headers.get("X-Fragment"):
        return HttpResponse(html)
    return render(
        request,
        "discussion/preview.html",
        {"page": page, "form": form, "preview": html, "as_name": member_name(request)},
    )
