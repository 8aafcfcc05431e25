import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page

from pennypress.archive.media import MediaFolder
from pennypress.archive.models import ImportedItem
from pennypress.archive.reports import Report
from pennypress.archive.wordpress.addresses import learn_addresses, redirect_old_addresses, rewritten
from pennypress.archive.wordpress.body import BodyWriter, Surroundings
from pennypress.archive.wordpress.comments import bring_comments
from pennypress.archive.wordpress.export import Item, read_items, read_outline
from pennypress.archive.wordpress.markup import Markup
from pennypress.archive.wordpress.pictures import picture
from pennypress.archive.wordpress.places import byline_of, make_places
from pennypress.archive.wordpress.state import Import
from pennypress.lib.markup import plain_text
from pennypress.newsroom.actions import entered
from pennypress.newsroom.models import Newsroom
from pennypress.publishing.actions import rewrite_navigation
from pennypress.publishing.models import ArticlePage, PlainPage

MAX_STANDFIRST = 600
MAX_TAG = 100


def import_wordpress(*, files: Sequence[Path], newsroom: Newsroom, media: Path | None = None) -> Report:
    """Bring in posts, pages, authors, categories, tags, pictures, addresses and comments of a WordPress export.

    The files are read to their end before anything is written; raises BadExport and changes nothing when one cannot be
    read. Only what was public there becomes public here. Each item comes in a transaction of its own, so that
    an import that was stopped goes on when it is started again, and one that was finished changes nothing.
    What somebody has changed here since is left as it is.
    """
    outline = read_outline(files)
    report = Report(f"Import from {outline.title or 'WordPress'} ({outline.site})")
    with entered(newsroom):
        run = Import(outline, newsroom, MediaFolder(media), report)
        for number in outline.doubled:
            report.remark("The export held it twice; the first one counts", f"number {number}")
        make_places(run)
        learn_addresses(run)
        done: set[int] = set()
        for item in read_items(files):
            if item.id not in done:
                done.add(item.id)
                _bring(run, item)
        redirect_old_addresses(run)
        with transaction.atomic():
            rewrite_navigation()
        _tell_what_stayed(run)
    return report


def _bring(run: Import, item: Item) -> None:
    row = run.row(item.kind, item.id)
    if row is None:
        return
    if row.page_id is None:
        run.report.remark("It was deleted here since, so it was not brought in again", run.subject(item))
        return
    with transaction.atomic():
        page: Any = Page.objects.get(pk=row.page_id).specific
        body = _body(run, item)
        digest = _digest(item, body)
        if row.digest != digest:
            if row.revision_id is not None and page.latest_revision_id != row.revision_id:
                run.report.remark("Somebody has worked on it here since, so its text was left alone", run.subject(item))
            else:
                _write(run, item, page, body, row, digest)
        if not item.is_public(run.now):
            run.report.remark(_why_draft(run, item), run.subject(item))
        bring_comments(run, item, page.pk)


def _body(run: Import, item: Item) -> list[dict[str, Any]]:
    subject = run.subject(item)

    def left_out(why: str, what: str) -> None:
        run.report.remark(why, subject, what)

    around = Surroundings(
        picture=lambda url, number: picture(run, url, number),
        attached=lambda numbers: _gallery_of(run, item, numbers),
        link=lambda link: rewritten(run, link),
        left_out=left_out,
    )
    markup = Markup(lambda number: run.outline.synced_blocks.get(number, ""), left_out)
    return BodyWriter(around, f"{run.outline.site}#{item.id}").write(markup.tree(item.content))


def _gallery_of(run: Import, item: Item, numbers: str) -> list[int]:
    """The numbers a gallery names, or else all pictures that were uploaded to the post, in their order."""
    if numbers.strip():
        return [int(number) for number in numbers.split(",") if number.strip().isdecimal()]
    return [a.id for a in sorted(run.attached.get(item.id, []), key=lambda a: (a.order, a.id))]


def _digest(item: Item, body: list[dict[str, Any]]) -> str:
    facts = [
        item.title, item.status, bool(item.password), str(item.date), item.excerpt, item.creator, item.terms,
        item.meta.get("_thumbnail_id", ""), body,
    ]  # fmt: skip
    return hashlib.blake2b(json.dumps(facts, ensure_ascii=True).encode(), digest_size=32).hexdigest()


def _write(
    run: Import, item: Item, page: ArticlePage | PlainPage, body: list[dict[str, Any]], row: ImportedItem, digest: str
) -> None:
    """The text onto its page: published where it was public, else kept as a draft."""
    is_public = item.is_public(run.now)
    if isinstance(page, ArticlePage):
        body = _dress(run, item, page, body)
    else:
        page.has_discussion = bool(item.comments)
    page.body = json.dumps(body)
    page.first_published_at = item.date if is_public else page.first_published_at
    if not is_public and item.date and item.date > run.now:
        page.go_live_at = item.date
    revision = page.save_revision()
    if is_public:
        revision.publish()
        # When the old site last published it, not when it was moved here.
        Page.objects.filter(pk=page.pk).update(last_published_at=_last_change(item, run.now))
        run.report.count("articles" if item.kind == "post" else "pages", int(not row.digest))
    else:
        # It was public when it came and is not any more: what was taken back there is taken back here.
        if page.live:
            page.unpublish()
        run.report.count("drafts", int(not row.digest))
    if row.digest:
        run.report.count("texts renewed from the export")
    row.digest, row.revision_id = digest, revision.pk
    row.save(update_fields=["digest", "revision_id"])


def _dress(run: Import, item: Item, article: ArticlePage, body: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Standfirst, byline, tags and lead picture; returns the body, without that picture if it begins with it."""
    standfirst = plain_text(item.excerpt)
    if len(standfirst) > MAX_STANDFIRST:
        run.report.remark("Its excerpt was longer than a standfirst and was cut", run.subject(item))
        standfirst = standfirst[: MAX_STANDFIRST - 1].rsplit(" ", 1)[0] + "…"
    article.standfirst = standfirst
    byline = byline_of(run, item.creator)
    if byline is not None and [known.byline_id for known in article.article_bylines.all()] != [byline.pk]:
        article.article_bylines.set([article.article_bylines.model(byline=byline)])
    article.tags.set(_tags(item))
    number = item.meta.get("_thumbnail_id", "")
    if number.isdecimal():
        lead = picture(run, "", int(number))
        article.lead_image_id = lead.image_id
        article.lead_alt, article.lead_caption = lead.alt[:300], lead.caption[:300]
        if lead.image_id and body and body[0]["type"] == "image" and body[0]["value"]["image"] == lead.image_id:
            return body[1:]
    return body


def _tags(item: Item) -> list[str]:
    """The post's tags, and its further categories, which would otherwise be lost."""
    labels = [
        label for domain, slug, label in item.terms
        if label and (domain == "post_tag" or (domain == "category" and slug != item.main_category))
    ]  # fmt: skip
    return list(dict.fromkeys(" ".join(plain_text(label).split())[:MAX_TAG] for label in labels))


def _last_change(item: Item, now: datetime) -> datetime:
    first = item.date or now
    return min(now, max(first, item.modified or first))


def _why_draft(run: Import, item: Item) -> str:
    if item.password:
        return "It was protected by a password and is kept as a draft"
    if item.status == "private":
        return "It was private and is kept as a draft"
    if item.date and item.date > run.now:
        return "It was planned for a later day and is kept as a draft with that day; publish it to let it appear then"
    return "It was not published and is kept as a draft"


def _tell_what_stayed(run: Import) -> None:
    for kind, number in sorted(run.outline.other_kinds.items()):
        what = {"nav_menu_item": "entries of the old menus; sections and pages make the menu here"}.get(
            kind, f"items of the kind {kind}"
        )
        run.report.remark("Not brought in", f"{number} {what}")
    used = {slug for item in run.outline.items.values() for domain, slug, _label in item.terms if domain == "category"}
    unused = [name for slug, (name, _about) in run.outline.categories.items() if slug not in used]
    if unused:
        run.report.remark("Categories without a post became no section", ", ".join(unused))


def keep_report(report: Report, folder: Path) -> Path:
    """Write the whole report into the folder, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"wordpress-{timezone.localtime():%Y-%m-%d-%H%M%S}.txt"
    file.write_text(report.whole(), encoding="utf-8")
    return file
