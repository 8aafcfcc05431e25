from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from wagtail.models import Page

from pennypress.lib.privacy import restricted
from pennypress.newsroom.queries import current_newsroom
from pennypress.publishing import credits
from pennypress.publishing.models import ArticlePage, Byline, Correction, FrontPage, SectionPage

LATEST = 8
PER_SECTION = 4
RELATED = 3
CORRECTIONS_PER_PAGE = 30
# Who does not find it among so many asks with other words.
MAX_HITS = 100


@dataclass(frozen=True)
class Front:
    lead: ArticlePage | None
    latest: list[ArticlePage]
    sections: list[tuple[SectionPage, list[ArticlePage]]]


def public_articles() -> Any:
    """Articles anybody may read, newest first."""
    return ArticlePage.objects.live().filter(~restricted()).order_by("-first_published_at", "-pk")


def teasers() -> Any:
    """The same, without their bodies: what lists need."""
    return public_articles().defer("body")


def page_at(url_path: str) -> Page | None:
    """The public page at Wagtail's url_path: the front page or an article in one query, any other in three."""
    at_the_top = url_path == current_newsroom().site.root_page.url_path
    likely = FrontPage.objects.live().filter(~restricted()) if at_the_top else public_articles()
    found = likely.filter(url_path=url_path).first()
    if found is not None:
        return found
    page = Page.objects.live().filter(~restricted(), url_path=url_path).first()
    return page.specific if page is not None else None


def related_to(article: ArticlePage) -> list[ArticlePage]:
    """Picked articles first, then those that share most tags. One query."""
    if article.pk is None:
        return []
    picked = Exists(article.related_articles.model.objects.filter(page_id=article.pk, article_id=OuterRef("pk")))
    tags = article.tagged_items.model.objects.filter(content_object_id=article.pk).values("tag_id")
    shared = Count("tagged_items", filter=Q(tagged_items__tag_id__in=tags))
    found = (
        teasers().exclude(pk=article.pk).annotate(picked=picked, shared=shared).filter(Q(picked=True) | Q(shared__gt=0))
    )
    return list(found.order_by("-picked", "-shared", "-first_published_at")[:RELATED])


def articles_by(byline: Byline) -> Any:
    return teasers().filter(article_bylines__byline=byline)


def front(page: FrontPage) -> Front:
    """What the front page shows; four queries whatever the number of articles."""
    latest = list(teasers()[: LATEST + 1])
    lead = teasers().filter(pk=page.lead_article_id).first() if page.lead_article_id else None
    lead = lead or (latest[0] if latest else None)
    sections = list(SectionPage.objects.child_of(page).live().filter(~restricted()).order_by("path"))
    return Front(lead, [a for a in latest if a != lead][:LATEST], _by_section(sections, lead))


def _by_section(sections: list[SectionPage], lead: ArticlePage | None) -> list[tuple[SectionPage, list[ArticlePage]]]:
    if not sections:
        return []
    # One bounded query for all sections.
    wanted = Q()
    for section in sections:
        wanted |= Q(pk__in=public_articles().filter(path__startswith=section.path).values("pk")[:PER_SECTION])
    found = list(teasers().filter(wanted))
    return [(s, [a for a in found if a.path.startswith(s.path) and a != lead]) for s in sections]


def search(words: str) -> Any:
    """Public articles that hold all the words, the newest first, MAX_HITS at most; what a paginator takes.

    By date and not by rank: a newspaper's readers look for what is new, and on SQLite the rank of each hit is a search of its
    own, so that a common word would cost the square of its hits.
    """
    from wagtail.search.utils import parse_query_string

    _filters, query = parse_query_string(words, operator="and")
    # public() asks for the private paths first: the search index cannot filter by the condition of restricted().
    found = ArticlePage.objects.live().public().defer("body").order_by("-first_published_at")
    return found.search(query, order_by_relevance=False)[:MAX_HITS]


def navigation() -> list[dict[str, str]]:
    """Live sections and plain pages that are shown in menus, as the newsroom keeps them."""
    root = current_newsroom().site.root_page
    pages = Page.objects.child_of(root).live().filter(~restricted()).in_menu().order_by("path")
    return [{"title": page.title, "url": page.get_url() or "/"} for page in pages]


@dataclass(frozen=True)
class Corrections:
    """A page of the newsroom's corrections, and the cursor of the next."""

    rows: list[Correction]
    before: str = ""


def corrections(*, before: str = "") -> Corrections:
    """Standing corrections of public articles, newest first. One query. Raises BadSignature for a cursor not of ours."""
    public = public_articles().order_by().values("pk")
    found = Correction.objects.filter(withdrawn_at=None, page__in=public).select_related("page").defer("page__body")
    if before:
        moment, number = credits.cursor_place(before)
        found = found.filter(Q(made_at__lt=moment) | Q(made_at=moment, id__lt=number))
    rows = list(found.order_by("-made_at", "-id")[: CORRECTIONS_PER_PAGE + 1])
    more = len(rows) > CORRECTIONS_PER_PAGE
    rows = rows[:CORRECTIONS_PER_PAGE]
    return Corrections(rows, credits.cursor(rows[-1]) if more else "")
