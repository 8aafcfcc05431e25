from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from pennypress.delivery.limits import TooMany, spend
from pennypress.delivery.networks import network_key
from pennypress.discussion import actions, queries, rules
from pennypress.discussion.forms import ReportForm
from pennypress.discussion.views.reading import visible_comment
from pennypress.discussion.views.writing import PLAIN, sentence_of
from pennypress.readers.identity import ensure_identity, identity_of


@never_cache
def report(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """Report a comment with a reason: a page of its own, or its form in place for scripts. Looking makes nobody a guest."""
    found = visible_comment(request, comment_id)
    fragment = bool(request.headers.get("X-Fragment") or request.GET.get("fragment"))
    form = ReportForm(request.POST or None)
    context = {"c": found, "page": found.thread.page, "form": form, "earlier": None}
    if request.method != "POST":
        identity = identity_of(request)
        context["earlier"] = queries.own_report(found, identity.key) if identity else None
        return render(request, "discussion/_report.html" if fragment else "discussion/report.html", context)
    identity = ensure_identity(request)
    try:
        spend((rules.REPORTS_PER_NETWORK, network_key(request)), (rules.REPORTS_PER_PERSON, identity.key))
        if not form.is_valid():
            raise rules.Refused(_("Please choose what is wrong with this comment."))
        context["earlier"] = actions.report_comment(comment_id=comment_id, identity=identity, **form.cleaned_data)
    except (rules.Refused, TooMany) as error:
        status = 429 if isinstance(error, TooMany) else 422
        if fragment:
            return HttpResponse(sentence_of(error), status=status, content_type=PLAIN)
        return render(request, "discussion/report.html", {**context, "sentence": sentence_of(error)}, status=status)
    if fragment:
        return HttpResponse(_("Thank you. A moderator will look at it."), status=201, content_type=PLAIN)
    return render(request, "discussion/report.html", {**context, "is_new": True}, status=201)
