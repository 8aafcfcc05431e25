"""A passage by itself: its words, its question, what was said about it; and the way to comment on one."""

from urllib.parse import quote as percent
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pennypress.delivery.ready import ready
from pennypress.discussion import queries, rules
from pennypress.discussion.actions import Selection
from pennypress.discussion.cursors import DEFAULT_ORDER, BadCursor
from pennypress.discussion.models import Passage
from pennypress.discussion.views.reading import open_page

# A link's fragment names a long passage by its first and last words.
FRAGMENT_WORDS = 6


@ready("after", "fragment")
def passage(request: HttpRequest, passage_id: UUID) -> HttpResponse:
    """A passage with its comments, newest first; as a fragment, what its mark in the text opens."""
    found = _passage(passage_id)
    page = found.thread.page
    is_part = bool(request.GET.get("fragment"))
    roots = rules.NEWEST_AT_PASSAGE if is_part else rules.ROOTS_PER_PAGE
    try:
        shown = queries.thread_page(page, DEFAULT_ORDER, cursor=request.GET.get("after", ""), roots=roots, about=found)
    except BadCursor:
        raise Http404 from None
    context = {
        "page": page,
        "passage": found,
        "question": queries.standing_question(found),
        "shown": shown,
        "selection": Selection(passage_id=found.pk),
        "more": request.path,
    }
    return render(request, "discussion/_passage.html" if is_part else "discussion/passage.html", context)


def text(request: HttpRequest, passage_id: UUID) -> HttpResponse:
    """Back to the passage in the article, which browsers highlight by the words in the address."""
    found = _passage(passage_id)
    address = found.thread.page.get_url(request) or "/"
    if found.is_orphaned:
        return redirect(reverse("discussion:passage", args=[found.pk]))
    return redirect(f"{address}#{found.block}{text_directive(found.words_now or found.quote)}")


@ready()
def block(request: HttpRequest, page_id: int, block: str) -> HttpResponse:
    """The form to comment on one paragraph, which needs no script."""
    page = open_page(page_id)
    wanted = next((b for b in queries.blocks_of_page(page) or () if b.id == block), None)
    if wanted is None:
        raise Http404
    quote = wanted.text[: rules.MAX_PASSAGE]
    thread = queries.thread_of(page)
    context = {
        "page": page,
        "quote": quote,
        "selection": Selection(block=wanted.id, start=0, end=len(quote), quote=quote),
        "is_closed": bool(thread and thread.is_closed),
    }
    return render(request, "discussion/block.html", context)


def text_directive(words: str) -> str:
    """The part of an address that names words of the page (https://wicg.github.io/scroll-to-text-fragment/)."""
    parts = words.split()
    if len(parts) > 2 * FRAGMENT_WORDS:
        ends = [" ".join(parts[:FRAGMENT_WORDS]), " ".join(parts[-FRAGMENT_WORDS:])]
    else:
        ends = [" ".join(parts)]
    # A dash stands for context there, so it is written otherwise.
    return ":~:text=" + ",".join(percent(end, safe="").replace("-", "%2D") for end in ends)


def _passage(passage_id: UUID) -> Passage:
    """The passage of a public page that anybody has said something at, or asks something at. Raises Http404."""
    try:
        found = queries.passage_with_page(passage_id)
    except Passage.DoesNotExist:
        raise Http404 from None
    # The page as it is served: with what readers may see, or nothing at all.
    found.thread.page = open_page(found.thread.page_id)
    if not found.comment_count and queries.standing_question(found) is None:
        raise Http404
    return found
