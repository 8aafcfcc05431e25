from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery, TextField
from django.db.models.functions import Coalesce
from wagtail.models import Page

from pennypress.lib.prepared import Given, Prepared
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
    found = (_front_page if at_the_top else _article).first(url_path=url_path)
    if found is not None:
        return found
    page = _any_page.first(url_path=url_path)
    return page.specific if page is not None else None


def _public_at(model: type[Page]) -> Any:
    return model.objects.live().filter(~restricted(), url_path=Given("url_path", TextField()))


_front_page, _article, _any_page = (Prepared(partial(_public_at, model)) for model in (FrontPage, ArticlePage, Page))


def related_to(article: ArticlePage) -> list[ArticlePage]:
    """Picked articles first, then those that share most tags. One query."""
    return _related(article=article.pk) if article.pk is not None else []


def _likest() -> Any:
    article = Given("article", IntegerField())
    links, tagged = (ArticlePage._meta.get_field(name).related_model for name in ("related_articles", "tagged_items"))
    chosen = links.objects.filter(page_id=article)
    alike = tagged.objects.filter(tag_id__in=tagged.objects.filter(content_object_id=article).values("tag_id"))
    # Looked for among these alone, and not among all that was ever published.
    near = Q(pk__in=chosen.values("article_id")) | Q(pk__in=alike.values("content_object_id"))
    shared = alike.filter(content_object_id=OuterRef("pk")).order_by().values("content_object_id")
    found = (
        teasers()
        .filter(near)
        .exclude(pk=article)
        .annotate(
            picked=Exists(chosen.filter(article_id=OuterRef("pk"))),
            shared=Coalesce(Subquery(shared.annotate(number=Count("pk")).values("number")), 0),
        )
    )
    return found.order_by("-picked", "-shared", "-first_published_at")[:RELATED]


_related = Prepared(_likest)


def articles_by(byline: Byline) -> Any:
    return teasers().filter(article_bylines__byline=byline)


def front(page: FrontPage) -> Front:
    """What the front page shows; four queries whatever the number of articles."""
    latest = _latest()
    lead = _teaser.first(article=page.lead_article_id) if page.lead_article_id else None
    lead = lead or (latest[0] if latest else None)
    sections = _sections_of(page.path, page.depth)()
    return Front(lead, [a for a in latest if a != lead][:LATEST], _by_section(sections, lead))


def _by_section(sections: list[SectionPage], lead: ArticlePage | None) -> list[tuple[SectionPage, list[ArticlePage]]]:
    if not sections:
        return []
    found = _latest_under(tuple(section.path for section in sections))()
    return [(s, [a for a in found if a.path.startswith(s.path) and a != lead]) for s in sections]


_latest = Prepared(lambda: teasers()[: LATEST + 1])
_teaser = Prepared(lambda: teasers().filter(pk=Given("article", IntegerField())))


# Places in the tree change so seldom that they stand in the query itself, where the database can find them by their beginning.
@lru_cache(maxsize=16)
def _sections_of(path: str, depth: int) -> Prepared[SectionPage, SectionPage]:
    inside = SectionPage.objects.filter(path__startswith=path, depth=depth + 1)
    return Prepared(lambda: inside.live().filter(~restricted()).order_by("path"))


@lru_cache(maxsize=16)
def _latest_under(paths: tuple[str, ...]) -> Prepared[ArticlePage, ArticlePage]:
    """The latest few articles of each of these sections: one bounded query for all."""
    wanted = Q()
    for path in paths:
        wanted |= Q(pk__in=public_articles().filter(path__startswith=path).values("pk")[:PER_SECTION])
    return Prepared(lambda: teasers().filter(wanted))


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
