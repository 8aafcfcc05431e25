"""Old addresses lead to the new pages: links inside texts are rewritten, and everything else is redirected."""

from urllib.parse import parse_qs, unquote, urlsplit

from django.db import transaction
from django.utils.http import urlencode
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from pennypress.archive.wordpress.export import Item
from pennypress.archive.wordpress.state import Import
from pennypress.publishing.models import Byline


def learn_addresses(run: Import) -> None:
    """Remember where each post and page stands now, so that links between them can be rewritten."""
    for item in run.outline.items.values():
        row = run.row(item.kind, item.id)
        if row is None or row.page_id is None or not item.is_public(run.now):
            continue
        for address in (_path(item.link), f"?p={item.id}", f"?page_id={item.id}"):
            if address not in ("", "/"):
                run.pages_by_address.setdefault(address, row.page_id)


def rewritten(run: Import, link: str) -> str:
    """The link as it should stand here: pages of the old site by their number, all else as it was."""
    parts = urlsplit(link.strip())
    if parts.netloc and _host(parts.netloc) != _host(urlsplit(run.outline.site).netloc):
        return link.strip()
    if parts.scheme not in ("", "http", "https"):
        return link.strip()
    query = parse_qs(parts.query)
    number = next((f"?{name}={query[name][0]}" for name in ("p", "page_id") if name in query), "")
    page = run.pages_by_address.get(number or _path(link))
    if page is None:
        return link.strip() if parts.netloc or not parts.path.startswith("/") else run.outline.site + parts.path
    if parts.fragment:
        found = Page.objects.filter(pk=page).first()
        return f"{found.get_url()}#{parts.fragment}" if found else link
    return f"/.page/{page}"


def redirect_old_addresses(run: Import) -> None:
    """One redirect for each public address that is another one here. Existing redirects stay as they are."""
    live = Page.objects.live().in_bulk([row.page_id for row in run.known.values() if row.page_id])
    with transaction.atomic():
        for item in run.outline.items.values():
            page = _page_of(run, item, live)
            if page is None:
                continue
            _redirect(run, _path(item.link), page=page)
            _redirect(run, f"/?p={item.id}", page=page)
            if item.kind == "page":
                _redirect(run, f"/?page_id={item.id}", page=page)
            if old_slug := item.meta.get("_wp_old_slug"):
                _redirect(run, _path(item.link).replace(f"/{item.name}/", f"/{old_slug}/"), page=page)
        for attachment in run.outline.attachments.values():
            # A picture's own page has no counterpart; the article it belongs to has.
            parent = run.outline.items.get(attachment.parent)
            if parent is not None and (page := _page_of(run, parent, live)):
                _redirect(run, _path(attachment.link), page=page)
        _redirect_lists(run, live)


def _page_of(run: Import, item: Item, live: dict[int, Page]) -> Page | None:
    """The item's page where everybody may read it; others get no redirect, which would tell that they exist."""
    row = run.row(item.kind, item.id)
    return live.get(row.page_id or 0) if row is not None and item.is_public(run.now) else None


def _redirect_lists(run: Import, live: dict[int, Page]) -> None:
    for (kind, external_id), row in list(run.known.items()):
        if kind == "category" and (section := live.get(row.page_id or 0)):
            address = section.get_url() or ""
            _redirect(run, f"/category/{unquote(external_id)}/", page=section)
            _redirect(run, f"/category/{unquote(external_id)}/feed/", link=f"{address}feed.rss")
        elif kind == "author" and row.byline is not None:
            _redirect(run, f"/author/{external_id}/", link=_author_address(row.byline))
    tags = {(slug, label) for item in run.outline.items.values() if item.is_public(run.now)
            for domain, slug, label in item.terms if domain == "post_tag"}  # fmt: skip
    for slug, label in sorted(tags):
        _redirect(run, f"/tag/{unquote(slug)}/", link="/search/?" + urlencode({"q": label}))
    _redirect(run, "/feed/", link="/feed.rss")


def _redirect(run: Import, old: str, *, page: Page | None = None, link: str = "") -> None:
    path = Redirect.normalise_path(old) if old else ""
    if path in ("", "/") or len(path) > 255 or path.startswith(("/admin", "/accounts")):
        return
    target = (page.get_url() if page is not None else link) or ""
    if path == Redirect.normalise_path(target):
        return
    _row, created = Redirect.objects.get_or_create(
        old_path=path, site=run.newsroom.site,
        defaults={"redirect_page": page, "redirect_link": link, "automatically_created": True},
    )  # fmt: skip
    run.report.count("old addresses kept by redirects", int(created))


def _author_address(byline: Byline) -> str:
    return f"/authors/{byline.slug}/"


def _path(link: str) -> str:
    """Path and, for short addresses, query of a link, in the form they are looked up by."""
    parts = urlsplit(link.strip())
    if parts.query:
        return f"{parts.path or '/'}?{parts.query}"
    return unquote(parts.path).rstrip("/") + "/"


def _host(netloc: str) -> str:
    return netloc.lower().removeprefix("www.").partition(":")[0]
