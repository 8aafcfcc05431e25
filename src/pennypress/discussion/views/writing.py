from contextlib import suppress
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pennypress.delivery.limits import Limit, TooMany, in_words, spend, wait_for
from pennypress.delivery.networks import network_key
from pennypress.discussion import actions, queries, rules
from pennypress.discussion.addresses import sanction_address
from pennypress.discussion.drafts import Clues
from pennypress.discussion.forms import CommentForm
from pennypress.discussion.mentions import links_to, people_named
from pennypress.discussion.models import Comment
from pennypress.discussion.queries import Node, blocks_of_page
from pennypress.discussion.screening.screens import ProofNeeded
from pennypress.discussion.views.reading import check_page, comment_page, open_page, visible_comment
from pennypress.discussion.views.telling import check_wish, subscribe_with
from pennypress.readers.identity import Identity, ensure_identity, identity_of, member_name

PLAIN = "text/plain; charset=utf-8"
# "Precondition required": the script does some work and sends the same again.
WORK_FIRST = 428


@require_POST
def post(request: HttpRequest, page_id: int) -> HttpResponse:
    """Post a comment or a reply; refused ones come back with one sentence and every word the reader wrote."""
    check_page(page_id)
    form = CommentForm(request.POST)
    identity = ensure_identity(request)
    try:
        if not form.is_valid():
            raise rules.Refused(first_error(form))
        check_wish(form, identity)
        spend(*post_limits(request, identity))
        comment = actions.post_comment(
            page_id=page_id,
            identity=identity,
            name=form.cleaned_data["name"] or identity.name,
            email=form.cleaned_data["email"],
            text=form.cleaned_data["text"],
            parent_id=form.cleaned_data["parent"],
            submission=form.cleaned_data["submission"],
            by_staff=rules.may_moderate(request.user),
            by_author=request.user.is_authenticated and rules.is_by_author(open_page(page_id), request.user),
            clues=clues_of(request, form),
            mentions=form.mentions,
            selection=form.selection,
            blocks=(blocks_of_page(open_page(page_id)) or ()) if form.selection else (),
        )
    except ProofNeeded as asked:
        sentence = _("Many people are writing here at this moment: your browser is working out a small sum first …")
        return JsonResponse({"challenge": asked.challenge, "sentence": sentence}, status=WORK_FIRST)
    except (rules.Refused, Comment.DoesNotExist, TooMany) as error:
        return refused(request, sentence_of(error), {"page": open_page(page_id), "form": form}, error)
    said = subscribe_with(request, form, comment)
    if request.headers.get("X-Fragment"):
        template = "discussion/_held.html" if comment.is_held else "discussion/_node.html"
        context = {"comments": [comment], "nodes": [Node(comment)], "page": open_page(page_id)}
        response = render(request, template, context, status=201)
        if said:
            response["X-Said"] = quote(said)
        return response
    if said:
        messages.info(request, said)
    return HttpResponseRedirect(comment_address(comment))


def post_limits(request: HttpRequest, identity: Identity) -> list[tuple[Limit, str]]:
    """What a post counts against. Who keeps the order here answers many readers in one go, and is held up by no one's pace."""
    network = (rules.POSTS_PER_NETWORK, network_key(request))
    return [network] if rules.may_moderate(request.user) else [network, (rules.POSTS_PER_PERSON, identity.key)]


def count_press(request: HttpRequest, identity: Identity, comment: Comment) -> None:
    """Count a press of a vote button; a guest's first on a comment also among the guests of their network. Raises TooMany.

    Who withdraws and votes again is no other guest: one person's presses are not taken for many people's.
    """
    network, voter = network_key(request), (rules.COUNTED_AS_GUEST, f"{identity.key}:{comment.id.hex}")
    limits = [(rules.VOTES_PER_NETWORK, network), (rules.VOTES_PER_PERSON, identity.key)]
    is_guest = identity.user_id is None and not queries.own_vote(comment, identity.key)
    if not is_guest or wait_for(*voter):
        spend(*limits)
        return
    spend(*limits, (rules.GUESTS_PER_NETWORK, f"{network}:{comment.id.hex}"))
    # Two presses at once are counted twice, and neither is refused for it.
    with suppress(TooMany):
        spend(voter)


def clues_of(request: HttpRequest, form: CommentForm) -> Clues:
    return Clues(
        seconds=form.cleaned_data["seconds"],
        filled_hidden=bool(form.cleaned_data["website"]),
        by_script="X-Fragment" in request.headers,
        proof=form.cleaned_data["proof"],
    )


def first_error(form: Form) -> str:
    return str(next(iter(form.errors.values()))[0])


def sentence_of(error: Exception) -> str:
    if isinstance(error, rules.Refused):
        return error.sentence
    if isinstance(error, TooMany) and error.of == rules.GUESTS_PER_NETWORK.name:
        return _(
            "Very many guests of your network have voted on this comment today. From there only members still can."
        )
    if isinstance(error, TooMany) and error.of in (rules.VOTES_PER_PERSON.name, rules.VOTES_PER_NETWORK.name):
        return _("You have voted very often in a short time. Please try again in %(time)s.") % {
            "time": in_words(error.retry_after)
        }
    if isinstance(error, TooMany):
        return _("You are posting faster than we can read. Please try again in %(time)s.") % {
            "time": in_words(error.retry_after)
        }
    return _("The comment you answer is not there any more.")


def refused(request: HttpRequest, sentence: str, context: dict[str, object], error: Exception) -> HttpResponse:
    decision = decision_of(error)
    if request.headers.get("X-Fragment"):
        response = with_retry(HttpResponse(sentence, content_type=PLAIN), error)
        if decision:
            response["X-Decision"] = decision
        return response
    context = {"sentence": sentence, "decision": decision, "as_name": member_name(request), **context}
    return with_retry(render(request, "discussion/refused.html", context), error)


def decision_of(error: Exception) -> str:
    """Where the decision can be read that forbids it; empty where it is none about this person."""
    return sanction_address(error.sanction) if isinstance(error, rules.Sanctioned) else ""


def with_retry(response: HttpResponse, error: Exception) -> HttpResponse:
    """The refusal with its status; where it is one of speed, also for programs that ask when to come back."""
    response.status_code = 429 if isinstance(error, TooMany) else 422
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response


def comment_address(comment: Comment) -> str:
    return reverse("discussion:comment", args=[comment.id]) + f"#comment-{comment.id}"


@never_cache
def edit(request: HttpRequest, comment_id: UUID) -> HttpResponseBase:
    """Edit one's own comment within the window."""
    if request.method != "POST" and not request.GET.get("fragment"):
        return redirect(reverse("discussion:comment", args=[comment_id]) + "#edit")
    found = visible_comment(request, comment_id)
    if request.method != "POST":
        # Looking makes nobody a guest.
        if not rules.may_edit(identity_of(request), found):
            return HttpResponse(_("The time to edit this comment is over."), status=422, content_type=PLAIN)
        return render(request, "discussion/_edit.html", {"c": found})
    identity = ensure_identity(request)
    text = request.POST.get("text", "")
    try:
        if "preview" in request.POST:
            spend((rules.PREVIEWS_PER_NETWORK, network_key(request)))
            return comment_page(
                request,
                comment_id,
                text=text,
                preview=rules.checked_html(
                    rules.checked_text(text), links_to(people_named(text, found.thread.page_id))
                ),
            )
        spend((rules.POSTS_PER_NETWORK, network_key(request)), (rules.POSTS_PER_PERSON, identity.key))
        comment = actions.edit_comment(
            comment_id=comment_id, identity=identity, text=text, mentions=CommentForm(request.POST).mentions
        )
    except (rules.Refused, TooMany) as error:
        if request.headers.get("X-Fragment"):
            return with_retry(HttpResponse(sentence_of(error), content_type=PLAIN), error)
        decision = decision_of(error)
        page = comment_page(request, comment_id, sentence=sentence_of(error), decision=decision, text=text)
        return with_retry(page, error)
    if request.headers.get("X-Fragment"):
        template = "discussion/_held.html" if comment.is_held else "discussion/_node.html"
        return render(request, template, {"comments": [comment], "nodes": [Node(comment)], "page": comment.thread.page})
    return HttpResponseRedirect(comment_address(comment))


@require_POST
def vote(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """Press a vote button: vote, switch, or withdraw."""
    found = visible_comment(request, comment_id)
    identity = ensure_identity(request)
    value = {"up": 1, "down": -1}.get(request.POST.get("vote", ""))
    if value is None:
        return HttpResponse(_("A vote is up or down."), status=400, content_type=PLAIN)
    try:
        count_press(request, identity, found)
        comment, standing = actions.vote(comment_id=comment_id, identity=identity, value=value)
    except (rules.Refused, TooMany) as error:
        if request.headers.get("X-Fragment"):
            return with_retry(HttpResponse(sentence_of(error), content_type=PLAIN), error)
        page = comment_page(request, comment_id, sentence=sentence_of(error), decision=decision_of(error))
        return with_retry(page, error)
    if request.headers.get("X-Fragment"):
        return JsonResponse({"up": comment.up, "down": comment.down, "own": standing})
    return HttpResponseRedirect(comment_address(comment))
