from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from pennypress.delivery.limits import TooMany, spend
from pennypress.delivery.networks import network_key
from pennypress.discussion import actions, queries, rules
from pennypress.discussion.forms import ReportForm
from pennypress.discussion.models import Comment
from pennypress.discussion.views.reading import visible_comment
from pennypress.discussion.views.writing import PLAIN, first_error, sentence_of
from pennypress.notifications import rules as telling
from pennypress.notifications.sentences import sentence_of as said_of
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
            if set(form.errors) == {"email"}:
                raise rules.Refused(first_error(form))
            raise rules.Refused(_("Please choose what is wrong with this comment."))
        email = form.cleaned_data.pop("email")
        context["earlier"] = actions.report_comment(comment_id=comment_id, identity=identity, **form.cleaned_data)
    except (rules.Refused, TooMany) as error:
        status = 429 if isinstance(error, TooMany) else 422
        if fragment:
            return HttpResponse(sentence_of(error), status=status, content_type=PLAIN)
        return render(request, "discussion/report.html", {**context, "sentence": sentence_of(error)}, status=status)
    thanks = " ".join(filter(None, (_("Thank you. A moderator will look at it."), _follow(request, found, email))))
    if fragment:
        return HttpResponse(thanks, status=201, content_type=PLAIN)
    return render(request, "discussion/report.html", {**context, "thanks": thanks}, status=201)


def _follow(request: HttpRequest, comment: Comment, email: str) -> str:
    """Have the reporter told of the outcome, if they wish. Returns what to say of it; the report stands in any case."""
    identity = ensure_identity(request)
    try:
        if email:
            # A question may be mailed to whatever address was typed in.
            spend((telling.SUBSCRIBE_PER_NETWORK, network_key(request)), (telling.SUBSCRIBE_PER_PERSON, identity.key))
        outcome = actions.follow_report(comment=comment, identity=identity, email=email)
    except (telling.Refused, TooMany) as error:
        return sentence_of(error)
    return said_of(outcome) if outcome else ""
