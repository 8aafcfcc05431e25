"""Following an author: who does is told of each article that is published under the byline, once."""

from django.core.exceptions import ObjectDoesNotExist
from django.tasks import task
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.jobs.actions import enqueue_once
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications import actions as notifications
from pennypress.notifications.models import Kind
from pennypress.notifications.rules import NEWS_FOR
from pennypress.notifications.sources import Item, Topic
from pennypress.publishing.models import ArticlePage, Byline
from pennypress.publishing.queries import public_articles

SOURCE = "article"
# The link in a mail says where it stood, so that a gift can be known to have come of it.
FROM_MAIL = "?from=newsletter-authors"


def items(subjects: list[str]) -> dict[str, Item]:
    """The articles that are public now. One query."""
    found = public_articles().defer("body").filter(pk__in=[int(subject) for subject in subjects])
    return {str(article.pk): item_of(article) for article in found}


def item_of(article: ArticlePage) -> Item:
    names = ", ".join(byline["name"] for byline in article.rendered.get("bylines", []))
    return Item(
        title=article.title,
        url=(article.get_url() or "/") + FROM_MAIL,
        author=names or current_newsroom().name,
        words=article.standfirst,
        moment=article.first_published_at or timezone.now(),
    )


def topic_of(byline: Byline) -> Topic:
    title = _("Articles by %(name)s") % {"name": byline.name}
    return Topic(Kind.AUTHOR, str(byline.pk), title=title, url=reverse("author", args=[byline.slug]))


def tell_later(article: ArticlePage) -> None:
    """The article has been published, perhaps anew. Only new ones are news: what was brought in with an old date is not."""
    first = article.first_published_at
    if first is not None and first > timezone.now() - NEWS_FOR:
        enqueue_once(tell_of_article, key=f"tell:article:{article.pk}", args=(article.pk,))


@task()
def tell_of_article(page_id: int) -> None:
    try:
        article = public_articles().get(pk=page_id)
    except ObjectDoesNotExist:
        return
    bylines = article.article_bylines.order_by("pk").values_list("byline_id", flat=True)
    topics = [[Kind.AUTHOR.value, str(byline)] for byline in bylines]
    if topics:
        notifications.tell(notifications.News(source=SOURCE, subject=str(page_id), topics=topics))
