from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pennypress.delivery.limits import TooMany, in_words, spend
from pennypress.delivery.networks import network_key
from pennypress.discussion import actions, rules
from pennypress.discussion.forms import CommentForm
from pennypress.discussion.models import Comment
from pennypress.discussion.views.reading import open_page, visible_comment
from pennypress.notifications import rules as telling
from pennypress.notifications.forms import SubscribeForm
from pennypress.notifications.models import Frequency
from pennypress.notifications.sentences import sentence_of
from pennypress.readers.identity import Identity, ensure_identity

PLAIN = "text/plain; charset=utf-8"


@require_POST
def subscribe(request: HttpRequest, page_id: int) -> HttpResponse:
    """The bar "Notify of" under an article."""
    page = open_page(page_id)
    return answer(request, page.pk, request.POST.get("kind", ""))


@require_POST
def subscribe_to_replies(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """The same at a comment's own address."""
    found = visible_comment(request, comment_id)
    return answer(request, found.thread.page_id, "replies", found)


def check_wish(form: CommentForm, identity: Identity) -> None:
    """Raises Refused when a commenter wants to be told but says not where; asked before the comment is posted."""
    wish = form.cleaned_data["notify"]
    if wish and wish not in rules.NOTIFY_KINDS:
        raise rules.Refused(_("Please choose what you want to be told of."))
    if wish and identity.user_id is None and not form.cleaned_data["email"]:
        raise rules.Refused(_("To be notified, please give an e-mail address, or choose to be notified of nothing."))


def subscribe_with(request: HttpRequest, form: CommentForm, comment: Comment) -> str:
    """The commenter's own choice beside their comment. Returns what to tell them; the comment stands in any case."""
    wish = form.cleaned_data["notify"]
    if not wish:
        return ""
    identity = ensure_identity(request)
    try:
        spend((telling.SUBSCRIBE_PER_NETWORK, network_key(request)), (telling.SUBSCRIBE_PER_PERSON, identity.key))
        outcome = actions.subscribe(
            page_id=comment.thread.page_id, kind=wish, identity=identity, comment=comment,
            email=form.cleaned_data["email"], frequency=Frequency.NOW,
        )  # fmt: skip
    except (rules.Refused, telling.Refused) as error:
        return error.sentence
    except TooMany as error:
        return wait_sentence(error)
    return sentence_of(outcome)


def wait_sentence(error: TooMany) -> str:
    return _("Too many attempts. Please try again in %(time)s.") % {"time": in_words(error.retry_after)}


def answer(request: HttpRequest, page_id: int, kind: str, comment: Comment | None = None) -> HttpResponse:
    """Subscribe and say in one sentence what comes now; for scripts as text, else as a page."""
    form = SubscribeForm(request.POST)
    identity = ensure_identity(request)
    status = 200
    try:
        if not form.is_valid():
            raise rules.Refused(str(next(iter(form.errors.values()))[0]))
        spend((telling.SUBSCRIBE_PER_NETWORK, network_key(request)), (telling.SUBSCRIBE_PER_PERSON, identity.key))
        outcome = actions.subscribe(
            page_id=page_id, kind=kind, identity=identity, comment=comment,
            email=form.cleaned_data["email"], frequency=form.cleaned_data["frequency"],
        )  # fmt: skip
        sentence = sentence_of(outcome)
    except (rules.Refused, telling.Refused) as error:
        sentence, status = error.sentence, 422
    except TooMany as error:
        sentence, status = wait_sentence(error), 429
    if request.headers.get("X-Fragment"):
        return HttpResponse(sentence, status=status, content_type=PLAIN)
    context = {"sentence": sentence, "page": open_page(page_id), "good": status == 200}
    return render(request, "discussion/subscribed.html", context, status=status)
