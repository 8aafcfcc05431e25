"""The moderation desk in Wagtail's admin."""

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from wagtail.models import Page

from pennypress.delivery.ready import ready
from pennypress.discussion import desk, queries, record
from pennypress.discussion.forms import RemovalForm, SanctionForm
from pennypress.discussion.models import Comment
from pennypress.discussion.permissions import MODERATE
from pennypress.discussion.views.moderation import moderator_of
from pennypress.lib.privacy import restricted
from pennypress.readers.words import source_named, sources

# Enough to find an article by a word of its title.
PAGES_FOUND = 10


@permission_required(MODERATE, raise_exception=True)
def queue(request: HttpRequest) -> HttpResponse:
    """One of the queues: reported, held, new, or all."""
    name = request.GET.get("show", "")
    # Without a wish, the first queue in which something waits for a moderator.
    chosen = desk.QUEUES.get(name) or desk.QUEUES["reported" if queries.reported_exist() else "held"]
    context = {
        **_frame(request),
        "page": desk.page_of(chosen, request.GET.get("after", "")),
        "form": RemovalForm(auto_id=False),
        "page_title": _("Discussion"),
    }
    return render(request, "discussion/desk.html", context)


@permission_required(MODERATE, raise_exception=True)
def item(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """Everything about one comment, and everything that can be done with it."""
    try:
        found = desk.item_of(comment_id)
    except Comment.DoesNotExist:
        raise Http404 from None
    words = request.GET.get("q", "").strip()[:100]
    context = {
        **_frame(request),
        "item": found,
        "c": found.comment,
        "form": RemovalForm(auto_id=False),
        "sanction_form": SanctionForm(),
        "candidates": desk.merge_candidates(found.comment),
        "history": desk.history_of(found.comment),
        "versions": found.comment.versions.all()[:20],
        "words": words,
        "pages": _articles(words) if words else [],
        "page_title": _("A comment of %(name)s") % {"name": found.comment.name},
    }
    return render(request, "discussion/desk_item.html", context)


def _articles(words: str) -> list[Page]:
    pages = Page.objects.live().filter(~restricted(), title__icontains=words).order_by("-first_published_at")
    # Half of what has such a word may be sections and the like.
    return [page for page in pages.specific(defer=True)[: 2 * PAGES_FOUND] if getattr(page, "has_discussion", False)][
        :PAGES_FOUND
    ]


@permission_required(MODERATE, raise_exception=True)
def appeals(request: HttpRequest) -> HttpResponse:
    cases, following = desk.appeals_for(moderator_of(request), request.GET.get("after", ""))
    context = {**_frame(request), "cases": cases, "following": following, "page_title": _("Appeals")}
    return render(request, "discussion/desk_appeals.html", context)


@permission_required(MODERATE, raise_exception=True)
def other_words(request: HttpRequest, source: str) -> HttpResponse:
    """Words that another room keeps: those that wait, and the latest that were decided."""
    kept = source_named(source)
    if kept is None:
        raise Http404
    context = {
        **_frame(request), "source": kept, "to_read": kept.to_read(), "decided": kept.decided(), "page_title": kept.label,
    }  # fmt: skip
    return render(request, "discussion/desk_words.html", context)


@permission_required(MODERATE, raise_exception=True)
def log(request: HttpRequest) -> HttpResponse:
    shown = desk.log_page(request.GET.get("after", ""))
    return render(
        request, "discussion/desk_log.html", {**_frame(request), "log": shown, "page_title": _("What was done")}
    )


@permission_required(MODERATE, raise_exception=True)
def sanctions(request: HttpRequest) -> HttpResponse:
    """The latest sanctions, those over and lifted included."""
    shown, following = desk.sanctions_page(request.GET.get("after", ""))
    context = {**_frame(request), "sanctions": shown, "following": following, "page_title": _("Sanctions")}
    return render(request, "discussion/desk_sanctions.html", context)


def _frame(request: HttpRequest) -> dict[str, object]:
    return {
        "queues": desk.QUEUES.values(),
        "sources": sources(),
        "undoable": desk.undoable(request.GET.get("undo", ""), moderator_of(request)),
        "back": request.get_full_path(),
    }


@ready("earlier")
def public_record(request: HttpRequest) -> HttpResponse:
    """What moderators did, for everybody: counts, rules and outcomes, and no names."""
    cursor = request.GET.get("earlier", "")
    try:
        entries = record.entries(cursor)
    except ValueError:
        raise Http404 from None
    context = {"months": [] if cursor else record.months(), "entries": entries, "is_first": not cursor}
    return render(request, "discussion/record.html", context)
