"""What readers see of an article, made once at publication and kept on its row as JSON.

{"body": html, "bylines": [{"name", "slug"}], "tags": [name], "lead": html, "image": url or "", "teaser": html,
 "section": {"title", "url"}, "minutes": reading time,
 "corrections": [{"id", "at", "text", "credit"}]}

Each paragraph of a body has an id made of its words (lib/blocks.py), by which readers and links can point at it.

Of a plain page: {"body": html}.
"""

from math import ceil
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string

from pennypress.delivery.ready import PAGES, changed
from pennypress.lib.blocks import numbered
from pennypress.lib.markup import plain_text
from pennypress.publishing.models import ArticlePage, Correction, PlainPage

# Words a minute of a reader at ease; commonly measured between 200 and 260 for English.
WORDS_PER_MINUTE = 230


def render_article(article: ArticlePage) -> dict[str, Any]:
    """Render the article's parts. Costs many queries; readers never cause it."""
    body = numbered(str(article.body.render_as_block()))
    image = article.lead_image
    picture = {"image": image, "alt": article.lead_alt or (image.description if image else "")}
    section = article.get_parent()
    return {
        "body": body,
        "bylines": [
            {"name": row.byline.name, "slug": row.byline.slug}
            for row in article.article_bylines.select_related("byline")
        ],
        "tags": [tag.name for tag in article.tags.all()],
        "lead": render_to_string("publishing/_lead_image.html", {**picture, "article": article}) if image else "",
        "teaser": render_to_string("publishing/_teaser_image.html", picture) if image else "",
        "image": image.get_rendition("fill-1200x630|format-jpeg").url if image else "",
        "section": {"title": section.title, "url": section.get_url() or ""},
        "minutes": reading_minutes(body),
        "corrections": corrections_of(article),
    }


def corrections_of(article: ArticlePage) -> list[dict[str, str]]:
    """The article's standing corrections, newest first."""
    if article.pk is None:
        return []
    standing = Correction.objects.filter(page=article, withdrawn_at=None).order_by("-made_at", "-id")
    return [
        {"id": str(row.pk), "at": row.made_at.isoformat(), "text": row.text, "credit": row.credit} for row in standing
    ]


def reading_minutes(html: str) -> int:
    """How long reading takes, in whole minutes and at least one."""
    return max(1, ceil(len(plain_text(html).split()) / WORDS_PER_MINUTE))


def render_plain(page: PlainPage) -> dict[str, Any]:
    return {"body": numbered(str(page.body.render_as_block()))}


def keep_rendered(page: ArticlePage | PlainPage) -> None:
    """Render the published page and keep the result on its row, touching nothing else of it."""
    rendered = render_article(page) if isinstance(page, ArticlePage) else render_plain(page)
    with transaction.atomic():
        type(page).objects.filter(pk=page.pk).update(rendered=rendered)
        changed(PAGES)
