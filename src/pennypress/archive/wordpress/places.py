"""Sections, bylines and the empty pages that texts are written into: everything gets its place before it gets its text."""

from html import unescape
from urllib.parse import unquote

from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.models import Page

from pennypress.archive.wordpress.export import Item
from pennypress.archive.wordpress.state import Import
from pennypress.lib.markup import plain_text
from pennypress.publishing.models import ArticlePage, Byline, PlainPage, SectionPage
from pennypress.publishing.views import serve_page

# States of things that were never meant to be seen; all others come in, public or not.
NEVER_BROUGHT = {"trash": "It lay in the bin", "auto-draft": "It was an empty draft", "inherit": "It was a revision"}
MAX_TITLE = 255
# Wider menus do not fit a phone; the other sections are reached from the front page.
MAX_IN_MENU = 8


def make_places(run: Import) -> None:
    """An unpublished page for each post and page that is new, parents first. Each in a transaction of its own."""
    for item in run.outline.items.values():
        if item.status in NEVER_BROUGHT:
            run.report.remark(f"{NEVER_BROUGHT[item.status]}, so it was left out", run.subject(item))
        elif item.kind == "post":
            _article_place(run, item)
        else:
            _page_place(run, item, set())


def _article_place(run: Import, item: Item) -> None:
    row = run.row("post", item.id)
    if row is not None:
        return
    with transaction.atomic():
        section = section_of(run, item)
        title = headline(run, item)
        article = ArticlePage(title=title, slug=free_slug(section, item, title), live=False)
        article.first_published_at = item.date if item.is_public(run.now) else None
        section.add_child(instance=article)
        run.remember("post", item.id, page=article)


def _page_place(run: Import, item: Item, above: set[int]) -> Page:
    row = run.row("page", item.id)
    if row is not None:
        return row.page or run.front
    parent_item = run.outline.items.get(item.parent)
    # Two pages that claim to be each other's parent stand beside each other.
    if parent_item is None or parent_item.kind != "page" or item.id in above or parent_item.status in NEVER_BROUGHT:
        parent: Page = run.front
    else:
        parent = _page_place(run, parent_item, above | {item.id})
        if existing := run.row("page", item.id):
            return existing.page or run.front
    with transaction.atomic():
        title = headline(run, item)
        parent = Page.objects.get(pk=parent.pk)
        page = PlainPage(title=title, slug=free_slug(parent, item, title), live=False)
        page.first_published_at = item.date if item.is_public(run.now) else None
        parent.add_child(instance=page)
        run.remember("page", item.id, page=page)
    return page


def section_of(run: Import, item: Item) -> SectionPage:
    """The section of the post's main category; one that has its address already is taken, not doubled."""
    nicename = item.main_category
    name, about = run.outline.categories.get(nicename, ("", ""))
    name = name or next((label for domain, slug, label in item.terms if (domain, slug) == ("category", nicename)), "")
    nicename = nicename or "articles"
    name = " ".join(unescape(name).split())[:MAX_TITLE] or _("Articles")
    row = run.row("category", nicename)
    if row is not None and row.page is not None:
        return _opened(run, row.page.specific, item)
    front = run.front
    slug = slugify(unquote(nicename), allow_unicode=True)[:100] or "section"
    section = SectionPage.objects.child_of(front).filter(slug=slug).first()
    if section is None:
        in_menu = SectionPage.objects.child_of(front).in_menu().count() < MAX_IN_MENU
        if _is_taken(front, slug):
            slug = _numbered(front, slug)
        section = SectionPage(title=name, slug=slug, intro=plain_text(about), show_in_menus=in_menu, live=False)
        front.add_child(instance=section)
        section.save_revision()
        run.report.count("sections")
    if row is None:
        run.remember("category", nicename, page=section)
    else:
        row.page = section
        row.save(update_fields=["page"])
    return _opened(run, section, item)


def _opened(run: Import, section: SectionPage, item: Item) -> SectionPage:
    """A section shows itself once it has something to show; its name could tell of what was never published."""
    if not section.live and section.first_published_at is None and item.main_category in run.public_categories:
        section.save_revision().publish()
    return section


def byline_of(run: Import, login: str) -> Byline | None:
    """The person shown above what this login wrote. Never an account."""
    name = run.outline.authors.get(login) or login
    name = " ".join(name.split())[:120]
    if not name:
        return None
    row = run.row("author", login)
    if row is not None:
        return row.byline
    with transaction.atomic():
        byline = Byline.objects.filter(name=name).first()
        if byline is None:
            slug = slugify(name, allow_unicode=True)[:100] or "author"
            taken = set(Byline.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
            byline = Byline.objects.create(name=name, slug=_first_free(slug, taken))
            run.report.count("bylines")
        run.remember("author", login, byline=byline)
    return byline


def headline(run: Import, item: Item) -> str:
    """The title as plain words, never empty, never longer than a headline may be."""
    title = plain_text(item.title) if "<" in item.title or "&" in item.title else " ".join(item.title.split())
    if not title:
        run.report.remark("It had no title and got one", run.subject(item))
        return _("Untitled, number %(number)s") % {"number": item.id}
    if len(title) > MAX_TITLE:
        run.report.remark("Its title was longer than 255 letters and was cut", run.subject(item))
        title = title[: MAX_TITLE - 1].rsplit(" ", 1)[0] + "…"
    return title


def free_slug(parent: Page, item: Item, title: str) -> str:
    slug = slugify(unquote(item.name) or title, allow_unicode=True)[:200].strip("-") or f"{item.kind}-{item.id}"
    return _numbered(parent, slug) if _is_taken(parent, slug) else slug


def _is_taken(parent: Page, slug: str) -> bool:
    if Page.objects.child_of(parent).filter(slug=slug).exists():
        return True
    if parent.depth > 2:
        return False
    try:
        # At the top, addresses such as /support/ are the program's own.
        return resolve(f"/{slug}/").func is not serve_page
    except Resolver404:
        return False


def _numbered(parent: Page, slug: str) -> str:
    taken = set(Page.objects.child_of(parent).filter(slug__startswith=slug).values_list("slug", flat=True))
    return _first_free(slug, taken | {slug})


def _first_free(slug: str, taken: set[str]) -> str:
    number = 2
    free = slug
    while free in taken:
        free, number = f"{slug}-{number}", number + 1
    return free
