from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.models import IntegerField
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from wagtail.models import Page

from pennypress.delivery.ready import PAGES, ready, shows
from pennypress.discussion import queries, rules
from pennypress.discussion.addresses import appeal_address, sanction_address
from pennypress.discussion.cursors import BadCursor, order_named
from pennypress.discussion.forms import RemovalForm
from pennypress.discussion.models import Comment
from pennypress.discussion.quoting import quote_of
from pennypress.lib.prepared import Given, Prepared
from pennypress.lib.privacy import restricted
from pennypress.notifications.queries import counted
from pennypress.readers.identity import identity_of, member_name


def open_page(page_id: int) -> Page:
    """The public page with a discussion. Raises Http404 for drafts, private pages and pages without one."""
    shows(PAGES)
    page = _public_page.first(page=page_id)
    # Its own columns are read only where something asks for them.
    page = page.specific_deferred if page else None
    if page is None or not getattr(page, "has_discussion", False):
        raise Http404
    return page


def check_page(page_id: int) -> None:
    """The same for whoever needs no more of the page than that it is there. Raises Http404."""
    shows(PAGES)
    kind = _kind.first(page=page_id)
    model = ContentType.objects.get_for_id(kind).model_class() if kind else None
    # Of some kinds each page says whether it has a discussion.
    if getattr(model, "has_discussion", False) is not True:
        open_page(page_id)


_kind = Prepared(
    lambda: (
        Page.objects.live()
        .filter(~restricted(), pk=Given("page", IntegerField()))
        .values_list("content_type", flat=True)
    )
)
_public_page = Prepared(lambda: Page.objects.live().filter(~restricted(), pk=Given("page", IntegerField())))


@ready("order", "after", "all", "show", "fragment")
def thread(request: HttpRequest, page_id: int) -> HttpResponse:
    """A page of the thread by itself: the next comments for scripts, the whole discussion for everyone."""
    page = open_page(page_id)
    order = order_named(request.GET.get("order"))
    roots = rules.ROOTS_PER_FULL_PAGE if request.GET.get("all") else rules.ROOTS_PER_PAGE
    show, cursor = request.GET.get("show"), request.GET.get("after", "")
    about = "passages" if show == "passages" else ""
    try:
        if show == "picks":
            shown = queries.picks_page(page, cursor=cursor)
        else:
            shown = queries.thread_page(page, order, cursor=cursor, roots=roots, about=about)
    except BadCursor:
        raise Http404 from None
    template = "discussion/_nodes.html" if request.GET.get("fragment") else "discussion/thread.html"
    context = {"page": page, "shown": shown, "all": roots > rules.ROOTS_PER_PAGE, "picks": show == "picks"}
    return render(request, template, context)


@never_cache
def comment(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """A comment in its place, with what the person asking may do with it. Never kept by anyone."""
    if (kept := queries.merged_into(comment_id)) is not None and not rules.may_moderate(request.user):
        return redirect("discussion:comment", kept)
    return comment_page(request, comment_id)


def comment_page(
    request: HttpRequest,
    comment_id: UUID,
    *,
    sentence: str = "",
    decision: str = "",
    text: str | None = None,
    preview: str = "",
    status: int = 200,
) -> HttpResponse:
    found = visible_comment(request, comment_id)
    identity = identity_of(request)
    number = request.GET.get("from", "")
    place = queries.place_of(found, after_number=int(number) if number.isdecimal() and len(number) < 9 else 0)
    if request.GET.get("fragment") and request.method == "GET":
        return render(request, "discussion/_replies.html", {"page": found.thread.page, "place": place})
    removal = queries.standing_removal(found)
    context = {
        "page": found.thread.page,
        "thread": found.thread,
        "place": place,
        "closed": found.branch_is_closed,
        "removal": removal,
        "appeal_address": appeal_address(removal) if removal else "",
        "own_vote": queries.own_vote(found, identity.key) if identity else 0,
        "is_own": rules.is_author(identity, found),
        # A name may be what a comment was removed for.
        "named": not found.erased_at
        and (found.is_published or rules.is_author(identity, found) or rules.may_moderate(request.user)),
        "may_delete": rules.is_author(identity, found) and not found.is_gone,
        "may_edit": rules.may_edit(identity, found),
        "may_moderate": rules.may_moderate(request.user),
        "removal_form": RemovalForm(),
        "sentence": sentence,
        "decision": decision,
        "text": text,
        "preview": preview,
        "as_name": member_name(request),
        # `?quote=1` is the plain way to answer with a quote.
        "quoted": quote_of(found) if request.GET.get("quote") and found.is_published else "",
    }
    return render(request, "discussion/comment.html", context, status=status)


def visible_comment(request: HttpRequest, comment_id: UUID) -> Comment:
    """The comment if it is public, one's own, or one moderates. Raises Http404 for all others alike."""
    try:
        found = queries.comment_with_page(comment_id)
    except Comment.DoesNotExist:
        raise Http404 from None
    check_page(found.thread.page_id)
    # A placeholder's page shows what stands around it, and says itself no more than the placeholder.
    allowed = found.is_shown or rules.may_moderate(request.user) or rules.is_author(identity_of(request), found)
    if not allowed:
        raise Http404
    return found


@never_cache
def marks(request: HttpRequest, thread_id: UUID) -> JsonResponse:
    """Personal marks to lay over the common page: own votes, what may be edited, own held and removed comments, what
    moderators decided about this person, rights."""
    identity = identity_of(request)
    if identity is None:
        return JsonResponse({"votes": {}, "editable": {}, "held": "", "own": [], "moderator": False, "unread": 0})
    own = queries.marks_of(thread_id, identity)
    held = render_to_string("discussion/_decisions.html", decisions_about(own)).strip()
    held += render_to_string("discussion/_held.html", {"comments": own.held}) if own.held else ""
    return JsonResponse(
        {
            "votes": own.votes,
            "editable": own.editable,
            "held": held,
            "own": own.own,
            "moderator": own.is_moderator,
            "member": identity.user_id is not None,
            "name": identity.name,
            "unread": own.unread,
            "unread_shown": counted(own.unread),
        }
    )


def decisions_about(own: queries.Marks) -> dict[str, Any]:
    """What moderators decided about this person; a warning that was read is done with."""
    return {
        "sanctions": [(sanction, sanction_address(sanction)) for sanction in own.sanctions],
        "removals": [(removal, appeal_address(removal)) for removal in own.removals],
    }
