from typing import Any

from django import template
from django.utils.translation import gettext as _
from wagtail.models import Page

from pennypress.funding.queries import live_meter
from pennypress.lib import money
from pennypress.newsroom.queries import current_newsroom

register = template.Library()


@register.inclusion_tag("funding/_meter.html")
def meter() -> dict[str, Any]:
    """The running month's meter."""
    return live_meter()


@register.inclusion_tag("funding/_support_link.html")
def support_link(place: str, page: Page) -> dict[str, Any]:
    """The call to give, above or below an article, which the link names."""
    newsroom = current_newsroom()
    label = newsroom.support_label or _("Support %(name)s") % {"name": newsroom.name}
    return {"place": place, "label": label, "page": page}


@register.filter
def as_money(minor: int, currency: str) -> str:
    return money.format_money(minor, currency, whole=True)


@register.filter
def as_exact_money(minor: int, currency: str) -> str:
    """With all its decimals, as on a voucher."""
    return money.format_money(minor, currency)


@register.filter
def as_signed_money(minor: int, currency: str) -> str:
    """With a plus where it is more: a change, not a sum."""
    text = money.format_money(minor, currency, whole=True)
    return f"+{text}" if minor > 0 else text
