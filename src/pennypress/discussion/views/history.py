from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pennypress.delivery.limits import TooMany, spend
from pennypress.delivery.networks import network_key
from pennypress.discussion import actions, rules
from pennypress.discussion.history import history_of
from pennypress.discussion.views.reading import comment_page, visible_comment
from pennypress.discussion.views.writing import sentence_of
from pennypress.readers.identity import ensure_identity


@never_cache
def history(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """What each edit of a comment changed: to readers what stood in public, to moderators all of it."""
    comment = visible_comment(request, comment_id)
    moderates = rules.may_moderate(request.user)
    if comment.is_gone and not moderates:
        raise Http404
    steps = history_of(comment, all_of_it=moderates)
    context = {"c": comment, "page": comment.thread.page, "steps": steps, "may_moderate": moderates}
    return render(request, "discussion/history.html", context)


@require_POST
def delete(request: HttpRequest, comment_id: UUID) -> HttpResponseBase:
    """An author takes their comment back."""
    visible_comment(request, comment_id)
    identity = ensure_identity(request)
    try:
        spend((rules.POSTS_PER_NETWORK, network_key(request)), (rules.POSTS_PER_PERSON, identity.key))
        actions.delete_comment(comment_id=comment_id, identity=identity)
    except (rules.Refused, TooMany) as error:
        return comment_page(request, comment_id, sentence=sentence_of(error), status=422)
    messages.success(request, _("Your comment is deleted."))
    # Its author still finds its place; the article's page is everybody's and says nothing to one person.
    return redirect("discussion:comment", comment_id)
