import json
from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from pennypress.newsroom.queries import current_newsroom
from pennypress.publishing.models import ArticlePage

register = template.Library()
# As Django's json_script does: what would end the script element is written as an escape.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.inclusion_tag("publishing/_article_meta.html")
def article_meta(page: ArticlePage, shown: dict[str, Any]) -> dict[str, Any]:
    """Description, canonical address, Open Graph and NewsArticle data of an article."""
    newsroom = current_newsroom()
    address = settings.BASE_URL + (page.get_url() or "/")
    image = settings.BASE_URL + shown["image"] if shown.get("image") else ""
    published = page.first_published_at
    publisher = {"@type": "NewsMediaOrganization", "name": newsroom.name, "url": settings.BASE_URL}
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": page.title,
        "description": page.standfirst,
        "mainEntityOfPage": address,
        "articleSection": shown["section"]["title"],
        "datePublished": published.isoformat() if published else None,
        "dateModified": (page.updated_at or published).isoformat() if published else None,
        "author": [
            {"@type": "Person", "name": byline["name"], "url": f"{settings.BASE_URL}/authors/{byline['slug']}/"}
            for byline in shown["bylines"]
        ]
        or [publisher],  # What nobody signed is the newsroom's own.
        "publisher": publisher,
        "image": [image] if image else [],
        "keywords": shown["tags"],
        "isAccessibleForFree": True,
    }
    if shown.get("corrections"):
        data["correction"] = [
            {"@type": "CorrectionComment", "text": row["text"], "datePublished": row["at"]}
            for row in shown["corrections"]
        ]
    return {
        "page": page,
        "newsroom": newsroom,
        "address": address,
        "image": image,
        "description": page.search_description or page.standfirst,
        "data": as_script_data(data),
    }


@register.filter
def coming_late(image: str) -> SafeString:
    """A rendered picture that stands far below what is read first: it is fetched when its reader comes near."""
    return mark_safe(image.replace("<img ", '<img loading="lazy" ', 1))  # noqa: S308 - as it was rendered at publication


@register.inclusion_tag("publishing/_corrections.html")
def corrections(shown: dict[str, Any]) -> dict[str, Any]:
    """The corrections of an article, as they were rendered with it."""
    rows = [{**row, "at": datetime.fromisoformat(row["at"])} for row in shown.get("corrections", ())]
    return {"corrections": rows}


def as_script_data(data: dict[str, Any]) -> SafeString:
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(ESCAPES))  # noqa: S308 - escaped for its place
